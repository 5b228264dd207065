"""What proof is made of."""

from collections.abc import Sequence

from chassis.auth import Gate
from chassis.bus import Bus
from chassis.clock import system_clock
from chassis.consumer import Subscription
from chassis.database import open_database
from chassis.http import HttpServer, create_http
from chassis.organizations import Organizations
from chassis.probes import Probes
from chassis.relay import Relay
from chassis.runner import Component
from chassis.settings import Settings
from contracts import topics
from proof.app.append_events import append_events
from proof.web.public import public_routes


async def build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    clock = system_clock(settings.clock_file)
    database = await open_database(settings)
    organizations = Organizations()
    await organizations.load(database)
    heard = [
        Subscription(
            topic=topic,
            name=f"ledger-{topic.name.rpartition('.')[2]}",
            handle=append_events,
            may_wait=True,
            needs_organization=False,
        )
        for topic in topics.ALL
    ]
    bus = Bus(
        settings=settings,
        database=database,
        clock=clock,
        organizations=organizations,
        subscriptions=[organizations.subscription(), *heard],
    )
    work: list[Component] = [
        Relay(settings=settings, database=database, clock=clock, patience_seconds=0.05),
        bus,
    ]
    probes = Probes(database=database, kafka=settings.kafka)
    gate = Gate(settings=settings, find=organizations.get, clock=clock, is_late=organizations.is_late)
    http = HttpServer(
        create_http(
            settings=settings, checks=probes.checks, trouble=bus.trouble, gate=gate, route_handlers=public_routes()
        ),
        host=settings.http_host,
        port=settings.http_port,
    )
    return [database, *(work if "work" in roles else bus.followers), http]
