"""How fast a relay carries a full outbox to Kafka, against a plain loop that reads, sends and deletes the same rows."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

import asyncpg
from aiokafka import AIOKafkaProducer
from stacks import Measured

from chassis import broker, ids
from contracts.topics import PRIVACY

CHUNK = 500
TYPE = "bench.relayed.v1"
"""No consumer knows it: whoever hears it skips it."""
COLUMNS = "id, aggregatetype, aggregateid, type, payload, headers"
FILL = f"""
INSERT INTO {{table}} ({COLUMNS}) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::jsonb[])
"""


async def measure(measured: Measured, *, count: int, rounds: int) -> dict[str, float]:
    """`ratio`: rows per second of booking's relay over those of the plain loop; rounds of both by turns."""
    database = await asyncpg.connect(measured.database("booking"))
    try:
        relay, floor = [], []
        for _ in range(rounds):
            relay.append(await _relay(measured, database, count))
            floor.append(await _floor(measured, database, count))
    finally:
        await database.close()
    return {
        "rows_per_second": median(relay),
        "floor_per_second": median(floor),
        "ratio": median(relay) / median(floor),
    }


async def _relay(measured: Measured, database: asyncpg.Connection, count: int) -> float:
    """From the first rows that are gone to the last: how long a relay naps before it looks is no part of its rate."""
    with measured.stack.pause("booking"):
        await _fill(database, "outbox", count)
    deadline = time.monotonic() + 120
    while (first := await _left(database)) == count:  # noqa: ASYNC110 -- another process rings no bell here
        await asyncio.sleep(0.005)
    begun = time.perf_counter()
    while await _left(database):
        if time.monotonic() > deadline:
            raise AssertionError("the relay did not work off its outbox")
        await asyncio.sleep(0.005)
    return first / (time.perf_counter() - begun)


async def _left(database: asyncpg.Connection) -> int:
    return int(await database.fetchval("SELECT count(*) FROM outbox WHERE type = $1", TYPE))


async def _floor(measured: Measured, database: asyncpg.Connection, count: int) -> float:
    async with _bare_table(database) as table, _producer(measured.kafka) as producer:
        await _fill(database, table, count)
        begun = time.perf_counter()
        while rows := await database.fetch(
            f"SELECT seq, aggregatetype, aggregateid, payload, headers FROM {table} ORDER BY seq LIMIT {CHUNK}"
        ):
            futures = [
                await producer.send(
                    row["aggregatetype"],
                    key=row["aggregateid"].encode(),
                    value=row["payload"],
                    headers=[(name, value.encode()) for name, value in json.loads(row["headers"]).items()],
                )
                for row in rows
            ]
            await asyncio.gather(*futures)
            await database.execute(f"DELETE FROM {table} WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows])
        return count / (time.perf_counter() - begun)


async def _fill(database: asyncpg.Connection, table: str, count: int) -> None:
    """Each row of another key, with the headers that events have."""
    rows = []
    for _ in range(count):
        event_id, key = ids.new_id(), str(ids.new_id())
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(event_id),
            "ce_type": TYPE,
            "ce_source": "/bench",
            "ce_subject": key,
        }
        rows.append((event_id, PRIVACY.name, key, TYPE, b"x" * 600, json.dumps(headers)))
    await database.execute(FILL.format(table=table), *[list(column) for column in zip(*rows, strict=True)])


@asynccontextmanager
async def _bare_table(database: asyncpg.Connection) -> AsyncIterator[str]:
    await database.execute("CREATE TABLE bench_outbox (LIKE outbox INCLUDING ALL)")
    try:
        yield "bench_outbox"
    finally:
        await database.execute("DROP TABLE bench_outbox")


@asynccontextmanager
async def _producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = broker.producer(bootstrap)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
