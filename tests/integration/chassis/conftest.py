"""A sample service's database, events to put into it, and a look at what reaches Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from chassis.clock import system_clock
from chassis.database import Database, open_database
from chassis.ids import new_id
from chassis.relay import Relay
from chassis.settings import DatabaseSettings, Settings
from chassis.testing import eventually, settings_for
from contracts import topics
from contracts.inbound import TextReceived
from contracts.topics import Topic

SAMPLE = Path(__file__).parent / "sample_migrations"
SHOP = UUID(int=77)


class Tap:
    """Every record that came to a topic since it was opened."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.records: list[ConsumerRecord] = []

    async def pull(self) -> list[ConsumerRecord]:
        for found in (await self._consumer.getmany(timeout_ms=50)).values():
            self.records += found
        return self.records

    def bodies(self, key: UUID) -> list[str]:
        """What the texts of a homeowner said, in order."""
        return [msgspec.json.decode(each.value)["body"] for each in self.records if each.key == str(key).encode()]

    async def from_the_beginning(self) -> None:
        """Also what came before it was opened."""
        await self._consumer.seek_to_beginning()

    async def until(self, check: Callable[["Tap"], Any], *, timeout: float = 20) -> Any:  # noqa: ASYNC109
        """Pulls until it is so."""

        async def look() -> Any:
            await self.pull()
            return check(self)

        return await eventually(look, timeout=timeout)


@asynccontextmanager
async def tap_into(bootstrap: str, topic: Topic) -> AsyncIterator[Tap]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        for place in places:
            await consumer.position(place)
        yield Tap(consumer)
    finally:
        with suppress(asyncio.CancelledError):  # aiokafka lets it out when a fetch fails while it stops
            await consumer.stop()


@pytest.fixture
async def tap(kafka: str) -> AsyncIterator[Tap]:
    """Of `callsnare.inbound`."""
    async with tap_into(kafka, topics.INBOUND) as opened:
        yield opened


@pytest.fixture(scope="session")
def tapping() -> Callable[[str, Topic], Any]:
    """For a broker of the test's own."""
    return tap_into


@pytest.fixture(scope="session")
def sample_scripts() -> Path:
    return SAMPLE


@pytest.fixture(scope="module")
async def addresses(clone: Callable[..., Awaitable[DatabaseSettings]]) -> DatabaseSettings:
    """A database of this module's own."""
    return await clone("sample", SAMPLE)


@pytest.fixture
def settings(addresses: DatabaseSettings, kafka: str) -> Settings:
    return settings_for("sample", database=addresses, kafka=kafka)


@pytest.fixture
async def database(addresses: DatabaseSettings) -> AsyncIterator[Database]:
    """Empty at the start of each test; without Kafka."""
    opened = await open_database(settings_for("sample", database=addresses))
    async with opened.work() as transaction:
        for table in ("outbox", "outbox_dead", "inbox", "parked", "dead_letters", "notes"):
            await transaction.execute(f"DELETE FROM {table}")
    yield opened
    await opened.stop()


@pytest.fixture
def text() -> Callable[..., TextReceived]:
    """A text of a homeowner, the body telling which."""

    def make(homeowner: UUID, body: object = "", **changes: Any) -> TextReceived:
        now = datetime.now(UTC)  # noqa: TID251 -- a real moment, of no importance
        facts: dict[str, Any] = {
            "event_id": new_id(), "organization_id": SHOP, "occurred_at": now, "homeowner_id": homeowner, "message_id": new_id(),
            "provider": "twilio", "provider_message_id": "SM1", "tracked_number": "+13125550123", "homeowner_number": "+13125550199",
            "body": str(body), "received_at": now,
        }  # fmt: skip
        return TextReceived(**{**facts, **changes})

    return make


@pytest.fixture
async def run_relay(settings: Settings, database: Database) -> AsyncIterator[Callable[..., Any]]:
    """Starts a relay; stopped with the test."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Relay:
            arguments = {"settings": settings, "database": database, "clock": system_clock(None), **changes}
            relay = Relay(**arguments)
            await relay.start()
            stack.push_async_callback(relay.stop)
            return relay

        yield start


@pytest.fixture(scope="session")
def rows_left() -> Callable[[Database], Any]:
    """How many rows lie in the outbox."""

    async def count(database: Database) -> int:
        return int(await database.work_pool.fetchval("SELECT count(*) FROM outbox"))

    return count
