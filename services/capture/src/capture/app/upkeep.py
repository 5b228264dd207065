"""Loops that keep things true while nobody asks. Whoever lands one adds it here."""

from capture.app.credit_invoice import GiveCredits
from capture.app.directory import Directory
from capture.app.forget_people import ForgetPeople
from capture.app.renew_holidays import RenewHolidays
from capture.app.settle_billing import SettleAll
from capture.gateway.stripe_billing import StripeBilling
from chassis.clock import Clock
from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.keys import Keys
from chassis.loops import Loop

AN_HOUR = 3600.0


def upkeep(
    *,
    database: Database,
    directory: Directory,
    keys: Keys,
    stripe: StripeBilling | None,
    credit_bell: Doorbell,
    clock: Clock,
) -> list[Loop]:
    """In the order in which they start."""
    settle = SettleAll(database=database, keys=keys, clock=clock, metered=stripe is not None)
    give = GiveCredits(database=database, keys=keys, stripe=stripe, clock=clock)
    return [
        Loop("forget", ForgetPeople(database=database, clock=clock), idle_seconds=AN_HOUR),
        Loop("billing", settle, idle_seconds=AN_HOUR),
        Loop("credits", give, bell=credit_bell, idle_seconds=60),
        Loop("holidays", RenewHolidays(database, directory, clock, keys), idle_seconds=AN_HOUR),
    ]
