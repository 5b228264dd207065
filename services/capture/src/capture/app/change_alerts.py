"""How a member is alerted: what they choose themselves, and the phone that they prove with a code."""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, get_args
from uuid import UUID

import msgspec

from capture.app.change_settings import ChangeSettings, Edit, NotAccepted, UnknownShop
from capture.app.shop_accounts import digest
from capture.app.shop_file import ShopFileError, phone
from capture.app.shop_state import ShopState
from capture.store import alert_codes
from capture.store.alert_codes import Code
from chassis import ids
from chassis.database import Transaction
from chassis.keys import seal
from contracts.inbound import AlertNumberNamed
from contracts.organizations import AlertChoices, AlertKind, AlertWay, Member

LASTS: Final = timedelta(minutes=10)
CODES_AN_HOUR: Final = 3
GUESSES: Final = 5
DIGITS: Final = 6
OFF_HOURS: Final = ("urgent", "all", "nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAlerts:
    """All of it raises NotAccepted with sentences by field; then nothing has changed."""

    change: ChangeSettings

    async def choose(self, edit: Edit, *, ways: Collection[str], about: Collection[str], off_hours: str) -> None:
        """Of the member who asks."""
        by = tuple(way for way in get_args(AlertWay) if way in ways)
        kinds = tuple(kind for kind in get_args(AlertKind) if kind in about)
        if off_hours not in OFF_HOURS:
            raise NotAccepted({"off_hours": "Choose one of the three."})
        if by and not kinds:
            raise NotAccepted({"about": "Choose at least one thing, or switch alerts off."})

        def draft(state: ShopState) -> ShopState:
            if "text" in by and _member(state, edit.member_id).alerts.number is None:
                raise NotAccepted({"by": "First prove your phone below, then choose texts."})
            return _with(state, edit.member_id, by=by, about=kinds or AlertChoices().about, off_hours=off_hours)

        await self.change(edit, draft)

    async def name_phone(self, edit: Edit, *, typed: str) -> str:
        """A code is on its way to the phone then; returns its number."""
        try:
            number = phone(typed, what="phone")
        except ShopFileError:
            raise NotAccepted({"phone": "Not a phone number such as (312) 555-0177."}) from None

        def draft(state: ShopState) -> ShopState:
            if number in {each.number for each in state.snapshot.numbers}:
                raise NotAccepted({"phone": "That is a tracked number. Type the phone in your pocket."})
            if not state.snapshot.numbers:
                raise NotAccepted({"phone": "First add a tracked number: the code is texted from it."})
            return state

        async def text_code(transaction: Transaction) -> None:
            await self._text_code(transaction, edit, number)

        await self.change(
            edit, draft, action="asked for an alert code", told={"member": str(edit.member_id)}, also=text_code
        )
        return number

    async def _text_code(self, transaction: Transaction, edit: Edit, number: str) -> None:
        since, keys = edit.now - timedelta(hours=1), self.change.keys
        if await alert_codes.asked_since(transaction, member_id=edit.member_id, since=since) >= CODES_AN_HOUR:
            raise NotAccepted({"phone": "Three codes in an hour are the most. Try again later."})
        code, expires_at = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", edit.now + LASTS
        await alert_codes.keep(
            transaction, member_id=edit.member_id, organization_id=edit.organization_id, number=number, digest=digest(keys, f"{number} {code}"),
            now=edit.now, expires_at=expires_at, since=since,
        )  # fmt: skip
        transaction.append(
            AlertNumberNamed(
                event_id=ids.new_id(), organization_id=edit.organization_id, occurred_at=edit.now,
                homeowner_id=ids.homeowner_id(key=keys.id_key, organization_id=edit.organization_id, number=number), member_id=edit.member_id,
                sealed=seal(keys.messaging_seal_public, f"{number} {code}"), expires_at=expires_at,
            )
        )  # fmt: skip

    async def prove_phone(self, edit: Edit, *, code: str) -> None:
        """The right code within ten minutes and five guesses. From then on the phone may be told, and is."""
        held = await self._guessed(edit)
        if held is None:
            raise NotAccepted({"code": "That code has run out. Ask for a new one."})
        if held.tries > GUESSES:
            raise NotAccepted({"code": "Five wrong guesses. Ask for a new code."})
        typed = "".join(each for each in code if each.isdigit())
        if not hmac.compare_digest(held.digest, digest(self.change.keys, f"{held.number} {typed}")):
            raise NotAccepted({"code": "That is not the code. Look at the newest text."})

        def draft(state: ShopState) -> ShopState:
            by = _member(state, edit.member_id).alerts.by
            return _with(state, edit.member_id, number=held.number, by=by if "text" in by else ("text", *by))

        async def use_up(transaction: Transaction) -> None:
            await alert_codes.forget(transaction, member_id=edit.member_id, now=edit.now)

        await self.change(edit, draft, action="proved an alert phone", also=use_up)

    async def forget_phone(self, edit: Edit) -> None:
        """No text goes there any more."""

        def draft(state: ShopState) -> ShopState:
            by = tuple(way for way in _member(state, edit.member_id).alerts.by if way != "text")
            return _with(state, edit.member_id, number=None, by=by)

        await self.change(edit, draft)

    async def in_order(self, edit: Edit, *, places: dict[UUID, int], minutes: str) -> None:
        """Whom the shop tells first, and after how many minutes the next one."""
        if not (minutes.isascii() and minutes.isdigit() and 1 <= int(minutes) <= 240):  # noqa: PLR2004 -- four hours
            raise NotAccepted({"minutes": "Between 1 and 240 minutes."})

        def draft(state: ShopState) -> ShopState:
            members = tuple(
                msgspec.structs.replace(each, alerts=msgspec.structs.replace(each.alerts, place=places.get(each.member_id, each.alerts.place)))
                for each in state.snapshot.members
            )  # fmt: skip
            return state._replace(
                snapshot=msgspec.structs.replace(state.snapshot, members=members, alert_minutes=int(minutes))
            )

        await self.change(edit, draft)

    async def waiting(self, organization_id: UUID, member_id: UUID, *, now: datetime) -> Code | None:
        """The code that was texted and not typed yet."""
        async with self.change.database.web(organization_id) as transaction:
            return await alert_codes.present(transaction, member_id=member_id, now=now)

    async def _guessed(self, edit: Edit) -> Code | None:
        """In a transaction of its own: a wrong guess counts although nothing changes."""
        async with self.change.database.web(edit.organization_id) as transaction:
            return await alert_codes.guess(transaction, member_id=edit.member_id, now=edit.now)


def _member(state: ShopState, member_id: UUID) -> Member:
    found = next((each for each in state.snapshot.members if each.member_id == member_id), None)
    if found is None:
        raise UnknownShop(str(member_id))
    return found


def _with(state: ShopState, member_id: UUID, **choices: Any) -> ShopState:
    alerts = msgspec.structs.replace(_member(state, member_id).alerts, **choices)
    members = tuple(
        msgspec.structs.replace(each, alerts=alerts) if each.member_id == member_id else each
        for each in state.snapshot.members
    )
    return state._replace(snapshot=msgspec.structs.replace(state.snapshot, members=members))
