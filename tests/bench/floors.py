"""What the machine needs for the steps that cannot be avoided: one commit, one produce→consume, one HTTP call."""

import asyncio
import time
from types import TracebackType
from typing import Self
from uuid import UUID

import aiohttp
import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

PAYLOAD = b"x" * 600


class Floors:
    """Each method does its step once and returns the seconds it took."""

    def __init__(self, *, postgres: str, kafka: str, sink: str, topic: str) -> None:
        self._postgres, self._kafka, self._sink, self._topic = postgres, kafka, sink, topic
        self._count = 0

    async def __aenter__(self) -> Self:
        self._connection = await asyncpg.connect(self._postgres)
        await self._connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_floor (id uuid PRIMARY KEY, payload bytea NOT NULL)"
        )
        self._producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all", enable_idempotence=True)
        await self._producer.start()
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka)
        await self._consumer.start()
        partition = TopicPartition(self._topic, 0)
        self._consumer.assign([partition])
        await self._consumer.seek_to_end(partition)
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self._consumer.stop()
        await self._producer.stop()
        await self._connection.execute("DROP TABLE bench_floor")
        await self._connection.close()

    async def commit(self) -> float:
        """One row inserted and committed on an open connection."""
        self._count += 1
        begun = time.perf_counter()
        await self._connection.execute("INSERT INTO bench_floor VALUES ($1, $2)", UUID(int=self._count), PAYLOAD)
        return time.perf_counter() - begun

    async def produce_consume(self) -> float:
        """One record from this process to the broker and back."""
        begun = time.perf_counter()
        received = asyncio.ensure_future(self._consumer.getone())
        await self._producer.send(self._topic, PAYLOAD, partition=0)
        await received
        return time.perf_counter() - begun

    async def call(self) -> float:
        """One POST on a kept-alive connection."""
        begun = time.perf_counter()
        async with self._session.post(self._sink + "/floor", data={"Body": PAYLOAD.decode()}) as response:
            await response.read()
        return time.perf_counter() - begun

    async def path(self) -> float:
        """Three commits, one produce→consume and one call, each measured now: the floor from missed call to text."""
        commits = sorted([await self.commit() for _ in range(3)])
        return 3 * commits[1] + await self.produce_consume() + await self.call()
