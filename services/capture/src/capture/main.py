"""What capture is made of."""

from collections.abc import Sequence

from capture import settings as own_settings
from capture.app.backfill import Backfill
from capture.app.credit_invoice import OweCredits
from capture.app.directory import Directory
from capture.app.fold_callbacks import FoldCallbacks
from capture.app.gaps import Gaps, StartOfWork
from capture.app.upkeep import upkeep
from capture.events import subscriptions
from capture.gateway.sessions import Providers
from capture.gateway.stripe_billing import stripe_of
from capture.web.site import Stands, front
from chassis.bus import Bus
from chassis.clock import system_clock
from chassis.database import open_database
from chassis.doorbell import Doorbell
from chassis.listener import Listener
from chassis.loops import Loop
from chassis.relay import Relay
from chassis.runner import Component
from chassis.settings import Settings
from contracts.topics import INBOUND, ORGANIZATIONS


async def build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    own, clock, keys = own_settings.read(settings.own), system_clock(settings.clock_file), settings.keys
    database, stripe = await open_database(settings), stripe_of(settings)
    ask, directory = Providers(hosts=settings.provider_hosts), Directory(database=database, keys=keys)
    await directory.refresh()
    fold_bell, look_bell, credit_bell = (
        Doorbell(channel=name, pool=database.work_pool) for name in ("callbacks", "looks", "credits")
    )
    gaps, directory_bell = Gaps(database=database, clock=clock, bell=look_bell), Doorbell(channel="directory")
    fold = FoldCallbacks(database=database, directory=directory, clock=clock, keys=keys, settings=own)
    look = Backfill(database=database, directory=directory, ask=ask.of, clock=clock, fold_bell=fold_bell, settings=own)
    topics = subscriptions(owe=OweCredits(bell=credit_bell, clock=clock))
    bus = Bus(settings=settings, database=database, clock=clock, organizations=None, subscriptions=topics)
    stands = Stands(
        settings=settings, own=own, database=database, directory=directory, ask=ask.of, stripe=stripe, clock=clock,
        on_gap=gaps.notice, fold_bell=fold_bell, hand=fold.hand if "work" in roles else None, trouble=bus.trouble,
    )  # fmt: skip
    bells = [directory_bell, *((fold_bell, look_bell, credit_bell) if "work" in roles else ())]
    relay = Relay(settings=settings, database=database, clock=clock, stream=INBOUND, heard_until=gaps.heard_until, beside=[ORGANIZATIONS])  # fmt: skip
    loops = upkeep(database=database, directory=directory, keys=keys, stripe=stripe, credit_bell=credit_bell, clock=clock)  # fmt: skip
    common: list[Component] = [database, *([stripe] if stripe else []), Listener(dsn=settings.database.work, name="capture", bells=bells)]  # fmt: skip
    watch = [Loop("directory", directory.refresh, bell=directory_bell, idle_seconds=30.0), Loop("gaps", gaps.watch)]
    folding = [Loop("fold", fold, bell=fold_bell), Loop("backfill", look.step, bell=look_bell)]
    work: list[Component] = [StartOfWork(gaps), relay, *folding, *loops]
    pages = front(stands)
    if "work" not in roles:
        return [*common, *watch, ask, *pages]
    return [*common, *watch, ask, *work, *pages, bus]  # the bus last: callbacks are answered before Kafka was found
