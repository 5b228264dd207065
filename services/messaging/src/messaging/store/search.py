"""Words to be found by, and finding them: the newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction

NEWEST_LOOKED_AT: Final = 2000
"""A common word is found among these; a rarer one by its index."""


class Words(NamedTuple):
    item_id: UUID
    organization_id: UUID
    lead_id: UUID
    at: datetime
    words: list[str]


async def bodies(transaction: Transaction, *, item_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Of items and texts that may hold words or files."""
    return await transaction.fetch(
        "SELECT item_id, organization_id, homeowner_id, lead_id, at, body, detail FROM thread_items WHERE item_id = ANY($1::uuid[]) AND lead_id IS NOT NULL UNION ALL"
        " SELECT text_id, organization_id, homeowner_id, lead_id, created_at, body, '{}' FROM texts WHERE text_id = ANY($1::uuid[]) AND lead_id IS NOT NULL"
        " AND state <> 'suppressed'",
        list(item_ids),
    )  # fmt: skip


async def keep(transaction: Transaction, *, rows: Sequence[Words]) -> None:
    """Arrays of arrays do not exist: words travel as one text each, split there."""
    await transaction.connection.execute(
        "INSERT INTO thread_words (item_id, organization_id, lead_id, at, words)"
        " SELECT item_id, organization_id, lead_id, at, array_to_tsvector(array_remove(string_to_array(words, ' '), ''))"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) AS n(item_id, organization_id, lead_id, at, words)"
        " ON CONFLICT (item_id) DO UPDATE SET words = excluded.words WHERE thread_words.words IS DISTINCT FROM excluded.words",
        [row.item_id for row in rows], [row.organization_id for row in rows], [row.lead_id for row in rows], [row.at for row in rows],
        [" ".join(row.words) for row in rows],
    )  # fmt: skip


async def find(transaction: Transaction, *, organization_id: UUID, wanted: Sequence[str], most: int) -> list[UUID]:
    """Leads in which one item, or the homeowner's name and number, has all the words; by the newest such item."""
    query = " & ".join(f"'{word}':*" for word in wanted)
    rows = await transaction.fetch(
        "SELECT lead_id, max(at) FROM find_leads($1, $2::text::tsquery, $3, $4) GROUP BY 1 ORDER BY 2 DESC LIMIT $4",
        organization_id, query, NEWEST_LOOKED_AT, most,
    )  # fmt: skip
    return [row["lead_id"] for row in rows]
