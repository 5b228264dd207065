"""One thread as the person at the desk needs it: the newest lines, whose turn it is, and what may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts.organizations import OrganizationChanged
from messaging.app import telling
from messaging.app.desk import Desk, NotHere, Who, lead_of
from messaging.app.fields import fields_of
from messaging.app.phone import as_people_write
from messaging.app.places import where_is
from messaging.domain.leads import Turn
from messaging.domain.lines import Line, of_item, of_text
from messaging.domain.templates import fill
from messaging.store import media, office, texts

PAGE: Final = 60
KEY_LENGTH: Final = len("i-") + len(str(UUID(int=0)))
"""Of a line that is an item or a text itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """`earlier` is where the page before this one ends, None at the beginning; `seen` the newest moment on it, `replies` are
    saved ones: id, title, words.
    """

    lead: asyncpg.Record
    turn: Turn
    lines: Sequence[Line]
    earlier: datetime | None
    seen: datetime
    drafts: Mapping[str, str]
    before: Sequence[asyncpg.Record]
    zones: Sequence[str]
    held: asyncpg.Record | None
    replies: Sequence[tuple[str, str, str]]


async def read_thread(desk: Desk, who: Who, *, lead_id: UUID, before: datetime | None = None) -> ThreadPage:
    """Raises NotHere for what is another shop's or does not exist. Reading marks it read for this person alone."""
    shop = desk.shop(who.organization_id)
    async with desk.database.web(who.organization_id) as transaction:
        lead = await lead_of(transaction, lead_id)
        items, ours = await office.items_before(transaction, lead_id=lead_id, before=before, limit=PAGE + 1)
        lines, earlier = _lines(shop, lead, items, ours)
        files = await media.of_items(
            transaction,
            item_ids=[*(row["item_id"] for row in items), *(row["text_id"] for row in ours if row["photos"])],
        )
        if before is None:
            await office.mark_read(
                transaction, lead_id=lead_id, member_id=who.member_id, organization_id=who.organization_id
            )
        return ThreadPage(
            lead=lead,
            turn=telling.turn_of(lead),
            lines=[
                replace(line, media=files.get(UUID(line.key[2:]), ())) if len(line.key) == KEY_LENGTH else line
                for line in lines
            ],
            earlier=earlier,
            seen=desk.clock.now(),
            drafts=await office.drafts(transaction, lead_id=lead_id, member_id=who.member_id),
            before=await office.earlier_leads(transaction, homeowner_id=lead["homeowner_id"], besides=lead_id),
            zones=_zones(lead, shop),
            replies=await _replies(transaction, shop, lead),
            held=next((text for text in ours if text["state"] == "held"), None),
        )


async def read_decision(desk: Desk, who: Who, *, lead_id: UUID, text_id: UUID) -> asyncpg.Record:
    """A text of this thread with both its decisions."""
    async with desk.database.web(who.organization_id) as transaction:
        text = await texts.one(transaction, text_id=text_id)
    if text is None or text["lead_id"] != lead_id:
        raise NotHere
    return text


def _lines(
    shop: OrganizationChanged, lead: asyncpg.Record, items: Sequence[asyncpg.Record], ours: Sequence[asyncpg.Record]
) -> tuple[list[Line], datetime | None]:
    """The newest of both kinds together, oldest first."""
    both = sorted([*reversed(items), *reversed(ours)], key=lambda row: row["at"])  # of one moment: theirs, then ours
    shown = both[-PAGE:]
    numbers = {each.number: as_people_write(each.number) for each in shop.numbers}
    writers = {each.member_id: each.name for each in shop.members}
    homeowner = _first_name(lead)
    lines: list[Line] = []
    for row in shown:
        if "item_id" in row.keys():  # noqa: SIM118 -- a record's `in` looks at values
            lines.append(of_item(dict(row), lines=numbers, homeowner=homeowner))
        else:
            lines += of_text(dict(row), zone=shop.zone, writer=writers.get(row["written_by"]))
    lines.sort(key=lambda line: line.at)
    return lines, shown[0]["at"] if len(both) > PAGE else None


async def _replies(
    transaction: Transaction, shop: OrganizationChanged, lead: asyncpg.Record
) -> Sequence[tuple[str, str, str]]:
    """Saved ones as id, title and words, with what is known of this homeowner filled in; other fields stay to be written."""
    known = fields_of(shop, line=lead["last_line"], name=lead["name"])
    rows = await office.saved_replies(transaction, organization_id=shop.organization_id)
    return [(str(row["saved_reply_id"]), row["title"], fill(row["body"], known)) for row in rows]


def _zones(lead: asyncpg.Record, shop: OrganizationChanged) -> Sequence[str]:
    where = where_is(number=lead["number"], postal_code=lead["postal_code"], shop=shop)
    return sorted({place.zone for place in where.places})


def _first_name(lead: asyncpg.Record) -> str:
    return lead["name"].split()[0] if lead["name"] else "Homeowner"
