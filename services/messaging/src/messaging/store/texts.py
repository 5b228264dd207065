"""Texts of ours: planned, held, claimed, sent, settled. Whoever locks texts and homeowners locks the texts first."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis import outbox
from chassis.database import Transaction
from contracts.leads import TextSent

LEASE: Final = timedelta(seconds=30)
"""Longer than a carrier may take to answer: after that nobody is on it any more."""
PENDING: Final = "('queued', 'held', 'awaiting_approval')"
ANY_PARTITION: Final = -1
"""Of texts that do not wait until the carrier was heard (rule 12)."""


class Text(NamedTuple):
    """One text as it is stored.

    `due_at` is when it is looked at next, of a text that was sent when its carrier is asked how it fares.
    `state`: held, awaiting_approval, queued, sending, unsettled, sent, delivered, undelivered, failed, suppressed,
    cancelled. `partition` is that of the homeowner in capture's stream,
    `traceparent` the trace of what it answers.
    """

    text_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    lead_id: UUID | None
    text_class: str
    body: str
    from_number: str | None
    to_number: str | None
    partition: int
    created_at: datetime
    state: str = "planned"
    body_after_hours: str | None = None
    segments: int = 0
    planned_in_status: str | None = None
    call_id: UUID | None = None
    answers_at: datetime | None = None
    allowed_since: datetime | None = None
    passes_at: datetime | None = None
    approved: bool = False
    due_at: datetime | None = None
    held_until: datetime | None = None
    attempt: int = 0
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    attempted_at: datetime | None = None
    reason: str | None = None
    rule: int | None = None
    looks: int = 1
    template: str | None = None
    traceparent: str | None = None
    rang_at: datetime | None = None
    booking_id: UUID | None = None
    visit_version: int | None = None
    wished_at: datetime | None = None
    written_by: UUID | None = None
    photos: int = 0
    body_when_open: str | None = None
    follows_after: timedelta | None = None
    decision: dict[str, Any] = {}  # noqa: RUF012 -- never changed, only replaced


TEXT_COLUMNS: Final = ", ".join(Text._fields)
_TYPES: Final = {
    **dict.fromkeys(
        ("text_id", "organization_id", "homeowner_id", "lead_id", "call_id", "booking_id", "written_by"),
        "uuid",
    ),
    **dict.fromkeys(("partition", "segments", "attempt", "rule", "looks", "visit_version", "photos"), "int"),
    "approved": "boolean",
    **dict.fromkeys(
        (
            "created_at",
            "answers_at",
            "allowed_since",
            "passes_at",
            "due_at",
            "held_until",
            "claimed_until",
            "attempted_at",
            "rang_at",
            "wished_at",
        ),
        "timestamptz",
    ),
    "follows_after": "interval",
    "decision": "jsonb",
}
TEXT_TYPES: Final = tuple(_TYPES.get(name, "text") for name in Text._fields)

CHANGED: Final = (
    "state", "body", "body_after_hours", "body_when_open", "approved", "segments", "allowed_since", "due_at", "held_until", "attempt", "claimed_by", "claimed_until", "attempted_at", "reason", "rule", "looks",
)  # fmt: skip
PUT: Final = f"""
UPDATE texts SET {", ".join(f"{name} = seen.{name}" for name in CHANGED)}, latest_decision = seen.decision
FROM unnest({", ".join(f"${number}::{_TYPES.get(name, 'text')}[]" for number, name in enumerate(("text_id", *CHANGED, "decision"), 1))})
    AS seen(text_id, {", ".join(CHANGED)}, decision)
WHERE texts.text_id = seen.text_id
"""


async def put(transaction: Transaction, *, seen: Sequence[Text]) -> None:
    """What a further look changed, for all of them in one statement."""
    columns = [[getattr(text, name) for text in seen] for name in ("text_id", *CHANGED, "decision")]
    await transaction.connection.execute(PUT, *columns)


async def record_sent(
    transaction: Transaction, *, text_id: UUID, provider: str, provider_id: str, at: datetime
) -> asyncpg.Record | None:
    """The carrier has it, whatever we thought before. None when that was known."""
    return await transaction.connection.fetchrow(
        "UPDATE texts SET state = 'sent', provider = $2, provider_id = $3, sent_at = $4::timestamptz, reason = NULL, claimed_by = NULL, claimed_until = NULL, due_at = $4::timestamptz + interval '15 minutes'"
        " WHERE text_id = $1 AND sent_at IS NULL AND $3 <> ALL(earlier_ids) RETURNING *",
        text_id, provider, provider_id, at,
    )  # fmt: skip


class Sent(NamedTuple):
    """A text that a carrier took, and what is told of it."""

    text_id: UUID
    provider: str
    provider_id: str
    at: datetime
    event: TextSent
    traceparent: str | None


SENT: Final = f"""
WITH told AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS each(text_id, provider, provider_id, at)
), sent AS (
    UPDATE texts SET state = 'sent', provider = told.provider, provider_id = told.provider_id, sent_at = told.at, reason = NULL, claimed_by = NULL,
        claimed_until = NULL, due_at = told.at + interval '15 minutes'
    FROM told WHERE texts.text_id = told.text_id AND texts.sent_at IS NULL AND texts.earlier_ids = '{{}}'
    RETURNING texts.text_id, texts.lead_id, texts.text_class, told.at
), led AS (
    UPDATE leads SET last_text_at = greatest(last_text_at, newest.at)
    FROM (SELECT lead_id, max(at) AS at FROM sent WHERE lead_id IS NOT NULL AND text_class <> 'compliance' GROUP BY 1) newest
    WHERE leads.lead_id = newest.lead_id
), told_of AS (
    INSERT INTO outbox ({outbox.COLUMNS}) SELECT {", ".join(f"event.{name}" for name in outbox.COLUMNS.split(", "))}
    FROM ROWS FROM (unnest($1::uuid[]), {outbox.unnest(5)}) AS event(text_id, {outbox.COLUMNS}) JOIN sent ON sent.text_id = event.text_id
)
SELECT text_id FROM sent
"""


async def record_sent_together(transaction: Transaction, *, sent: Sequence[Sent]) -> set[UUID]:
    """The same for several at once, each told of in the outbox; returns those that are recorded. One that has a history
    (sent already, or lost once before) is left as it is.
    """
    columns = [list(column) for column in zip(*(each[:4] for each in sent), strict=True)]
    rows = [outbox.row(each.event, service="messaging", traceparent=each.traceparent) for each in sent]
    found = await transaction.connection.fetch(SENT, *columns, *outbox.arrays(rows))
    if found:
        transaction.wrote()
    return {row["text_id"] for row in found}


async def record_state(
    transaction: Transaction,
    *,
    text_id: UUID,
    state: str,
    reason: str | None,
    error_code: int | None = None,
    due_at: datetime | None = None,
) -> None:
    await transaction.execute(
        "UPDATE texts SET state = $2, reason = $3, error_code = $4, due_at = $5, claimed_by = NULL, claimed_until = NULL WHERE text_id = $1",
        text_id, state, reason, error_code, due_at,
    )  # fmt: skip


async def try_again_later(
    transaction: Transaction, *, text_id: UUID, reason: str, error_code: int | None, due_at: datetime
) -> None:
    """The carrier had it and could not deliver it: it waits as if it had never left, and remembers the message that failed."""
    await transaction.execute(
        "UPDATE texts SET state = 'queued', reason = $2, error_code = $3, due_at = $4, sent_at = NULL, provider_id = NULL,"
        " earlier_ids = earlier_ids || provider_id WHERE text_id = $1",
        text_id, reason, error_code, due_at,
    )  # fmt: skip


async def arrived_after_all(transaction: Transaction, *, text_id: UUID, provider_id: str) -> None:
    """A message that was reported lost got there: it is the one that counts."""
    await transaction.execute(
        "UPDATE texts SET state = 'sent', provider_id = $2, sent_at = attempted_at, due_at = NULL, earlier_ids = array_remove(earlier_ids, $2)"
        " WHERE text_id = $1",
        text_id, provider_id,
    )  # fmt: skip


async def record_carrier_state(transaction: Transaction, *, text_id: UUID, told: str) -> None:
    """The carrier's own word, known to us or not."""
    await transaction.execute("UPDATE texts SET carrier_state = $2 WHERE text_id = $1", text_id, told)


async def locked(transaction: Transaction, *, text_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one("SELECT * FROM texts WHERE text_id = $1 FOR UPDATE", text_id)


async def abandoned(
    transaction: Transaction, *, now: datetime, settle_after: timedelta, in_hand: Collection[UUID]
) -> int:
    """Texts whose sender vanished: nobody knows whether the carrier has them."""
    rows = await transaction.fetch(
        "UPDATE texts SET state = 'unsettled', due_at = attempted_at + $2, reason = 'the sender stopped before the carrier answered', claimed_by = NULL,"
        " claimed_until = NULL WHERE text_id IN (SELECT text_id FROM texts WHERE state = 'sending' AND claimed_until < $1 AND text_id <> ALL($3::uuid[])"
        " FOR UPDATE SKIP LOCKED) RETURNING text_id",
        now, settle_after, list(in_hand),
    )  # fmt: skip
    return len(rows)


async def unsettled(transaction: Transaction, *, now: datetime, again: timedelta, limit: int) -> list[asyncpg.Record]:
    """Due to be looked up at the carrier; taken for a while, so that nobody else looks meanwhile."""
    return await transaction.fetch(
        "UPDATE texts SET due_at = $1::timestamptz + $2 WHERE text_id IN (SELECT text_id FROM texts WHERE state = 'unsettled' AND due_at <= $1"
        " ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *",
        now, again, limit,
    )  # fmt: skip


async def settle_alone(transaction: Transaction, *, homeowner_id: UUID) -> None:
    """Until the end of the transaction nobody else settles a text to this homeowner. Before other locks."""
    await transaction.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settle ' || $1::text, 0))", str(homeowner_id)
    )


async def twin_on_its_way(transaction: Transaction, *, text: asyncpg.Record) -> bool:
    """Whether the carrier is being asked to take another text of the same words from and to the same numbers."""
    return bool(
        await transaction.fetch_value(
            "SELECT EXISTS (SELECT FROM texts WHERE homeowner_id = $1 AND state = 'sending' AND text_id <> $2 AND from_number = $3"
            " AND to_number = $4 AND body = $5)",
            text["homeowner_id"], text["text_id"], text["from_number"], text["to_number"], text["body"],
        )
    )  # fmt: skip


async def claimed_provider_ids(transaction: Transaction, *, provider_ids: Sequence[str]) -> set[str]:
    """Those of the carrier's messages that are known as texts of ours."""
    rows = await transaction.fetch(
        "SELECT provider_id FROM texts WHERE provider_id = ANY($1::text[])"
        " UNION ALL SELECT unnest(earlier_ids) FROM texts WHERE earlier_ids && $1::text[] AND earlier_ids <> '{}'",
        list(provider_ids),
    )
    return {row["provider_id"] for row in rows}


async def cancel_pending(
    transaction: Transaction, *, reason: str, homeowner_id: UUID | None = None, lead_ids: Sequence[UUID] = ()
) -> list[asyncpg.Record]:
    """All that has not left yet, of a homeowner or of leads, in one statement. Answers to carrier words stay."""
    return await transaction.fetch(
        "UPDATE texts SET state = 'cancelled', reason = $3, due_at = NULL WHERE (homeowner_id = $1 OR lead_id = ANY($2::uuid[]))"
        f" AND state IN {PENDING} AND text_class <> 'compliance' RETURNING *",
        homeowner_id, list(lead_ids), reason,
    )  # fmt: skip


async def look_again_now(transaction: Transaction, *, homeowner_id: UUID, at: datetime) -> None:
    """Answers to a call that are held: something happened that may have made them needless."""
    await transaction.execute(
        "UPDATE texts SET due_at = $2 WHERE homeowner_id = $1 AND state = 'held' AND text_class IN ('first_reply', 'follow_up')",
        homeowner_id, at,
    )  # fmt: skip


async def cancel_answers(transaction: Transaction, *, homeowner_id: UUID, reason: str) -> list[asyncpg.Record]:
    """Answers by rule that have not left: the homeowner wrote again, and the next one says it better. Before other locks."""
    return await transaction.fetch(
        "UPDATE texts SET state = 'cancelled', reason = $2, due_at = NULL WHERE homeowner_id = $1 AND text_class = 'response'"
        f" AND state IN {PENDING} RETURNING *",
        homeowner_id, reason,
    )  # fmt: skip


async def of_lead(transaction: Transaction, *, lead_id: UUID) -> list[asyncpg.Record]:
    return await transaction.fetch("SELECT * FROM texts WHERE lead_id = $1 ORDER BY created_at, text_id", lead_id)


async def one(transaction: Transaction, *, text_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one("SELECT * FROM texts WHERE text_id = $1", text_id)
