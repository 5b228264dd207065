"""Calls and their facts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from capture.domain.call_story import Facts, Outcome, Reason
from chassis import outbox
from chassis.database import Transaction

SAVE: Final = f"""
WITH folded AS (
    UPDATE callbacks SET folded_at = $1 WHERE seq = ANY($2::bigint[]) AND folded_at IS NULL RETURNING seq
), saved AS (
    INSERT INTO calls (call_id, organization_id, provider, provider_call_id, tracked_number, homeowner_id, homeowner_number, facts,
        outcome, reason, told, started_at, ended_at, ask_at, version)
    SELECT a, b, c, d, e, f, g, h, i, j, string_to_array(k, ','), l, m, n, o
    FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[], $10::jsonb[], $11::text[], $12::text[],
        $13::text[], $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::int[]) AS u(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
    ON CONFLICT (call_id) DO UPDATE SET facts = excluded.facts, outcome = excluded.outcome, reason = excluded.reason, told = excluded.told,
        homeowner_id = excluded.homeowner_id, homeowner_number = excluded.homeowner_number,
        started_at = excluded.started_at, ended_at = excluded.ended_at, ask_at = excluded.ask_at, version = excluded.version
        WHERE calls.version = excluded.version - 1
    RETURNING call_id
), told AS (
    INSERT INTO outbox ({outbox.COLUMNS}) SELECT * FROM {outbox.unnest(18)} RETURNING seq
)
SELECT CASE WHEN (SELECT count(*) FROM folded) < cardinality($2::bigint[]) OR (SELECT count(*) FROM saved) < cardinality($3::uuid[])
    THEN overtaken() END, (SELECT array_agg(seq ORDER BY seq) FROM told) AS seqs
"""
"""All of it or, where somebody else folded one of the callbacks or saved one of the calls meanwhile, nothing."""
MOST_ASKED: Final = 38
"""After a minute, then ever later up to an hour: 24 h in all, which is the longest that a carrier lets a call last."""
TO_ASK: Final = f"""
UPDATE calls SET ask_at = $1 + least(interval '1 hour', interval '1 minute' * power(1.3, least(asked, 30))), asked = asked + 1 WHERE call_id IN (
    SELECT call_id FROM calls WHERE ask_at <= $1 ORDER BY ask_at, call_id LIMIT $2 FOR UPDATE SKIP LOCKED
) RETURNING call_id, organization_id, provider_call_id, tracked_number, started_at, asked >= {MOST_ASKED} AS last
"""


class Call(NamedTuple):
    """One call as it is stored. `told` lists the events that went out, so that each goes out once; `version` counts how
    often it was saved.
    """

    call_id: UUID
    organization_id: UUID
    provider: str
    provider_call_id: str
    tracked_number: str
    homeowner_id: UUID
    homeowner_number: str | None
    facts: Facts
    outcome: Outcome
    reason: Reason | None
    told: frozenset[str]
    started_at: datetime
    ended_at: datetime | None
    ask_at: datetime | None
    version: int = 0


async def known(transaction: Transaction, *, call_ids: Iterable[UUID]) -> dict[UUID, Call]:
    """Those that are stored already."""
    rows = await transaction.fetch("SELECT * FROM calls WHERE call_id = ANY($1::uuid[])", list(call_ids))
    return {row["call_id"]: _call(row) for row in rows}


async def locked(transaction: Transaction, *, call_ids: Iterable[UUID]) -> dict[UUID, Call]:
    """The same, locked in the order of their ids."""
    rows = await transaction.fetch(
        "SELECT * FROM calls WHERE call_id = ANY($1::uuid[]) ORDER BY call_id FOR UPDATE", list(call_ids)
    )
    return {row["call_id"]: _call(row) for row in rows}


async def save(
    transaction: Transaction,
    *,
    now: datetime,
    callbacks: Sequence[int],
    calls: Sequence[Call],
    events: Sequence[outbox.Row],
) -> None:
    """Folded callbacks, their calls and events in one statement; calls as they were read, changed. All or nothing.

    Raises asyncpg.SerializationError when somebody else was quicker with any of them.
    """
    columns: list[list[Any]] = (
        [list(column) for column in zip(*map(_row, calls), strict=True)] if calls else [[] for _ in Call._fields]
    )
    saved = await transaction.connection.fetchrow(SAVE, now, callbacks, *columns, *outbox.arrays(events))
    if events and saved is not None:
        transaction.wrote(outbox.numbered(events, seqs=saved["seqs"]))


async def listed(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """Newest last; a caller who hides is `hidden`."""
    return await transaction.fetch(
        "SELECT call_id AS id, provider_call_id, coalesce(homeowner_number, 'hidden') AS caller, tracked_number, outcome, started_at, ended_at"
        " FROM calls WHERE organization_id = $1 ORDER BY started_at, call_id",
        organization_id,
    )


async def ended(
    transaction: Transaction, *, organization_id: UUID, provider_call_ids: Sequence[str]
) -> dict[str, bool]:
    """Of the calls that are known, whether each has an end."""
    rows = await transaction.fetch(
        "SELECT provider_call_id, outcome <> 'open' AS ended FROM calls WHERE organization_id = $1 AND provider_call_id = ANY($2::text[])",
        organization_id,
        list(provider_call_ids),
    )
    return {row["provider_call_id"]: row["ended"] for row in rows}


async def to_ask(transaction: Transaction, *, now: datetime, limit: int) -> list[asyncpg.Record]:
    """Calls that should have ended; the provider is asked again later and later, until somebody tells the end. `last`: it
    is not to be asked any more.
    """
    return await transaction.fetch(TO_ASK, now, limit)


def _row(call: Call) -> tuple[Any, ...]:
    told = ",".join(sorted(call.told))
    return (*call[:7], msgspec.to_builtins(call.facts), *call[8:10], told, *call[11:14], call.version + 1)


def _call(row: asyncpg.Record) -> Call:
    values = {name: row[name] for name in Call._fields}
    return Call(**{**values, "facts": msgspec.convert(values["facts"], Facts), "told": frozenset(values["told"])})
