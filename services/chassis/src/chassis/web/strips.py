"""Strips at the top of every page for staff: at most two, the worst first."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from chassis.people import Permission, Person
from chassis.web.places import known
from contracts.organizations import OrganizationChanged

MOST: Final = 2
ON: Final = frozenset({"unmetered", "trialing", "active"})
BILLING: Final = "/settings/billing"


class Strip(NamedTuple):
    """`path` and `action` are of a button; without them there is none."""

    title: str
    detail: str
    icon: str = "triangle-alert"
    path: str = ""
    action: str = ""
    bad: bool = False


OwnStrips = Callable[[OrganizationChanged, Person], Sequence[Strip]]
"""What a service adds of its own; it stands in the app's state as `strips`."""


def shown(strips: Iterable[Strip]) -> list[Strip]:
    return sorted(strips, key=lambda each: not each.bad)[:MOST]


def of_billing(organization: OrganizationChanged, person: Person, now: datetime) -> list[Strip]:
    """What the plan's state means for texts, in words; nothing while all is paid for."""
    billing = organization.billing
    if billing.status in ON:
        return []
    ends = None if billing.past_due_since is None else billing.past_due_since + timedelta(days=billing.grace_days)
    owner = person.may(Permission.OWN)
    whose = "" if owner else " An owner can mend that."
    path, action = (BILLING, "See billing") if owner and known("billing") else ("", "")
    if billing.status != "past_due":
        plan = f"the plan is {billing.status.replace('_', ' ')}"
        detail = f"Texts to visits that are booked already go on; {plan}.{whose}"
        return [Strip("Texts are off.", detail, "receipt-text", path, action, bad=True)]
    if ends is None or now < ends:
        until = f" until {_day(ends, organization.zone)}" if ends else ""
        detail = f"Automation goes on{until}, then only your own texts do.{whose}"
        return [Strip("A payment is past due.", detail, "receipt-text", path, action)]
    detail = (
        f"A payment is past due since {_day(billing.past_due_since, organization.zone)}. Your own texts go on.{whose}"
    )
    return [Strip("Automation is off.", detail, "receipt-text", path, action, bad=True)]


def _day(moment: datetime | None, zone: str) -> str:
    """`Nov 4`."""
    if moment is None:
        return ""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{there:%b} {there.day}"
