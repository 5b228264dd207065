"""What messaging is made of."""

from collections.abc import Sequence

from chassis.bus import Bus
from chassis.clock import system_clock
from chassis.database import open_database
from chassis.listener import Listener
from chassis.organizations import Organizations
from chassis.relay import Relay
from chassis.runner import Component
from chassis.settings import Settings
from messaging.app.alerts import Alerts
from messaging.app.desk import Desk
from messaging.app.fold_inbox import FoldInbox
from messaging.app.follow_up import FollowUp
from messaging.app.heard import Heard
from messaging.app.lanes import HANDS
from messaging.app.look_again import LookAgain
from messaging.app.record_reply import RecordReply
from messaging.app.sending import Sender
from messaging.app.text_back_caller import TextBackCaller
from messaging.app.upkeep import upkeep
from messaging.events import Inbound, subscriptions
from messaging.gateway.accounts import Accounts
from messaging.web.site import front


async def build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    clock = system_clock(settings.clock_file)
    database = await open_database(settings, size=20)
    organizations, heard = Organizations(), Heard(clock=clock)
    await organizations.load(database)
    accounts = Accounts(settings=settings, organizations=organizations, connections=HANDS)
    look_again = LookAgain(organizations=organizations, heard=heard, name=settings.instance, rush=database.rush)
    sender = Sender(
        database=database, look_again=look_again, carriers=accounts.of, clock=clock, keys=settings.keys, public_url=settings.public_url
    )  # fmt: skip
    heard.came_back = sender.bell.ring
    text_back = TextBackCaller(organizations=organizations, heard=heard, sender=sender, clock=clock)
    reply = RecordReply(database=database, organizations=organizations, sender=sender, clock=clock)
    follow_up = FollowUp(organizations=organizations, heard=heard, sender=sender, clock=clock)
    alerts = Alerts(settings=settings, database=database, organizations=organizations, text_bell=sender.bell, clock=clock)  # fmt: skip
    inbound = Inbound(organizations=organizations, text_back=text_back, reply=reply, alerts=alerts, clock=clock)
    topics = subscriptions(organizations=organizations, inbound=inbound, reply=reply, follow_up=follow_up, heard=heard, clock=clock)  # fmt: skip
    fold = FoldInbox(database=database, clock=clock)
    bus = Bus(settings=settings, database=database, clock=clock, organizations=organizations, subscriptions=topics)
    loops = upkeep(settings=settings, database=database, organizations=organizations, heard=heard, sender=sender, accounts=accounts, clock=clock, fold=fold)  # fmt: skip
    work: list[Component] = [
        Listener(dsn=settings.database.work, name="messaging", bells=[sender.bell, fold.bell, *alerts.bells]),
        accounts,
        Relay(settings=settings, database=database, clock=clock, patience_seconds=0.05),
        sender,
        *loops,
        *alerts.loops,
        bus,
    ]
    desk = Desk(database=database, organizations=organizations, heard=heard, clock=clock, keys=settings.keys, sent=sender.bell, changed=fold.bell)  # fmt: skip
    pages = front(settings=settings, desk=desk, trouble=bus.trouble, is_late=organizations.is_late)
    return [database, *(work if "work" in roles else bus.followers), *pages]
