"""A shop's desk in tests: the office's use cases on a shop of `messaging_shop`, and its rows folded."""

from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import msgspec

from chassis import ids
from chassis.auth import Person
from chassis.doorbell import Doorbell
from chassis.http import HttpServer
from chassis.loops import Loop
from chassis.testing import a_person, eventually, signed_in
from contracts.organizations import Member, Role
from messaging.app.desk import Desk, Who
from messaging.app.fold_inbox import FoldInbox
from messaging.app.read_inbox import InboxPage, View, read_inbox
from messaging.app.read_thread import ThreadPage, read_thread
from messaging.web.site import front


class OfficeDesk:
    """Sam and Jess of one shop. `shop` is the fixture's; whatever they do is folded before they look."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.fold = FoldInbox(database=shop.database, clock=shop.clock)
        self.sam, self.jess = (Who(ids.new_id(), shop.id, name) for name in ("Sam Okafor", "Jess Tran"))
        self.pat = Who(ids.new_id(), shop.id, "Pat Doyle")
        people: tuple[tuple[Who, Role], ...] = ((self.sam, "agent"), (self.jess, "agent"), (self.pat, "owner"))
        members = tuple(Member(member_id=who.member_id, name=who.name, email=f"{who.member_id.hex}@example.com", role=role) for who, role in people)  # fmt: skip
        shop.become(members=members)
        self.desk = Desk(
            database=shop.database, organizations=shop.organizations, heard=shop.heard, clock=shop.clock, keys=shop.settings.keys,
            sent=Doorbell(channel="texts"), changed=self.fold.bell,
        )  # fmt: skip

    async def folded(self) -> None:
        """Whoever folds: a running page's loop or we."""

        async def nothing_left() -> bool:
            await self.fold()
            async with self.shop.database.work() as transaction:
                return await transaction.fetch_value("SELECT NOT EXISTS (SELECT FROM thread_changes)") is True

        await eventually(nothing_left)

    async def inbox(self, who: Who | None = None, **chosen: Any) -> InboxPage:
        await self.folded()
        return await read_inbox(self.desk, who or self.sam, View(**chosen))

    async def row(self) -> asyncpg.Record:
        """The only one that is open."""
        (found,) = (await self.inbox()).rows
        return found

    async def thread(self, lead_id: UUID, who: Who | None = None) -> ThreadPage:
        return await read_thread(self.desk, who or self.sam, lead_id=lead_id)

    async def only_lead(self) -> UUID:
        lead_id: UUID = (await self.shop.lead())["lead_id"]
        return lead_id


class OfficePages:
    """The pages of a desk over a real socket; whoever asks is signed in."""

    def __init__(self, office: OfficeDesk) -> None:
        self.office = office
        self.settings = msgspec.structs.replace(office.shop.settings, public_url="http://127.0.0.1")
        folding = Loop("fold", office.fold, bell=office.fold.bell, idle_seconds=0.05)
        self.parts = [folding, *front(settings=self.settings, desk=office.desk, trouble=lambda: None)]

    async def start(self) -> None:
        for part in self.parts:
            await part.start()

    async def stop(self) -> None:
        for part in reversed(self.parts):
            await part.stop()

    @property
    def address(self) -> str:
        return next(part.url for part in self.parts if isinstance(part, HttpServer))

    def cookies(self, who: Who, **changes: Any) -> dict[str, str]:
        person = self.person(who, **changes)
        return signed_in(self.settings.keys, person, public_url=self.settings.public_url)

    def person(self, who: Who, **changes: Any) -> Person:
        told = {"organization_id": who.organization_id, "member_id": who.member_id, "name": who.name, "role": "agent", "now": self.office.shop.clock.now()}  # fmt: skip
        return a_person(**{**told, **changes})

    def client(self, who: Who, **changes: Any) -> aiohttp.ClientSession:
        headers = {"accept": "text/html,application/xhtml+xml"}
        return aiohttp.ClientSession(self.address, cookies=self.cookies(who, **changes), headers=headers)
