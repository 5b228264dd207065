"""What reminders is made of."""

from collections.abc import Sequence

from chassis.auth import Gate
from chassis.bus import Bus
from chassis.clock import system_clock
from chassis.consumer import Subscription
from chassis.database import open_database
from chassis.http import HttpServer, create_http
from chassis.loops import Loop
from chassis.organizations import Organizations
from chassis.probes import Probes
from chassis.relay import Relay
from chassis.runner import Component
from chassis.settings import Settings
from contracts.topics import INBOUND, LEADS
from reminders.app.follow_up_missed_call import FollowUpMissedCall
from reminders.app.tell_due import TellDue


async def build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    clock = system_clock(settings.clock_file)
    database = await open_database(settings)
    organizations = Organizations()
    await organizations.load(database)
    follow_up = FollowUpMissedCall(clock=clock)
    topics = [
        organizations.subscription(),
        Subscription(topic=INBOUND, name="inbound", may_wait=True, handle=follow_up),
        Subscription(topic=LEADS, name="leads", may_wait=True, handle=follow_up),
    ]
    bus = Bus(settings=settings, database=database, clock=clock, organizations=organizations, subscriptions=topics)
    work: list[Component] = [
        Relay(settings=settings, database=database, clock=clock, patience_seconds=0.05),
        Loop("due", TellDue(database=database, clock=clock), idle_seconds=1.0),
        bus,
    ]
    probes = Probes(database=database, kafka=settings.kafka)
    gate = Gate(settings=settings, find=organizations.get, clock=clock, is_late=organizations.is_late)
    app = create_http(settings=settings, checks=probes.checks, trouble=bus.trouble, gate=gate)
    http = HttpServer(app, host=settings.http_host, port=settings.http_port)
    return [database, *(work if "work" in roles else bus.followers), http]
