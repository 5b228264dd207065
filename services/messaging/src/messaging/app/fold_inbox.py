"""Keeps the inbox's rows, the words to search and the photos to fetch: whatever changes in a thread is folded a moment later."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis import ids
from chassis.clock import Clock
from chassis.database import Database, Transaction
from chassis.doorbell import Doorbell
from messaging.app import telling
from messaging.domain import inbox as rules
from messaging.domain.inbox import Summary
from messaging.domain.search import marked, words_of, words_of_number
from messaging.store import inbox, media, search
from messaging.store.inbox import Row
from messaging.store.media import Wanted
from messaging.store.search import Words

CHANNEL: Final = "inbox"
AT_ONCE: Final = 400
IN_ONE_GO: Final = 40
"""Leads between which others have their turn: texts that are to leave do not wait for a list."""
MOST_NAMED: Final = 50
"""More leads than that at once are told as `*`: look at everything again."""


class FoldInbox:
    """A loop's step. One process at a time folds; what it wrote is told to all, by ids alone.

    It is to rest after every round, also in a storm: a row that is late by a moment costs less than a text that is.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self.bell = Doorbell(channel="thread_changes", pool=database.work_pool)

    async def __call__(self) -> bool:
        if self._database.rush.on or not await inbox.has_changes(self._database.work_pool):
            return False
        async with self._database.work() as transaction:
            changes = await inbox.take_changes(transaction, limit=AT_ONCE)
            if not changes:
                return False
            leads = await inbox.as_they_stand(transaction, lead_ids=sorted({each.lead_id for each in changes}))
            if leads:
                seq = await inbox.put(transaction, rows=await _rows(leads, self._clock.now()))
                await inbox.tell(transaction, channel=CHANNEL, messages=_messages(leads, seq))
            await self._keep_words(transaction, leads, [each.item_id for each in changes if each.item_id])
        return len(changes) == AT_ONCE

    async def _keep_words(
        self, transaction: Transaction, leads: Sequence[asyncpg.Record], item_ids: Sequence[UUID]
    ) -> None:
        """Each item's own; a homeowner's name and number under the lead's id."""
        found = await search.bodies(transaction, item_ids=sorted(set(item_ids))) if item_ids else []
        files = [each for row in found for each in _files(row, self._clock.now())]
        if files:
            await media.want(transaction, files=files)
        rows = [_words(row["item_id"], row, words_of(row["body"])) for row in found if row["body"]]
        for lead in leads:
            known = words_of(lead["name"], lead["address"]) | words_of_number(lead["number"])
            if known:
                rows.append(_words(lead["lead_id"], {**lead, "at": lead["opened_at"]}, known))
        if rows:
            await search.keep(transaction, rows=rows)


def _words(item_id: UUID, row: Any, words: set[str]) -> Words:
    organization_id = row["organization_id"]
    return Words(item_id, organization_id, row["lead_id"], row["at"], marked(words, organization_id.hex))


def _files(row: asyncpg.Record, now: datetime) -> list[Wanted]:
    """What lies at the carrier: photos of a text, the recording of a call."""
    detail = row["detail"]
    told = [("photo", each["url"]) for each in detail.get("media") or () if each.get("url")]
    recording = detail.get("recording") or {}
    told += [("voicemail", recording["url"])] if recording.get("url") else []
    return [
        Wanted(
            ids.derived_id("media", str(row["item_id"]), str(position)), row["organization_id"], row["homeowner_id"], row["lead_id"], row["item_id"],
            position, kind, detail.get("line"), url, now,
        )
        for position, (kind, url) in enumerate(told)
    ]  # fmt: skip


def _messages(leads: Sequence[asyncpg.Record], seq: int) -> list[str]:
    """`r ORGANIZATION SEQ LEAD,LEAD`."""
    by_organization: dict[UUID, list[UUID]] = defaultdict(list)
    for lead in leads:
        by_organization[lead["organization_id"]].append(lead["lead_id"])
    return [
        f"r {organization_id} {seq} {','.join(map(str, named)) if len(named) <= MOST_NAMED else '*'}"
        for organization_id, named in by_organization.items()
    ]


async def _rows(leads: Sequence[asyncpg.Record], now: datetime) -> list[Row]:
    rows = []
    for index, lead in enumerate(leads, 1):
        rows.append(_row(lead, now))
        if index % IN_ONE_GO == 0:
            await asyncio.sleep(0)
    return rows


def _row(lead: asyncpg.Record, now: datetime) -> Row:
    turn = telling.turn_of(lead)
    summary = _summary(lead, turn)
    moments = [lead["opened_at"], *(each["at"] for each in (summary.item, summary.text) if each)]
    last_at = max(moments)
    urgent = bool(lead["needs_office_now"])
    return Row(
        lead_id=lead["lead_id"],
        organization_id=lead["organization_id"],
        homeowner_id=lead["homeowner_id"],
        status=lead["status"],
        assigned_to=lead["assigned_to"],
        turn=turn,
        turn_at=now,
        last_at=last_at,
        place=rules.place(turn, last_at=last_at, urgent=urgent),
        says=" ".join(rules.says(summary).split())[:160],
        why=rules.why(summary)[:160],
        marks=_marks(lead, summary, urgent=urgent),
    )


def _summary(lead: asyncpg.Record, turn: Any) -> Summary:
    return Summary(
        status=lead["status"],
        turn=turn,
        hidden=lead["number"] is None,
        ended_reason=lead["ended_reason"],
        handed_over=lead["handed_over_reason"] if lead["handed_over"] else None,
        asked_for_a_call=lead["asked_for_a_call"],
        draft_waits=bool(lead["draft_waits"]),
        opted_out=lead["opted_out_at"] is not None,
        item=_dated(lead["item"]),
        text=_dated(lead["text"]),
    )


def _marks(lead: asyncpg.Record, summary: Summary, *, urgent: bool) -> dict[str, Any]:
    """What stands on the row besides its words; only what is there."""
    text = summary.text
    call_due = lead["asked_for_a_call"] or (text is not None and text["state"] in rules.FAILED)
    marks = {
        "held": bool(text and text["state"] == "held" and summary.turn == "automation"),
        "opted_out": summary.opted_out,
        "trouble": lead["trouble"],
        "urgent": urgent,
        "urgency": lead["urgency"],
        "hidden": summary.hidden,
        "call": bool(call_due and summary.turn == "office"),
        "by": rules.said_by(summary),
    }
    return {name: value for name, value in marks.items() if value}


def _dated(told: dict[str, Any] | None) -> dict[str, Any] | None:
    """JSON tells moments as text."""
    return {**told, "at": datetime.fromisoformat(told["at"])} if told else None
