"""Every page of capture for staff and reviewers, with what they stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Router
from litestar.di import Provide

from capture.app.accept_callback import AcceptCallback
from capture.app.change_settings import ChangeSettings
from capture.app.check_account import CheckAccount
from capture.app.directory import Directory
from capture.app.go_live import SetAutomation
from capture.app.hear_billing import HearBilling
from capture.app.keep_refused import KeepRefused
from capture.app.read_settings import ReadSettings
from capture.app.read_shop import ReadShop
from capture.app.start_trial import StartTrial
from capture.app.store_callbacks import Hand, StoreCallbacks
from capture.gateway.provider import Provider
from capture.gateway.stripe_billing import StripeBilling
from capture.settings import CaptureSettings
from capture.web import (
    golive_pages,
    hours_pages,
    numbers_pages,
    provider_pages,
    public_pages,
    setup_pages,
    shop_pages,
    start_page,
)
from capture.web.alert_pages import TEMPLATES, alert_desk
from capture.web.billing_pages import billing_pages
from capture.web.callbacks import Callbacks, Front
from capture.web.office import Office
from capture.web.people import make_people
from capture.web.routes import routes
from capture.web.stripe_callback import StripeDoor, billing_routes
from chassis.auth import Gate
from chassis.clock import Clock
from chassis.database import Database, open_connection
from chassis.doorbell import Doorbell
from chassis.health import Trouble
from chassis.http import HttpServer, create_http
from chassis.loops import Loop
from chassis.probes import Probes
from chassis.runner import Component
from chassis.settings import Settings

Ask = Callable[..., Provider | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What the HTTP side stands on."""

    settings: Settings
    own: CaptureSettings
    database: Database
    directory: Directory
    ask: Ask
    stripe: StripeBilling | None
    clock: Clock
    on_gap: Callable[[], None]
    fold_bell: Doorbell
    hand: Hand | None
    trouble: Trouble


def front(stands: Stands) -> list[Component]:
    """Carriers' callbacks on their own short way, everything else on the framework's; in the order of their start."""
    settings, own, clock, seconds = stands.settings, stands.own, stands.clock, stands.own.statement_seconds
    connect = partial(open_connection, settings, role="work", name="callbacks", statement_seconds=seconds)
    refused = KeepRefused(database=stands.database, clock=clock, settings=own)
    store = StoreCallbacks(connect=connect, bell=stands.fold_bell, statement_seconds=seconds, hand=stands.hand)
    public, keys = settings.public_url, settings.keys
    accept = AcceptCallback(directory=stands.directory, clock=clock, keys=keys, public_url=public, settings=own)
    callbacks = Callbacks(
        accept=accept, store=store, refused=refused, public_url=public, settings=own, on_gap=stands.on_gap
    )
    app = Front(callbacks, rest=_rest(stands))
    return [
        Loop("refused", refused.step, bell=refused.bell),
        store,
        HttpServer(app, host=settings.http_host, port=settings.http_port),
    ]


def _rest(stands: Stands) -> Any:
    """All that is no carrier's callback: pages, sign-in, Stripe's address, health. An ASGI app."""
    settings, own, database, clock = stands.settings, stands.own, stands.database, stands.clock
    directory, stripe = stands.directory, stands.stripe
    people = make_people(database=database, settings=settings, own=own, clock=clock, refresh=directory.refresh)
    door = StripeDoor(stripe=stripe, hear=HearBilling(database=database, keys=settings.keys), clock=clock)
    return create_http(
        settings=settings,
        checks=Probes(database=database, kafka=settings.kafka).checks,
        trouble=stands.trouble,
        gate=Gate(settings=settings, find=directory.organization, clock=clock),
        templates=TEMPLATES,
        route_handlers=[
            billing_routes(door),
            alert_desk(database=database, settings=settings, clock=clock),
            *routes(people),
            billing_pages(database=database, stripe=stripe, clock=clock, public_url=settings.public_url),
            *shop_routes(settings=settings, database=database, ask=stands.ask, clock=clock),
        ],
    )


def shop_routes(*, settings: Settings, database: Database, ask: Ask, clock: Clock) -> list[Router]:
    """The settings pages, and those that are open to everybody."""
    return [
        settings_routes(office(database=database, ask=ask, clock=clock, settings=settings)),
        public_routes(ReadShop(database=database)),
    ]


def settings_routes(office: Office) -> Router:
    """The settings pages of a shop."""
    pages = (shop_pages, hours_pages, numbers_pages, provider_pages, golive_pages, setup_pages, start_page)
    handlers = [route for module in pages for route in module.ROUTES]
    return Router("/", route_handlers=handlers, dependencies={"office": Provide(lambda: office, sync_to_thread=False)})


def public_routes(read_shop: ReadShop) -> Router:
    """What everybody may read."""
    dependencies = {"read_shop": Provide(lambda: read_shop, sync_to_thread=False)}
    return Router("/", route_handlers=list(public_pages.ROUTES), dependencies=dependencies)


def office(*, database: Database, ask: Callable[..., Provider | None], clock: Clock, settings: Settings) -> Office:
    """The use cases behind the pages."""
    keys = settings.keys
    read, change = ReadSettings(database=database, keys=keys), ChangeSettings(database=database, keys=keys)
    return Office(
        read=read,
        change=change,
        check=CheckAccount(database=database, keys=keys, ask=ask),
        automation=SetAutomation(change=change, read=read),
        trial=StartTrial(change=change),
        clock=clock,
        keys=keys,
        hosts=settings.provider_hosts,
        public_url=settings.public_url,
    )
