"""The processes that send just now: of no organization."""

from datetime import datetime
from typing import Final

from chassis.database import Transaction

SEEN: Final = """
WITH gone AS (DELETE FROM sending_processes WHERE seen_at < $3 AND name <> $1),
here AS (INSERT INTO sending_processes (name, seen_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at)
SELECT 1 + count(*) FROM sending_processes WHERE seen_at >= $3 AND name <> $1
"""


async def seen(transaction: Transaction, *, name: str, at: datetime, gone_before: datetime) -> int:
    """Notes that this one is here; how many are, this one included."""
    return int(await transaction.fetch_value(SEEN, name, at, gone_before))


async def leave(transaction: Transaction, *, name: str) -> None:
    await transaction.execute("DELETE FROM sending_processes WHERE name = $1", name)
