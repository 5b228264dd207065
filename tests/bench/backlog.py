"""How fast messaging works off missed calls that wait in Kafka, against the same rows inserted by plain asyncpg."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord
from shop import NUMBER, caller
from stacks import Measured

from chassis import broker, ids
from chassis.clock import SystemClock
from chassis.keys import derive_keys
from contracts import envelope
from contracts.base import type_of
from contracts.inbound import CallMissed
from contracts.leads import TextSent
from contracts.topics import INBOUND, LEADS

BATCH = 500
TABLES = {
    "inbox": "received_at",
    "homeowners": "created_at",
    "leads": "opened_at",
    "thread_items": "seq",
    "consents": "at",
    "texts": "created_at",
}
"""What a missed call writes into, each with what says which rows are the newest; and the outbox."""


FIRST = 4_000_000
"""The first caller, whom nothing else measured here."""


async def measure(
    measured: Measured, *, organization_id: UUID, version: int, count: int, rounds: int, quiet: Callable[[], Awaitable[None]]
) -> dict[str, float]:  # fmt: skip
    """`ratio`: rows per second of messaging over those of the plain inserts of as many rows in as many tables, by turns; medians."""
    found = []
    for round_ in range(rounds):
        found.append(await _round(measured, organization_id, version, count, FIRST + round_ * count))
        await quiet()
    calls, floor = median(each[0] for each in found), median(each[1] for each in found)
    return {
        "calls_per_second": calls,
        "floor_per_second": floor,
        "ratio": median(each[0] / each[1] for each in found),
    }


async def _round(
    measured: Measured, organization_id: UUID, version: int, count: int, first: int
) -> tuple[float, float]:
    """Calls per second of messaging, and of the plain inserts."""
    database = await asyncpg.connect(measured.database("messaging"))
    consumer = AIOKafkaConsumer(bootstrap_servers=measured.kafka)
    await consumer.start()
    try:
        partitions = [TopicPartition(LEADS.name, number) for number in range(LEADS.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        [await consumer.position(each) for each in partitions]  # else only the first poll looks where the end is
        with measured.stack.pause("messaging"):
            await _produce(measured, organization_id, version, count, first)
        before = await database.fetchval("SELECT count(*) FROM leads")
        begun = time.perf_counter()
        while await database.fetchval("SELECT count(*) FROM leads") < before + count:
            await asyncio.sleep(0.02)
            if time.perf_counter() - begun > 120:
                raise AssertionError("messaging did not work off the backlog")
        seconds = time.perf_counter() - begun
        await _at_rest(database)
        floor = await _floor(database, await _told(consumer, count), count)
    finally:
        await consumer.stop()
        await database.close()
    return count / seconds, count / floor


async def _at_rest(database: asyncpg.Connection) -> None:
    """All is told, folded and sent: the floor is measured on a quiet machine."""
    for left in ("outbox", "thread_changes", "texts WHERE state IN ('queued', 'sending')"):
        while await database.fetchval(f"SELECT count(*) FROM {left}"):  # noqa: ASYNC110 -- another process rings no bell here
            await asyncio.sleep(0.2)


async def _told(consumer: AIOKafkaConsumer, calls: int) -> list[ConsumerRecord]:
    """Every event of messaging since the backlog."""
    found: list[ConsumerRecord] = []
    while some := await consumer.getmany(timeout_ms=1000):
        found += [record for records in some.values() for record in records]
    if len(found) < calls:
        raise AssertionError(f"{len(found)} events of {calls} calls")
    return found


async def _produce(measured: Measured, organization_id: UUID, version: int, count: int, first: int) -> None:
    root = (measured.stack.data / "secret_key").read_text().strip()
    key = derive_keys(bytes.fromhex(root)).id_key
    producer = broker.producer(measured.kafka)
    await producer.start()
    try:
        now = SystemClock().now()
        futures = []
        for index in range(first, first + count):
            number = caller(index)
            call = CallMissed(
                event_id=ids.new_id(), organization_id=organization_id, organization_version=version, occurred_at=now,
                homeowner_id=ids.homeowner_id(key=key, organization_id=organization_id, number=number), call_id=ids.new_id(), provider="twilio",
                provider_call_id=f"CA{index:032x}", tracked_number=NUMBER, homeowner_number=number, started_at=now - timedelta(seconds=18), ended_at=now,
                reason="no_answer",
            )  # fmt: skip
            record = envelope.encode(call, source="capture")
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            futures.append(await producer.send(INBOUND.name, key=record.key, value=record.value, headers=headers))
        await asyncio.gather(*futures)
    finally:
        await producer.stop()


async def _floor(database: asyncpg.Connection, events: Sequence[ConsumerRecord], count: int) -> float:
    """The rows that messaging has just written, inserted once more by plain asyncpg: into tables of the same columns, keys,
    indexes and checks, as many in a transaction as messaging takes in one.
    """
    tables = {table: await _newest(database, table, count) for table in TABLES}
    tables["outbox"] = _outbox(events)
    for table in tables:
        await database.execute(f"DROP TABLE IF EXISTS bench_{table}; CREATE TABLE bench_{table} (LIKE {table} INCLUDING ALL)")  # fmt: skip
    batches = count // BATCH
    begun = time.perf_counter()
    for batch in range(batches):
        async with database.transaction():
            for table, (types, rows) in tables.items():
                some = rows[len(rows) * batch // batches : len(rows) * (batch + 1) // batches]
                columns = [list(column) for column in zip(*some, strict=True)]
                unnest = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(types.values(), 1))
                await database.execute(f"INSERT INTO bench_{table} ({', '.join(types)}) SELECT * FROM unnest({unnest})", *columns)  # fmt: skip
    seconds = time.perf_counter() - begun
    for table in tables:
        await database.execute(f"DROP TABLE bench_{table}")
    return seconds


Rows = tuple[Mapping[str, str], Sequence[Sequence[Any]]]
"""Types by column, and rows of their values."""


async def _newest(database: asyncpg.Connection, table: str, count: int) -> Rows:
    """As many rows as there were calls, the latest; without what the table fills in by itself and lists, which start empty."""
    types = {
        row["name"]: row["kind"]
        for row in await database.fetch(
            "SELECT attname AS name, format_type(atttypid, NULL) AS kind FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0"
            " AND NOT attisdropped AND attidentity = '' AND attgenerated = '' AND format_type(atttypid, NULL) NOT LIKE '%[]' ORDER BY attnum",
            table,
        )
    }
    found = await database.fetch(f"SELECT {', '.join(types)} FROM {table} ORDER BY {TABLES[table]} DESC LIMIT {count}")
    return types, [tuple(row) for row in found]


def _outbox(events: Sequence[ConsumerRecord]) -> Rows:
    """Those rows are gone by then: made anew of what they became. What was told of sending is none of that work."""
    rows = []
    for event in events:
        headers = {name: value.decode() for name, value in event.headers}
        if headers["ce_type"] != type_of(TextSent):
            rows.append((headers["ce_id"], event.topic, event.key.decode(), headers["ce_type"], event.value, msgspec.json.encode(headers).decode()))  # fmt: skip
    types = ("uuid", "text", "text", "text", "bytea", "jsonb")
    names = ("id", "aggregatetype", "aggregateid", "type", "payload", "headers")
    return dict(zip(names, types, strict=True)), rows
