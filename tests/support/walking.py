"""What the walk over all routes stands on: a running service with two shops, and its routes as it serves them."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final
from uuid import UUID

import aiohttp
import msgspec
from house import MEMBERS
from litestar import Litestar
from litestar.routes import ASGIRoute, HTTPRoute

from capture.app.apply_shop import apply_shop
from capture.app.shop_file import read
from capture.web.callbacks import Front
from chassis.clock import system_clock
from chassis.database import Database, open_database
from chassis.http import HttpServer
from chassis.ids import derived_id, new_id
from chassis.organizations import Organizations
from chassis.people import Permission, Person
from chassis.settings import Settings
from chassis.testing import TestDatabases, a_person, settings_for, signed_in
from contracts.organizations import Member, OrganizationChanged, Role

SERVICES: Final = ("capture", "messaging", "booking", "reminders", "proof")
OPEN: Final = "open"
"""In a table: everybody may, signed in or not; the route says itself why."""
COMMON: Final[Mapping[str, "Needs"]] = {
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /metrics": OPEN,
    "ASGI /static": OPEN,
}
Needs = Permission | str
HOME: Final = "homestead"
MARK: Final = "Homestead"
"""Stands in the names of the shop that nobody else may see anything of."""
SECONDS: Final = aiohttp.ClientTimeout(total=20)


class Answer(msgspec.Struct):
    status: int
    text: str
    location: str
    kind: str


@dataclass(kw_only=True)
class Walked:
    """A running service. `ids`: what stands for a path's parameter, by its name; of the home shop."""

    service: str
    url: str
    settings: Settings
    database: Database
    app: Litestar
    home: OrganizationChanged
    away: OrganizationChanged
    session: aiohttp.ClientSession
    ids: dict[str, str] = field(default_factory=dict)

    def routes(self) -> Iterator[str]:
        """`GET /settings/members`: everything that is served but the framework's own OPTIONS."""
        for route in self.app.routes:
            if isinstance(route, HTTPRoute):
                for handler in route.route_handlers:
                    yield from (f"{method} {route.path}" for method in handler.http_methods if method != "OPTIONS")
            elif isinstance(route, ASGIRoute):
                yield f"ASGI {route.path}"

    def path(self, route: str) -> str:
        """With something in place of each parameter."""
        return re.sub(
            r"\{(\w+)(?::(\w+))?\}", lambda found: self._value(found[1], found[2] or "str"), route.partition(" ")[2]
        )

    def names_ids(self, route: str) -> bool:
        """Whether its path holds an id of the home shop."""
        return any(name in self.ids for name, _ in re.findall(r"\{(\w+)(:\w+)?\}", route))

    def person(self, role: Role, *, of: OrganizationChanged) -> Person:
        member = next(each for each in of.members if each.role == role)
        return a_person(organization_id=of.organization_id, role=role, name=member.name, member_id=member.member_id)

    async def ask(
        self, route: str, person: Person | None = None, *, claim: bool = False, page: bool = True, form: Mapping[str, str] | None = None
    ) -> Answer:  # fmt: skip
        """`claim`: the form is from our own page. A stream is not read to its end."""
        method = route.partition(" ")[0].replace("ASGI", "GET")
        headers = {"accept": "text/html"} if page else {"accept": "application/json"}
        cookies = signed_in(self.settings.keys, person) if person else {}
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if person is not None and claim:
            headers["x-csrf-token"] = person.csrf
        async with self.session.request(
            method,
            self.url + self.path(route),
            headers=headers,
            data=form or None,
            allow_redirects=False,
            timeout=SECONDS,
        ) as answer:
            stream = answer.content_type == "text/event-stream"
            text = "" if stream else await answer.text()
            return Answer(answer.status, text, answer.headers.get("location", ""), answer.content_type)

    def _value(self, name: str, kind: str) -> str:
        if name in self.ids:
            return self.ids[name]
        return str(new_id()) if kind == "uuid" else "2026-11-25" if kind == "date" else "1"


@asynccontextmanager
async def walking(service: str, superuser: str) -> AsyncIterator[Walked]:
    """The service's web role on a database of its own, with the home shop and one that is away."""
    scripts = Path(__file__).parents[2] / "services" / service / "migrations"
    databases = TestDatabases(superuser)
    addresses = await databases.clone(service, scripts)
    settings = settings_for(service, database=addresses)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(databases.drop, addresses)
        database = await open_database(settings, size=2)
        stack.push_async_callback(database.stop)
        home, away = await _two_shops(database, settings)
        build = import_module(f"{service}.main").build
        server: HttpServer | None = None
        for component in await build(settings, frozenset({"web"})):
            await component.start()
            stack.push_async_callback(component.stop)
            server = component if isinstance(component, HttpServer) else server
        assert server is not None, f"{service} serves nothing"
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        yield Walked(
            service=service, url=server.url, settings=settings, database=database, app=_app(server), home=home, away=away, session=session
        )  # fmt: skip


def _app(server: HttpServer) -> Litestar:
    served = server._server.config.app
    app = served._rest if isinstance(served, Front) else served
    while not isinstance(app, Litestar):  # whatever stands before it hands on what it does not answer
        app = next(value for value in vars(app).values() if callable(value) and not isinstance(value, type))
    return app


async def _two_shops(database: Database, settings: Settings) -> tuple[OrganizationChanged, OrganizationChanged]:
    if settings.service == "capture":
        return await _applied(database, settings, HOME), await _applied(database, settings, "elsewhere")
    shops = (_snapshot(HOME), _snapshot("elsewhere"))
    async with database.work() as transaction:
        await Organizations().apply(transaction, shops)
    return shops


async def _applied(database: Database, settings: Settings, slug: str) -> OrganizationChanged:
    line, account = ("+13125550123", "AC" + "a" * 32) if slug == HOME else ("+13125550177", "AC" + "b" * 32)
    people = [
        {"email": f"{name}@{slug}.example", "name": _person(words, slug), "role": role} for name, words, role in MEMBERS
    ]
    shop = msgspec.json.encode({
        "organization": slug, "name": _name(slug), "zone": "America/Chicago", "members": people, "office_line": "+13125550100",
        "providers": [{"kind": "twilio", "account": account, "secrets": ["a-secret"], "api": "http://127.0.0.1:9"}],
        "numbers": [{"number": line, "provider": "twilio"}],
    }).decode()  # fmt: skip
    now = system_clock(None).now()
    return await apply_shop(database=database, keys=settings.keys, shop=read(shop), now=now, actor="test")


def _snapshot(slug: str) -> OrganizationChanged:
    own: UUID = derived_id("walk", slug)
    people = tuple(
        Member(
            member_id=derived_id("member", slug, name),
            name=_person(words, slug),
            email=f"{name}@{slug}.example",
            role=role,
        )
        for name, words, role in MEMBERS
    )
    return OrganizationChanged(
        event_id=new_id(), organization_id=own, occurred_at=system_clock(None).now(), organization_version=1, slug=slug,
        name=_name(slug), zone="America/Chicago", members=people,
    )  # fmt: skip


def _name(slug: str) -> str:
    return f"{slug.title()} Heating & Air"


def _person(words: str, slug: str) -> str:
    return f"{words} {slug.title()}"
