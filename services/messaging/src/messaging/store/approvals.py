"""Drafts that wait for the office's OK, and what was said to them."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.store.texts import TEXT_COLUMNS, Text

_TEXT: Final = ", ".join(f"t.{name}" for name in TEXT_COLUMNS.split(", "))


class Answer(NamedTuple):
    """What a person said to a draft; `action` is approved, edited or skipped."""

    answer_id: UUID
    organization_id: UUID
    text_id: UUID
    action: str
    member_id: UUID
    member_name: str
    at: datetime
    body_before: str
    reason: str | None


class Draft(NamedTuple):
    """One that waits, with what a person has to know: whom it is to, their last words, and the call that it answers."""

    text: Text
    homeowner: str | None
    status: str | None
    last_words: str | None
    last_words_at: datetime | None
    call_at: datetime | None
    call_detail: dict[str, object] | None


async def waiting(transaction: Transaction, *, organization_id: UUID, limit: int) -> list[Draft]:
    """Oldest first."""
    rows = await transaction.connection.fetch(
        f"SELECT {_TEXT}, h.name, l.status, words.body, words.at, call.at, call.detail FROM texts t"
        " JOIN homeowners h ON h.homeowner_id = t.homeowner_id LEFT JOIN leads l ON l.lead_id = t.lead_id"
        " LEFT JOIN LATERAL (SELECT i.body, i.at FROM thread_items i WHERE i.lead_id = t.lead_id AND i.kind = 'text_in' ORDER BY i.at DESC, i.seq DESC LIMIT 1) words ON true"
        " LEFT JOIN thread_items call ON call.item_id = t.call_id"
        " WHERE t.organization_id = $1 AND t.state = 'awaiting_approval' ORDER BY t.created_at, t.text_id LIMIT $2",
        organization_id, limit,
    )  # fmt: skip
    width = len(Text._fields)
    return [Draft(Text(*list(row.values())[:width]), *list(row.values())[width:]) for row in rows]


async def locked(transaction: Transaction, *, text_id: UUID) -> Text | None:
    row = await transaction.connection.fetchrow(
        f"SELECT {TEXT_COLUMNS} FROM texts WHERE text_id = $1 FOR UPDATE", text_id
    )
    return Text(*row) if row is not None else None


async def to_look_at(transaction: Transaction, *, now: datetime, limit: int) -> list[Text]:
    """Drafts whose next look is due, locked."""
    rows = await transaction.connection.fetch(
        f"SELECT {TEXT_COLUMNS} FROM texts WHERE state = 'awaiting_approval' AND (due_at IS NULL OR due_at <= $1)"
        " ORDER BY due_at NULLS FIRST LIMIT $2 FOR UPDATE SKIP LOCKED",
        now, limit,
    )  # fmt: skip
    return [Text(*row) for row in rows]


async def look_later(transaction: Transaction, *, text_ids: list[UUID], at: datetime) -> None:
    await transaction.execute(
        "UPDATE texts SET due_at = $2 WHERE text_id = ANY($1::uuid[]) AND state = 'awaiting_approval'", text_ids, at
    )


async def answered(transaction: Transaction, *, answer: Answer) -> None:
    await transaction.execute(
        "INSERT INTO draft_answers (answer_id, organization_id, text_id, action, member_id, member_name, at, body_before, reason)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
        *answer,
    )  # fmt: skip


async def answer_to(transaction: Transaction, *, text_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one("SELECT * FROM draft_answers WHERE text_id = $1", text_id)


async def cleared_since(
    transaction: Transaction, *, organization_id: UUID, since: datetime, limit: int
) -> list[asyncpg.Record]:
    """Answers, newest first, each with its text and whom it was to."""
    return await transaction.fetch(
        "SELECT a.*, t.text_class, t.state, t.to_number, h.name FROM draft_answers a JOIN texts t ON t.text_id = a.text_id"
        " JOIN homeowners h ON h.homeowner_id = t.homeowner_id WHERE a.organization_id = $1 AND a.at >= $2 ORDER BY a.at DESC LIMIT $3",
        organization_id, since, limit,
    )  # fmt: skip


async def went_stale_since(
    transaction: Transaction, *, organization_id: UUID, since: datetime, limit: int
) -> list[asyncpg.Record]:
    """Drafts that ended by themselves, newest first."""
    return await transaction.fetch(
        "SELECT t.text_id, t.text_class, t.to_number, t.reason, h.name, t.lead_id FROM texts t JOIN homeowners h ON h.homeowner_id = t.homeowner_id"
        " WHERE t.organization_id = $1 AND t.created_at >= $2 AND t.state IN ('suppressed', 'cancelled') AND t.decision->>'outcome' = 'await_approval'"
        " AND NOT EXISTS (SELECT FROM draft_answers a WHERE a.text_id = t.text_id) ORDER BY t.created_at DESC LIMIT $3",
        organization_id, since, limit,
    )  # fmt: skip


async def decided_since(transaction: Transaction, *, organization_id: UUID, since: datetime) -> list[asyncpg.Record]:
    """How many texts by the outcome of their newest decision, or `cancelled`, and the rule that decided."""
    return await transaction.fetch(
        "SELECT CASE state WHEN 'cancelled' THEN state ELSE coalesce(latest_decision, decision)->>'outcome' END AS outcome, CASE WHEN state IN ('suppressed', 'held') THEN rule END AS rule,"
        " coalesce(latest_decision, decision)->>'sentence' LIKE 'Preview:%' AS preview, count(*) AS count"
        " FROM texts WHERE organization_id = $1 AND created_at >= $2 AND text_class NOT IN ('staff', 'staff_alert') GROUP BY 1, 2, 3",
        organization_id, since,
    )  # fmt: skip
