"""Heads, entries and contents."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from proof.domain.chain import GENESIS

PAGE: Final = 1000
BEGIN: Final = "INSERT INTO heads (organization_id, sequence, digest) SELECT each, 0, $2 FROM unnest($1::uuid[]) each ORDER BY each ON CONFLICT DO NOTHING"
LOCK: Final = "SELECT organization_id, sequence, digest FROM heads WHERE organization_id = ANY($1::uuid[]) ORDER BY organization_id FOR UPDATE"
APPEND: Final = """
WITH moved AS (
    UPDATE heads SET sequence = m.sequence, digest = m.digest FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS m(organization_id, sequence, digest)
    WHERE heads.organization_id = m.organization_id
), chained AS (
    INSERT INTO entries (organization_id, sequence, type, occurred_at, event_id, content_digest, previous, digest, homeowner_id, lead_id)
    SELECT * FROM unnest($4::uuid[], $5::bigint[], $6::text[], $7::timestamptz[], $8::uuid[], $9::bytea[], $10::bytea[], $11::bytea[], $12::uuid[], $13::uuid[])
)
INSERT INTO contents (organization_id, sequence, homeowner_id, salt, payload)
SELECT * FROM unnest($4::uuid[], $5::bigint[], $12::uuid[], $14::bytea[], $15::bytea[])
"""
OF_LEAD: Final = """
WITH mine AS (
    SELECT homeowner_id, organization_id, min(sequence) AS first FROM entries WHERE lead_id = $1 AND homeowner_id IS NOT NULL GROUP BY 1, 2
), others AS (
    SELECT max(e.sequence) FILTER (WHERE e.sequence < mine.first) AS before, min(e.sequence) AS first
    FROM entries e JOIN mine USING (homeowner_id, organization_id) WHERE e.lead_id <> $1 GROUP BY e.lead_id
), span AS (
    SELECT coalesce(max(others.before), 0) AS after, min(others.first) FILTER (WHERE others.before IS NULL) AS until FROM others
)
SELECT e.*, c.salt, c.payload FROM entries e JOIN mine USING (homeowner_id, organization_id) CROSS JOIN span
LEFT JOIN contents c USING (organization_id, sequence)
WHERE e.lead_id = $1 OR e.lead_id IS NULL AND e.sequence > span.after AND (span.until IS NULL OR e.sequence < span.until)
ORDER BY e.sequence
"""


class Head(NamedTuple):
    sequence: int
    digest: bytes


class Chained(NamedTuple):
    """One entry with what it says."""

    organization_id: UUID
    sequence: int
    type: str
    occurred_at: datetime
    event_id: UUID
    content_digest: bytes
    previous: bytes
    digest: bytes
    homeowner_id: UUID | None
    lead_id: UUID | None
    salt: bytes
    payload: bytes


async def lock_heads(transaction: Transaction, *, organization_ids: Sequence[UUID]) -> dict[UUID, Head]:
    """In the order of their ids, so that two batches never wait for each other in a circle."""
    wanted = sorted(set(organization_ids))
    await transaction.execute(BEGIN, wanted, GENESIS)
    return {
        row["organization_id"]: Head(row["sequence"], row["digest"]) for row in await transaction.fetch(LOCK, wanted)
    }


async def append(transaction: Transaction, *, heads: dict[UUID, Head], entries: Sequence[Chained]) -> None:
    """All entries of a batch in one statement."""
    moved = [list(heads), [head.sequence for head in heads.values()], [head.digest for head in heads.values()]]
    columns: list[list[Any]] = [list(column) for column in zip(*entries, strict=True)]
    await transaction.connection.execute(APPEND, *moved, *columns)


async def walk(transaction: Transaction, *, organization_id: UUID) -> AsyncIterator[asyncpg.Record]:
    """Every entry in order, with its content where that still lies there."""
    last = 0
    while True:
        rows = await transaction.fetch(
            "SELECT e.*, c.salt, c.payload FROM entries e LEFT JOIN contents c USING (organization_id, sequence)"
            " WHERE e.organization_id = $1 AND e.sequence > $2 ORDER BY e.sequence LIMIT $3",
            organization_id, last, PAGE,
        )  # fmt: skip
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        last = rows[-1]["sequence"]


async def head(transaction: Transaction, *, organization_id: UUID) -> Head | None:
    row = await transaction.fetch_one("SELECT sequence, digest FROM heads WHERE organization_id = $1", organization_id)
    return Head(row["sequence"], row["digest"]) if row else None


async def of_lead(transaction: Transaction, *, lead_id: UUID) -> list[asyncpg.Record]:
    """Entries that name the lead, and those of its homeowner that name none and lie between the lead before and the one after."""
    return await transaction.fetch(OF_LEAD, lead_id)
