"""A topic of each test's own, and a consumer whose effects can be read in the database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis import broker
from chassis.bus import Bus
from chassis.clock import system_clock
from chassis.consumer import Subscription
from chassis.database import Database, Transaction
from chassis.ids import new_id
from chassis.settings import Settings
from chassis.testing import eventually
from contracts import envelope
from contracts.base import Event
from contracts.topics import WEEK, Key, Topic

PARTITIONS = 3


class Stream:
    """A topic, and what is sent into it."""

    def __init__(self, topic: Topic, producer: AIOKafkaProducer) -> None:
        self.topic, self._producer = topic, producer

    async def send(self, *events: Event, partition: int | None = None) -> None:
        """In this order, acknowledged."""
        sent = []
        for event in events:
            record = envelope.encode(event, source="test")
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            sent.append(
                await self._producer.send(
                    self.topic.name, key=record.key, value=record.value, headers=headers, partition=partition
                )
            )
        await asyncio.gather(*sent)

    async def send_raw(
        self,
        value: bytes | None,
        *,
        key: bytes | None = b"k",
        headers: Sequence[tuple[str, Any]] = (),
        partition: int = 0,
    ) -> None:
        await self._producer.send_and_wait(
            self.topic.name, key=key, value=value, headers=list(headers), partition=partition
        )


@pytest.fixture
async def stream(kafka: str) -> AsyncIterator[Stream]:
    topic = Topic(f"test.{new_id().hex[-12:]}", ("test",), Key.HOMEOWNER, WEEK, PARTITIONS)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    producer = broker.producer(kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic.name, topic.partitions, 1, topic_configs=topic.configs)])

        async def led() -> bool:
            (found,) = await admin.describe_topics([topic.name])
            return len(found["partitions"]) == PARTITIONS and all(each["leader"] >= 0 for each in found["partitions"])

        await eventually(led)
        await producer.start()
        yield Stream(topic, producer)
        await broker.dispose(producer)
        await admin.delete_topics([topic.name])
    finally:
        await admin.close()


class Effects:
    """Handles texts: one row for each. Fails for a body as long as it is told to."""

    def __init__(self, consumer: str, database: Database) -> None:
        self.consumer, self._database = consumer, database
        self.fails: dict[str, BaseException] = {}
        self.batches: list[int] = []

    async def __call__(self, transaction: Transaction, events: Sequence[Any]) -> None:
        self.batches.append(len(events))
        for event in events:
            await transaction.execute(
                "INSERT INTO effects (consumer, key, event_id, body) VALUES ($1, $2, $3, $4)",
                self.consumer,
                str(event.key),
                event.event_id,
                event.body,
            )
            if event.body in self.fails:
                raise self.fails[event.body]

    async def bodies(self, key: UUID | None = None) -> list[str]:
        """In the order in which they took effect."""
        rows = await self._database.work_pool.fetch(
            "SELECT body FROM effects WHERE consumer = $1 AND ($2::text IS NULL OR key = $2) ORDER BY seq",
            self.consumer,
            None if key is None else str(key),
        )
        return [row["body"] for row in rows]

    async def until(self, *wanted: str, key: UUID | None = None, timeout: float = 15) -> None:  # noqa: ASYNC109
        """These bodies, in any order, each once."""

        async def are_there() -> bool:
            found = await self.bodies(key)
            assert sorted(found) == sorted(wanted), found
            return True

        await eventually(are_there, timeout=timeout)

    async def parked(self) -> list[Any]:
        return list(
            await self._database.work_pool.fetch("SELECT * FROM parked WHERE consumer = $1 ORDER BY seq", self.consumer)
        )

    async def dead(self) -> list[Any]:
        return list(
            await self._database.work_pool.fetch(
                "SELECT * FROM dead_letters WHERE consumer = $1 ORDER BY id", self.consumer
            )
        )


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is due by the clock that the test holds; nothing is to be learnt from the seconds between two looks."""
    monkeypatch.setattr("chassis.bus.RETRY_SECONDS", 0.05)
    monkeypatch.setattr("chassis.bus.AWAY_SECONDS", 0.05)


@pytest.fixture
def effects(database: Database) -> Effects:
    return Effects(f"c{new_id().hex[-8:]}", database)


@pytest.fixture
async def run_bus(
    settings: Settings, database: Database, stream: Stream, effects: Effects
) -> AsyncIterator[Callable[..., Any]]:
    """Starts a bus with one subscription; stopped with the test."""
    async with AsyncExitStack() as stack:

        async def start(
            *, clock: Any = None, organizations: Any = None, others: Sequence[Any] = (), **changes: Any
        ) -> Bus:
            facts = {"topic": stream.topic, "name": effects.consumer, "handle": effects, "needs_organization": False}
            bus = Bus(
                settings=settings,
                database=database,
                clock=clock or system_clock(None),
                organizations=organizations,
                subscriptions=[*others, Subscription(**{**facts, **changes})],
            )
            await bus.start()
            stack.push_async_callback(bus.stop)
            return bus

        yield start
