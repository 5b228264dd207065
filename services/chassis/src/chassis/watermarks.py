"""Tells each partition of a service's own stream up to which moment everything has been said.

The outbox holds exactly what Kafka has not acknowledged (or acknowledged a moment ago). So: first ask up to when the
service has heard and stored everything, then look which rows are in the table. Once all rows up to the newest of that
look are gone from a partition, that moment is true of it and may be sent; a partition whose rows are held back gets no
newer mark than the one before them. Nothing is stored: after a crash the next leader asks anew.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.metrics import counter
from chassis.partitions import partition_of
from contracts import envelope
from contracts.topics import Topic
from contracts.watermarks import StreamHeard

EVERY_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.5
IN_FLIGHT: Final = timedelta(seconds=5)
NOBODY: Final = UUID(int=0)
OLDEST_OF_EACH: Final = (
    "SELECT aggregateid, partition, min(seq) AS seq FROM outbox WHERE aggregatetype = $1 AND seq <= $2 GROUP BY 1, 2"
)

_marks: Final = counter("relay_watermarks", "Watermarks acknowledged by Kafka")

HeardUntil = Callable[[asyncpg.Connection], Awaitable[datetime]]
"""The moment before which all that the service heard is stored with its outbox row; asked on the relay's connection."""


class Mark(NamedTuple):
    """What a partition may be told once no row up to `seq` is left of it."""

    heard_until: datetime
    seq: int


class Watermarks:
    """Marks of one topic, `stream`. Without `heard_until` whatever is committed counts as heard: the present moment,
    less the time that a change may take from reading the clock to its commit.
    """

    def __init__(self, *, service: str, stream: Topic, clock: Clock, heard_until: HeardUntil | None) -> None:
        self._service, self._stream, self._clock, self._heard_until = service, stream, clock, heard_until
        self._waiting: dict[int, Mark] = {}
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._next_mark = self._next_look = 0.0

    async def step(self, connection: asyncpg.Connection, producer: AIOKafkaProducer | None) -> None:
        """Called every round; does something every few seconds."""
        now = asyncio.get_running_loop().time()
        if producer is None or now < self._next_look:
            return
        if now >= self._next_mark:
            await self._take_mark(connection)
            self._next_mark = now + EVERY_SECONDS
        if self._waiting:
            self._next_look = now + LOOK_SECONDS
            await self._send_what_is_true(connection, producer)
        else:
            self._next_look = self._next_mark

    def forget(self) -> None:
        """Leadership ended."""
        for task in self._sending.values():
            task.cancel()
        self._sending.clear()
        self._waiting.clear()
        self._next_mark = self._next_look = 0.0

    async def _take_mark(self, connection: asyncpg.Connection) -> None:
        if self._heard_until is None:
            heard = self._clock.now() - IN_FLIGHT
        else:
            heard = await self._heard_until(connection)
        newest = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM outbox")
        for partition in range(self._stream.partitions):
            if partition not in self._sending:
                self._waiting.setdefault(partition, Mark(heard, newest))

    async def _send_what_is_true(self, connection: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        newest = max(mark.seq for mark in self._waiting.values())
        rows = await connection.fetch(OLDEST_OF_EACH, self._stream.name, newest)
        oldest: dict[int, int] = {}
        for row in rows:
            partition = row["partition"]
            if partition is None:
                partition = partition_of(row["aggregateid"], self._stream.partitions)
            oldest[partition] = min(row["seq"], oldest.get(partition, row["seq"]))
        true = {at: mark for at, mark in self._waiting.items() if oldest.get(at, mark.seq + 1) > mark.seq}
        for partition, mark in true.items():
            del self._waiting[partition]
            self._sending[partition] = asyncio.create_task(self._send(producer, partition, mark.heard_until))

    async def _send(self, producer: AIOKafkaProducer, partition: int, heard_until: datetime) -> None:
        event = StreamHeard(
            event_id=new_id(),
            organization_id=NOBODY,
            occurred_at=heard_until,
            topic=self._stream.name,
            partition=partition,
            heard_until=heard_until,
        )
        record = envelope.encode(event, source=self._service)
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        try:
            sent = await producer.send(
                self._stream.name, key=record.key, value=record.value, partition=partition, headers=headers
            )
            await sent
            _marks.inc()
        except KafkaError:
            pass  # the next one says more
        finally:
            if self._sending.get(partition) is asyncio.current_task():
                del self._sending[partition]
