"""Shops with many leads, written in bulk: as folding leaves them, without folding each."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Database

FILL = (
    # Numbers are the shop's own; one lead in twenty needs the office, one in ten is open, one in twenty talks of a chimney, the oldest fifty of an attic, twenty are Whitlocks.
    (
        "CREATE TEMP TABLE made ON COMMIT DROP AS SELECT n, gen_random_uuid() AS homeowner_id, gen_random_uuid() AS lead_id, gen_random_uuid() AS item_id,"
        " $2::timestamptz - n * interval '3 minutes' AS at, '+1' || (2000000000 + n)::text AS number FROM generate_series(1, $1::int) n"
    ),
    "INSERT INTO homeowners (homeowner_id, organization_id, number, name, created_at) SELECT homeowner_id, $1::uuid, number, CASE WHEN n <= 20 THEN 'Dana Whitlock ' ELSE 'Homeowner ' END || n, at FROM made",
    (
        "INSERT INTO leads (lead_id, organization_id, homeowner_id, status, opened_at, last_sign_at)"
        " SELECT lead_id, $1::uuid, homeowner_id, CASE WHEN n % 10 = 0 THEN 'active' ELSE 'closed' END, at, at FROM made"
    ),
    (
        "INSERT INTO thread_items (item_id, organization_id, homeowner_id, lead_id, kind, at, body)"
        " SELECT item_id, $1::uuid, homeowner_id, lead_id, 'text_in', at, 'No heat since last night in house ' || n FROM made"
    ),
    (
        "INSERT INTO inbox_rows (lead_id, organization_id, homeowner_id, seq, status, turn, turn_at, last_at, place, says, why)"
        " SELECT lead_id, $1::uuid, homeowner_id, n, CASE WHEN n % 10 = 0 THEN 'active' ELSE 'closed' END, t.turn, at, at,"
        " t.seat::bigint * 10000000000000 + 9999999999999 - (extract(epoch FROM at) * 1000)::bigint, 'No heat since last night', 'Wrote, no answer yet'"
        " FROM made, LATERAL (SELECT CASE WHEN n % 20 = 0 THEN 'office' ELSE 'nobody' END AS turn, CASE WHEN n % 20 = 0 THEN 1 ELSE 4 END AS seat) t"
    ),
    (
        "INSERT INTO thread_words (item_id, organization_id, lead_id, at, words)"
        " SELECT item_id, $1::uuid, lead_id, at, array_to_tsvector(array_remove(ARRAY[m || 'no', m || 'heat', m || 'since', m || 'last', m || 'night', m || 'house', m || n::text,"
        " CASE WHEN n % 20 = 0 THEN m || 'chimney' END, CASE WHEN n > (SELECT max(n) - 50 FROM made) THEN m || 'attic' END], NULL)) FROM made, LATERAL (SELECT right(replace($1::uuid::text, '-', ''), 8) AS m) org"
    ),
    (
        "INSERT INTO thread_words (item_id, organization_id, lead_id, at, words)"
        " SELECT lead_id, $1::uuid, lead_id, at, array_to_tsvector(ARRAY[m || CASE WHEN n <= 20 THEN 'whitlock' ELSE 'homeowner' END, m || n::text] || ARRAY(SELECT m || '#' || right(number, len) FROM generate_series(4, 10) len))"
        " FROM made, LATERAL (SELECT right(replace($1::uuid::text, '-', ''), 8) AS m) org"
    ),
)
ANALYZED = ("homeowners", "leads", "thread_items", "inbox_rows", "thread_words")


async def fill(database: Database, *, organization_id: UUID, leads: int, newest: datetime) -> None:
    """One request each, every three minutes into the past."""
    async with database.work() as transaction:
        first, *others = FILL
        await transaction.execute(first, leads, newest)
        for statement in others:
            await transaction.connection.execute(statement, organization_id, timeout=120)
        await transaction.execute("DELETE FROM thread_changes")


async def settle(superuser: str, database: str) -> None:
    """Statistics and visibility as a server that runs for a while has them."""
    parts = superuser.rpartition("/")
    connection = await asyncpg.connect(f"{parts[0]}/{database}")
    try:
        for table in ANALYZED:
            await connection.execute(f"VACUUM ANALYZE {table}")
        await connection.execute("CHECKPOINT")  # whatever is measured next shares the disk with nobody
    finally:
        await connection.close()
