"""Records that could not be handled wait here, each key in its order."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from chassis.database import Transaction
from chassis.records import Stored, storable

TRIES: Final = 5
BACK_OFF: Final = tuple(map(timedelta, (0, 0, 0, 0, 0), (1, 1, 5, 30, 120)))
"""What follows the first, second, third and fourth failure; the fifth is the last."""
SOON: Final = timedelta(seconds=1)
LATEST: Final = timedelta(seconds=30)
ERROR_LENGTH: Final = 2000

PLACE: Final = "consumer, key, topic, partition, record_offset, event_id, type, payload, headers"
PARK: Final = f"""
INSERT INTO parked ({PLACE}, error, tries, next_try_at)
SELECT $1, each.*, $11, $12 FROM unnest(
    $2::text[], $3::text[], $4::int[], $5::bigint[], $6::uuid[], $7::text[], $8::bytea[], $9::jsonb[], $10::text[]
) AS each
ON CONFLICT DO NOTHING
"""
DUE: Final = """
SELECT consumer, seq FROM (
    SELECT DISTINCT ON (consumer, key) consumer, seq, next_try_at FROM parked
    WHERE consumer = ANY($1::text[]) ORDER BY consumer, key, seq
) AS first WHERE next_try_at <= $2 ORDER BY seq LIMIT $3
"""


async def park(
    transaction: Transaction,
    *,
    consumer: str,
    records: Sequence[Stored],
    errors: Sequence[str],
    tries: int,
    next_try_at: datetime,
) -> None:
    """Keeps records behind those of their keys, in this order; the same record is kept once."""
    columns = [list(column) for column in zip(*records, strict=True)]
    shown = [shortened(error) for error in errors]
    await transaction.execute(PARK, consumer, *columns, shown, tries, next_try_at)


async def keys_waiting(transaction: Transaction, *, consumer: str) -> set[str]:
    """Keys that have a parked record: whatever else comes for them waits behind it."""
    rows = await transaction.fetch("SELECT DISTINCT key FROM parked WHERE consumer = $1", consumer)
    return {row["key"] for row in rows}


async def due(pool: asyncpg.Pool, *, consumers: Sequence[str], now: datetime, limit: int) -> dict[str, list[int]]:
    """By consumer, the `seq` of the first records of their keys that may be tried again, the longest parked first."""
    found: dict[str, list[int]] = {}
    for row in await pool.fetch(DUE, consumers, now, limit):
        found.setdefault(row["consumer"], []).append(row["seq"])
    return found


async def hurry(pool: asyncpg.Pool, *, consumers: Sequence[str], now: datetime) -> None:
    """What waits without having failed is due at once: something that it may have waited for has come."""
    await pool.execute(
        "UPDATE parked SET next_try_at = $2 WHERE consumer = ANY($1::text[]) AND tries = 0 AND next_try_at > $2",
        consumers,
        now,
    )


async def take_turn(transaction: Transaction, *, consumer: str) -> bool:
    """One process at a time tries the parked records of a consumer, until its transaction ends."""
    asked = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
    return bool(await transaction.fetch_value(asked, f"parked {consumer}"))


async def still_due(transaction: Transaction, *, rows: Sequence[int], now: datetime) -> list[asyncpg.Record]:
    """Those that no other process has tried meanwhile. What was the first of its key still is: rows are added behind."""
    query = "SELECT * FROM parked WHERE seq = ANY($1::bigint[]) AND next_try_at <= $2 ORDER BY seq"
    return await transaction.fetch(query, rows, now)


async def forget(transaction: Transaction, *, rows: Sequence[int]) -> None:
    await transaction.execute("DELETE FROM parked WHERE seq = ANY($1::bigint[])", rows)


async def put_off(transaction: Transaction, *, seq: int, error: str, tries: int, next_try_at: datetime) -> None:
    await transaction.execute(
        "UPDATE parked SET error = $2, tries = $3, next_try_at = $4 WHERE seq = $1",
        seq,
        shortened(error),
        tries,
        next_try_at,
    )


def patience(waited: timedelta) -> timedelta:
    """How long what only waits is left alone: the longer it has waited, the longer."""
    return min(LATEST, max(SOON, waited / 4))


def shortened(error: str) -> str:
    return storable(error[:ERROR_LENGTH])
