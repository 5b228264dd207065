"""Homeowners, leads and thread items: written for a whole batch in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis import outbox
from chassis.database import Transaction
from contracts.base import Event
from messaging.store.texts import TEXT_COLUMNS, TEXT_TYPES, Text

Since = Mapping[UUID, datetime]
"""By organization."""


class NewHomeowner(NamedTuple):
    homeowner_id: UUID
    organization_id: UUID
    number: str | None
    last_line: str
    created_at: datetime


class NewLead(NamedTuple):
    lead_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    status: str
    earlier_lead_id: UUID | None
    opened_at: datetime
    replied_at: datetime | None
    last_text_at: datetime | None
    asked_for_a_call: bool


class Item(NamedTuple):
    """One line of a thread; kinds are call, text_in, note, status, booking. Texts of ours lie in their own table."""

    item_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    lead_id: UUID | None
    kind: str
    at: datetime
    body: str | None
    detail: dict[str, Any]


class Sign(NamedTuple):
    """The homeowner was heard of."""

    lead_id: UUID
    at: datetime


class Consent(NamedTuple):
    consent_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    source: str
    wording_version: str
    evidence_id: UUID
    at: datetime


@dataclass
class Writing:
    """What a batch adds."""

    homeowners: list[NewHomeowner] = field(default_factory=list)
    leads: list[NewLead] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def _unnest(first: int, types: Sequence[str]) -> str:
    return "unnest(" + ", ".join(f"${first + index}::{kind}[]" for index, kind in enumerate(types)) + ")"


_HOMEOWNER: Final = ("uuid", "uuid", "text", "text", "timestamptz")
_LEAD: Final = ("uuid", "uuid", "uuid", "text", "uuid", "timestamptz", "timestamptz", "timestamptz", "boolean")
_ITEM: Final = ("uuid", "uuid", "uuid", "uuid", "text", "timestamptz", "text", "jsonb")
_CONSENT: Final = ("uuid", "uuid", "uuid", "text", "text", "uuid", "timestamptz")
_SIGN: Final = ("uuid", "timestamptz")
_STARTS: Final = [1]
for _types in (_HOMEOWNER, _LEAD, _ITEM, _CONSENT, TEXT_TYPES):
    _STARTS.append(_STARTS[-1] + len(_types))

LAST: Final = _STARTS[-1] + len(outbox.CASTS) - 1

HOMEOWNERS: Final = f"""
INSERT INTO homeowners (homeowner_id, organization_id, number, last_line, created_at) SELECT * FROM {_unnest(_STARTS[0], _HOMEOWNER)}
"""
LEADS: Final = f"""
INSERT INTO leads (lead_id, organization_id, homeowner_id, status, earlier_lead_id, opened_at, replied_at, last_text_at, asked_for_a_call, last_sign_at)
SELECT *, opened_at FROM {_unnest(_STARTS[1], _LEAD)} AS a(lead_id, organization_id, homeowner_id, status, earlier_lead_id, opened_at, replied_at, last_text_at, asked)
"""
ITEMS: Final = f"""
INSERT INTO thread_items (item_id, organization_id, homeowner_id, lead_id, kind, at, body, detail) SELECT * FROM {_unnest(_STARTS[2], _ITEM)}
"""
CONSENTS: Final = f"""
INSERT INTO consents (consent_id, organization_id, homeowner_id, source, wording_version, evidence_id, at) SELECT * FROM {_unnest(_STARTS[3], _CONSENT)}
"""
TEXTS: Final = f"INSERT INTO texts ({TEXT_COLUMNS}) SELECT * FROM {_unnest(_STARTS[4], TEXT_TYPES)}"
EVENTS: Final = f"INSERT INTO outbox ({outbox.COLUMNS}) SELECT * FROM {outbox.unnest(_STARTS[5])}"
WRITE: Final = f"""
WITH homeowners_new AS ({HOMEOWNERS} ON CONFLICT (homeowner_id) DO UPDATE SET last_line = excluded.last_line
), leads_new AS ({LEADS}), items_new AS ({ITEMS} ON CONFLICT (item_id) DO UPDATE SET detail = thread_items.detail || excluded.detail
), consents_new AS ({CONSENTS} ON CONFLICT DO NOTHING), texts_new AS ({TEXTS}), signs_new AS (
    UPDATE leads SET last_sign_at = greatest(last_sign_at, sign.at) FROM {_unnest(LAST + 1, _SIGN)} AS sign(lead_id, at) WHERE leads.lead_id = sign.lead_id
) {EVENTS}
"""


async def write(transaction: Transaction, *, writing: Writing, traceparent: str | None) -> None:
    """Everything of a batch in one statement."""
    columns = columns_of(writing, traceparent=traceparent) + _columns(writing.signs, _SIGN)
    await transaction.connection.execute(WRITE, *columns)
    if writing.events:
        transaction.wrote()


def columns_of(writing: Writing, *, traceparent: str | None) -> list[list[Any]]:
    """The parameters of the insertions here, up to number `LAST`; without signs."""
    columns: list[list[Any]] = []
    for rows, types in (
        (writing.homeowners, _HOMEOWNER), (writing.leads, _LEAD), (writing.items, _ITEM), (writing.consents, _CONSENT), (writing.texts, TEXT_TYPES),
    ):  # fmt: skip
        columns += _columns(rows, types)
    return columns + outbox.rows(writing.events, service="messaging", traceparent=traceparent)


def _columns(rows: Sequence[tuple[Any, ...]], types: Sequence[str]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in types]


async def change_lead(
    transaction: Transaction,
    *,
    lead_id: UUID,
    status: str,
    replied_at: datetime | None,
    at: datetime,
    asked_for_a_call: bool = False,
) -> asyncpg.Record:
    """The homeowner wrote: raises the lead's version and returns its row. `replied_at` is None for a carrier word."""
    row = await transaction.fetch_one(
        "UPDATE leads SET status = $2, replied_at = coalesce(replied_at, $3), last_text_at = coalesce($3, last_text_at), last_sign_at = greatest(last_sign_at, $4),"
        " ended_at = CASE WHEN $2 IN ('won', 'closed') THEN ended_at END, asked_for_a_call = asked_for_a_call OR $5, version = version + 1"
        " WHERE lead_id = $1 RETURNING *",
        lead_id, status, replied_at, at, asked_for_a_call,
    )  # fmt: skip
    if row is None:
        raise LookupError(f"lead {lead_id} is gone")
    return row


async def silent_leads(transaction: Transaction, *, since: Since, limit: int) -> list[asyncpg.Record]:
    """New and active leads without a sign of life since their shop's moment; not locked yet."""
    return await transaction.fetch(
        "SELECT silent.lead_id FROM unnest($1::uuid[], $2::timestamptz[]) AS shop(organization_id, since) CROSS JOIN LATERAL (SELECT lead_id FROM leads l"
        " WHERE l.organization_id = shop.organization_id AND l.status IN ('new', 'active') AND l.last_sign_at < shop.since"
        " ORDER BY l.last_sign_at LIMIT $3) AS silent LIMIT $3",
        list(since), list(since.values()), limit,
    )  # fmt: skip


async def close_silent(
    transaction: Transaction, *, lead_ids: Sequence[UUID], since: Since, reason: str, at: datetime
) -> list[asyncpg.Record]:
    """Closes those that are silent still; locked in the order of their ids."""
    return await transaction.fetch(
        "UPDATE leads SET status = 'closed', ended_at = $4, ended_reason = $5, version = version + 1 WHERE lead_id IN (SELECT lead_id FROM leads"
        " JOIN unnest($2::uuid[], $3::timestamptz[]) AS shop(organization_id, since) USING (organization_id)"
        " WHERE lead_id = ANY($1::uuid[]) AND status IN ('new', 'active') AND last_sign_at < shop.since ORDER BY lead_id FOR UPDATE OF leads) RETURNING *",
        list(lead_ids), list(since), list(since.values()), at, reason,
    )  # fmt: skip


async def ask_for_call(transaction: Transaction, *, lead_id: UUID) -> asyncpg.Record | None:
    """Until somebody calls or writes; raises the lead's version. None where it is asked for already. Homeowners first."""
    return await transaction.fetch_one(
        "UPDATE leads SET asked_for_a_call = true, version = version + 1 WHERE lead_id = $1 AND NOT asked_for_a_call RETURNING *",
        lead_id,
    )  # fmt: skip


async def note_text_sent(transaction: Transaction, *, lead_id: UUID, at: datetime) -> None:
    """Somebody wrote in this thread."""
    await transaction.connection.execute(
        "UPDATE leads SET last_text_at = greatest(last_text_at, $2) WHERE lead_id = $1", lead_id, at
    )


async def note_spoken(transaction: Transaction, *, homeowner_id: UUID, at: datetime) -> None:
    """The shop took a call of theirs."""
    await transaction.execute(
        "UPDATE homeowners SET spoken_at = greatest(spoken_at, $2) WHERE homeowner_id = $1", homeowner_id, at
    )


async def leads_of(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """With what their turn depends on, oldest first."""
    return await transaction.fetch(
        f"{WITH_TURN} WHERE l.organization_id = $1 ORDER BY l.opened_at, l.lead_id", organization_id
    )


async def lead(transaction: Transaction, *, lead_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one(f"{WITH_TURN} WHERE l.lead_id = $1", lead_id)


async def leads_after(transaction: Transaction, *, lead_id: UUID, limit: int) -> list[asyncpg.Record]:
    """A page of all leads of all organizations, by id."""
    return await transaction.fetch(f"{WITH_TURN} WHERE l.lead_id > $1 ORDER BY l.lead_id LIMIT $2", lead_id, limit)


async def items_of(transaction: Transaction, *, lead_id: UUID) -> list[asyncpg.Record]:
    return await transaction.fetch("SELECT * FROM thread_items WHERE lead_id = $1 ORDER BY at, seq", lead_id)


WITH_TURN: Final = """
SELECT l.*, h.number, h.name, h.address, h.postal_code, l.handed_over_at IS NOT NULL AND NOT EXISTS (SELECT FROM texts t WHERE t.lead_id = l.lead_id
        AND t.text_class = 'staff' AND t.created_at > l.handed_over_at) AS handed_over,
    draft.waits AS draft_waits, draft.answers AS automation_answers,
    newest_text.state AS newest_text_state, newest_text.due_at AS newest_text_due_at, newest_text.at AS newest_text_at, newest_word.at AS newest_word_at,
    (SELECT max(i.at) FROM thread_items i WHERE i.lead_id = l.lead_id AND i.kind = 'call' AND i.detail->>'outcome' = 'office') AS office_called_at
FROM leads l JOIN homeowners h ON h.homeowner_id = l.homeowner_id
LEFT JOIN LATERAL (SELECT bool_or(t.state = 'awaiting_approval') AS waits,
    bool_or(t.text_class IN ('first_reply', 'response', 'slot_offer', 'confirmation', 'change_notice', 'cancel_notice')
        AND (t.state IN ('queued', 'held', 'sending') OR t.state = 'unsettled' AND t.due_at IS NOT NULL)) AS answers
    FROM texts t WHERE t.lead_id = l.lead_id) draft ON true
LEFT JOIN LATERAL (SELECT t.state, t.due_at, coalesce(t.sent_at, t.created_at) AS at FROM texts t WHERE t.lead_id = l.lead_id
    AND t.state NOT IN ('suppressed', 'cancelled') AND t.text_class <> 'compliance' ORDER BY 3 DESC LIMIT 1) newest_text ON true
LEFT JOIN LATERAL (SELECT i.at FROM thread_items i WHERE i.lead_id = l.lead_id AND (i.kind = 'text_in' AND NOT coalesce((i.detail->>'carrier_word')::boolean, false)
    OR i.kind = 'call' AND (i.detail->>'outcome' = 'voicemail' OR i.detail->>'outcome' = 'missed' AND h.number IS NOT NULL))
    ORDER BY i.at DESC LIMIT 1) newest_word ON true
"""
