"""What consumers survive: their own death, that of a member of their group, of Kafka, of Postgres; on engines of their own."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis import broker
from chassis.ids import new_id
from chassis.settings import DatabaseSettings
from chassis.testing import TestDatabases, eventually
from contracts.base import HomeownerEvent
from laptop.kafka import EmbeddedKafka
from laptop.postgres import EmbeddedPostgres

Make = Callable[..., HomeownerEvent]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def kafka(own_kafka: EmbeddedKafka) -> str:
    return own_kafka.bootstrap


@pytest.fixture(scope="module")
async def addresses(own_postgres: EmbeddedPostgres, sample_scripts: Path) -> DatabaseSettings:
    return await TestDatabases(own_postgres.dsn()).clone("sample", sample_scripts)


@pytest.fixture
def start_process(addresses: DatabaseSettings, kafka: str, stream: Any, effects: Any) -> Iterator[Start]:
    """A member of the group in a process of its own."""
    started: list[subprocess.Popen[bytes]] = []
    script = str(Path(__file__).parent / "consumer_process.py")

    def start(*words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, script, addresses.work, kafka, stream.topic.name, effects.consumer, *words]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


async def test_killed_between_effect_and_commit_each_effect_happens_once(
    stream: Any, effects: Any, text: Make, start_process: Start, run_bus: Any
) -> None:
    homeowner = new_id()
    await stream.send(*(text(homeowner, number) for number in range(30)))
    doomed = start_process("die")
    await asyncio.to_thread(doomed.wait, 30)
    assert await effects.bodies(homeowner)
    await run_bus()
    await effects.until(*map(str, range(30)), timeout=30)
    assert await effects.bodies(homeowner) == list(map(str, range(30)))


async def test_when_one_of_two_members_is_killed_the_other_goes_on_in_order_and_once(
    kafka: str, stream: Any, effects: Any, text: Make, start_process: Start
) -> None:
    homeowners = [new_id() for _ in range(30)]
    first, second = start_process("slow"), start_process("slow")
    await eventually(lambda: _members(kafka, effects, 2), timeout=30)
    sent = 0

    async def send_some() -> None:
        nonlocal sent
        await stream.send(*(text(each, sent) for each in homeowners))
        sent += 1

    for _ in range(20):
        await send_some()
    await eventually(lambda: _is_member_at_work(effects, 100), timeout=30)
    first.kill()
    for _ in range(10):
        await send_some()
    await eventually(lambda: _is_member_at_work(effects, sent * len(homeowners)), timeout=40)
    assert second.poll() is None
    for each in homeowners:
        assert await effects.bodies(each) == list(map(str, range(sent)))
    assert await effects.parked() == []


async def _members(kafka: str, effects: Any, number: int) -> bool:
    """So many share the partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([f"sample.{effects.consumer}"])
    except KafkaError:  # the topic that keeps groups is being made
        return False
    finally:
        await admin.close()
    ((_, _, state, _, _, members, *_),) = answer.groups
    return state == "Stable" and len(members) == number


async def _is_member_at_work(effects: Any, at_least: int) -> bool:
    return len(await effects.bodies()) >= at_least


async def test_members_that_come_and_go_cost_no_record_and_no_order(
    stream: Any, effects: Any, text: Make, start_process: Start
) -> None:
    homeowners = [new_id() for _ in range(20)]
    members = [start_process("slow")]
    for number in range(30):
        await stream.send(*(text(each, number) for each in homeowners))
        if number in (5, 15):
            members.append(start_process("slow"))
        if number == 20:
            await eventually(lambda: _is_member_at_work(effects, 200), timeout=30)
            members[0].terminate()
    await eventually(lambda: _is_member_at_work(effects, 600), timeout=40)
    assert await asyncio.to_thread(members[0].wait, 15) == 0
    for each in homeowners:
        assert await effects.bodies(each) == list(map(str, range(30)))


async def test_kafka_killed_under_a_consumer_that_goes_on_when_it_is_back(
    own_kafka: EmbeddedKafka, stream: Any, effects: Any, text: Make, run_bus: Any
) -> None:
    homeowner = new_id()
    bus = await run_bus()
    await stream.send(text(homeowner, 1))
    await effects.until("1")
    await asyncio.to_thread(own_kafka.kill)
    await own_kafka.bring_up()
    await stream.send(text(homeowner, 2))
    await effects.until("1", "2", timeout=20)
    assert bus.healthy()


async def test_it_stops_soon_though_kafka_is_away(
    own_kafka: EmbeddedKafka, stream: Any, effects: Any, text: Make, run_bus: Any
) -> None:
    bus = await run_bus()
    await stream.send(text(new_id(), 1))
    await effects.until("1")
    await asyncio.to_thread(own_kafka.kill)
    try:
        began = time.monotonic()
        await bus.stop()
        assert time.monotonic() - began < 10
    finally:
        await own_kafka.bring_up()


async def test_it_starts_without_kafka_and_consumes_once_it_is_there(
    own_kafka: EmbeddedKafka, stream: Any, effects: Any, text: Make, run_bus: Any
) -> None:
    await stream.send(text(new_id(), 1))
    await asyncio.to_thread(own_kafka.kill)
    try:
        began = time.monotonic()
        bus = await run_bus()
        assert time.monotonic() - began < broker.ADMIN_SECONDS
        await eventually(lambda: bus.state.startswith("degraded"))
        assert bus.healthy()
    finally:
        await own_kafka.bring_up()
    await effects.until("1", timeout=20)
    assert bus.state == "ok"


async def test_postgres_killed_under_a_consumer_that_goes_on_when_it_is_back(
    own_postgres: EmbeddedPostgres, stream: Any, effects: Any, text: Make, run_bus: Any
) -> None:
    homeowner = new_id()
    bus = await run_bus()
    await stream.send(text(homeowner, 1))
    await effects.until("1")
    await asyncio.to_thread(own_postgres.kill)
    await stream.send(*(text(homeowner, number) for number in range(2, 20)))
    await eventually(lambda: _waits(bus))
    assert bus.healthy()
    await own_postgres.bring_up()
    await eventually(lambda: _all_there(effects), timeout=30)
    assert await effects.bodies(homeowner) == list(map(str, range(1, 20)))
    assert await effects.parked() == []


def _waits(bus: Any) -> bool:
    return any(each.intake.waits_for_engine for each in bus._consumers)


async def _all_there(effects: Any) -> bool:
    try:
        return len(await effects.bodies()) == 19
    except Exception:  # noqa: BLE001 -- the pool of the test itself finds its connections dead
        return False


async def test_postgres_away_does_not_keep_it_from_stopping(
    own_postgres: EmbeddedPostgres, stream: Any, effects: Any, text: Make, run_bus: Any
) -> None:
    bus = await run_bus()
    await stream.send(text(new_id(), 1))
    await effects.until("1")
    await asyncio.to_thread(own_postgres.kill)
    try:
        await stream.send(text(new_id(), 2))
        await eventually(lambda: _waits(bus))
        began = time.monotonic()
        await bus.stop()
        assert time.monotonic() - began < 10
    finally:
        await own_postgres.bring_up()
