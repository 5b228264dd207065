"""What the relay survives: its own death, that of the leader, of Kafka, of Postgres; on engines of its own."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from chassis.database import INFRASTRUCTURE, Database, open_database
from chassis.ids import new_id
from chassis.relay import LEADER_LOCK
from chassis.settings import DatabaseSettings, Settings
from chassis.testing import TestDatabases, eventually
from contracts import topics
from contracts.base import HomeownerEvent
from laptop.kafka import EmbeddedKafka
from laptop.postgres import EmbeddedPostgres
from laptop.topics import ensure

Make = Callable[..., HomeownerEvent]
Start = Callable[..., "subprocess.Popen[bytes]"]
LEADER = f"SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.objid = {LEADER_LOCK} AND l.granted"


@pytest.fixture(scope="module")
async def kafka(own_kafka: EmbeddedKafka) -> str:
    await ensure(bootstrap=own_kafka.bootstrap, topics=[topics.INBOUND])
    return own_kafka.bootstrap


@pytest.fixture(scope="module")
async def addresses(own_postgres: EmbeddedPostgres, sample_scripts: Path) -> DatabaseSettings:
    return await TestDatabases(own_postgres.dsn()).clone("sample", sample_scripts)


@pytest.fixture
def start_process(addresses: DatabaseSettings, kafka: str) -> Iterator[Start]:
    """A relay in a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> "subprocess.Popen[bytes]":
        script = str(Path(__file__).parent / "relay_process.py")
        process = subprocess.Popen([sys.executable, script, addresses.work, kafka, *words], stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
async def tap(kafka: str, tapping: Any) -> AsyncIterator[Any]:
    async with tapping(kafka, topics.INBOUND) as opened:
        yield opened


async def append(database: Database, *events: HomeownerEvent) -> None:
    async with database.work() as transaction:
        transaction.append(*events)


async def test_killed_between_sending_and_deleting_it_sends_twice_and_loses_nothing(
    database: Database, text: Make, tap: Any, start_process: Start, run_relay: Any, rows_left: Any
) -> None:
    homeowners = [new_id() for _ in range(60)]
    events = [text(each, number) for number in range(3) for each in homeowners]
    await append(database, *events)
    doomed = start_process("die")
    await asyncio.to_thread(doomed.wait, 30)
    assert await rows_left(database) == len(events)
    await run_relay()
    await eventually(lambda: _is_empty(database), timeout=20)
    wanted = {str(each.event_id).encode() for each in events}
    await tap.until(lambda tap: wanted <= set(_ids(tap)) and max(Counter(_ids(tap)).values()) > 1)
    assert max(Counter(_ids(tap)).values()) == 2
    for each in homeowners:
        first_seen = list(dict.fromkeys(tap.bodies(each)))
        assert first_seen == ["0", "1", "2"]


async def _is_empty(database: Database) -> bool:
    return bool(await database.work_pool.fetchval("SELECT count(*) = 0 FROM outbox"))


def _ids(tap: Any) -> list[bytes]:
    return [dict(each.headers)["ce_id"] for each in tap.records]


async def test_when_the_leader_is_killed_the_stand_by_leads_within_15_seconds(
    database: Database, text: Make, tap: Any, start_process: Start
) -> None:
    first = start_process()
    await eventually(lambda: database.work_pool.fetchval(LEADER), timeout=20)
    second = start_process()
    one, two = new_id(), new_id()
    await append(database, text(one))
    await tap.until(lambda tap: tap.bodies(one))
    await eventually(
        lambda: database.work_pool.fetchval(
            "SELECT count(*) = 2 FROM pg_stat_activity WHERE application_name = 'sample relay'"
        ),
        timeout=20,
    )
    assert len(await database.work_pool.fetch(LEADER)) == 1
    first.kill()
    began = asyncio.get_running_loop().time()
    await append(database, text(two))
    await tap.until(lambda tap: tap.bodies(two))
    assert asyncio.get_running_loop().time() - began < 15
    assert tap.bodies(one) == [""]
    assert second.poll() is None


async def test_a_leader_whose_session_is_gone_makes_way_and_comes_back(
    own_postgres: EmbeddedPostgres,
    addresses: DatabaseSettings,
    database: Database,
    text: Make,
    tap: Any,
    run_relay: Any,
) -> None:
    await run_relay()
    leader = await eventually(lambda: database.work_pool.fetchval(LEADER))
    superuser = await asyncpg.connect(own_postgres.dsn())
    await superuser.execute("SELECT pg_terminate_backend($1)", leader)
    await superuser.close()
    homeowner = new_id()
    await append(database, text(homeowner))
    await tap.until(lambda tap: tap.bodies(homeowner))
    assert await database.work_pool.fetchval(LEADER) != leader


async def test_with_kafka_down_rows_wait_and_then_leave_in_order(
    own_kafka: EmbeddedKafka, kafka: str, database: Database, text: Make, run_relay: Any, tapping: Any, rows_left: Any
) -> None:
    homeowners = [new_id() for _ in range(20)]
    async with tapping(kafka, topics.INBOUND) as before:
        await run_relay()
        await append(database, *(text(each, 0) for each in homeowners))
        await before.until(lambda tap: all(tap.bodies(each) for each in homeowners))
        await asyncio.to_thread(own_kafka.kill)
        for number in (1, 2, 3):
            await append(database, *(text(each, number) for each in homeowners))
        await asyncio.sleep(0.5)
        assert await rows_left(database) == 60
        await own_kafka.bring_up()
        await eventually(lambda: _is_empty(database), timeout=40)
    async with tapping(kafka, topics.INBOUND) as after:
        await after.from_the_beginning()
        await after.until(lambda tap: all(len(tap.bodies(each)) >= 4 for each in homeowners))
        for each in homeowners:
            assert list(dict.fromkeys(after.bodies(each))) == ["0", "1", "2", "3"]


async def test_a_relay_that_starts_before_kafka_waits_for_it(
    own_kafka: EmbeddedKafka, kafka: str, database: Database, text: Make, run_relay: Any, rows_left: Any
) -> None:
    await asyncio.to_thread(own_kafka.kill)
    await append(database, text(new_id()))
    await run_relay()
    await eventually(lambda: database.work_pool.fetchval(LEADER))
    assert await rows_left(database) == 1
    await own_kafka.bring_up()
    await eventually(lambda: _is_empty(database), timeout=30)


async def test_a_relay_stops_soon_though_kafka_is_away(
    own_kafka: EmbeddedKafka, kafka: str, database: Database, text: Make, run_relay: Any, tap: Any, rows_left: Any
) -> None:
    homeowner = new_id()
    relay = await run_relay()
    await append(database, text(homeowner))
    await tap.until(lambda tap: tap.bodies(homeowner))
    await asyncio.to_thread(own_kafka.kill)
    try:
        await append(database, *(text(new_id()) for _ in range(10)))
        await asyncio.sleep(0.3)  # they are on their way to nowhere
        began = asyncio.get_running_loop().time()
        await relay.stop()
        assert asyncio.get_running_loop().time() - began < 8
        assert await rows_left(database) == 10
    finally:
        await own_kafka.bring_up()


async def test_a_batch_refused_for_one_record_costs_only_that_record(
    kafka: str, database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    """The broker's own limit is lower than the client's: it refuses the whole batch that the record came in."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    limit = ConfigResource(ConfigResourceType.TOPIC, topics.INBOUND.name, configs={"max.message.bytes": "6000"})
    usual = ConfigResource(ConfigResourceType.TOPIC, topics.INBOUND.name, configs={"max.message.bytes": "1048588"})
    await admin.alter_configs([limit])
    await asyncio.sleep(0.5)  # the broker tells nobody when it has read its configuration
    try:
        homeowners = [new_id() for _ in range(50)]
        poison = text(homeowners[7], "x" * 7000)
        await append(database, *(text(each, 1) for each in homeowners), poison, *(text(each, 2) for each in homeowners))
        await run_relay()
        await eventually(lambda: _is_empty(database), timeout=30)
        await tap.until(lambda tap: all(len(tap.bodies(each)) >= 2 for each in homeowners))
        for each in homeowners:
            assert list(dict.fromkeys(tap.bodies(each))) == ["1", "2"]
        dead = await database.work_pool.fetch("SELECT id FROM outbox_dead")
        assert [row["id"] for row in dead] == [poison.event_id]
    finally:
        await admin.alter_configs([usual])
        await admin.close()


async def test_postgres_restarted_under_the_relay(
    own_postgres: EmbeddedPostgres, settings: Settings, database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    homeowner = new_id()
    await run_relay()
    await append(database, text(homeowner, 1))
    await tap.until(lambda tap: tap.bodies(homeowner) == ["1"])
    await asyncio.to_thread(own_postgres.kill)
    with pytest.raises(INFRASTRUCTURE):
        await append(database, text(homeowner, "never"))
    await own_postgres.bring_up()

    async def append_again() -> bool:
        try:
            await append(database, text(homeowner, 2))
        except INFRASTRUCTURE:
            return False
        return True

    await eventually(append_again, timeout=20)
    await tap.until(lambda tap: tap.bodies(homeowner)[-1] == "2", timeout=20)
    assert list(dict.fromkeys(tap.bodies(homeowner))) == ["1", "2"]


async def test_postgres_killed_with_a_full_outbox_loses_nothing(
    own_postgres: EmbeddedPostgres, settings: Settings, database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    """Deletes are not waited for on disk: what a crash undoes is sent twice."""
    homeowners = [new_id() for _ in range(200)]
    for number in range(5):
        await append(database, *(text(each, number) for each in homeowners))
    await run_relay()
    await tap.until(lambda tap: len(tap.records) > 50)
    await asyncio.to_thread(own_postgres.kill)
    await own_postgres.bring_up()
    reopened = await open_database(settings)
    await eventually(lambda: _is_empty(reopened), timeout=30)
    await reopened.stop()
    await tap.until(lambda tap: all(tap.bodies(each)[-1:] == ["4"] for each in homeowners), timeout=30)
    for each in homeowners:
        assert list(dict.fromkeys(tap.bodies(each))) == ["0", "1", "2", "3", "4"]


async def test_two_relays_that_both_believe_to_lead_do_not_turn_a_key_round(
    database: Database, text: Make, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leader that the database has given up on may still be sending for a moment."""
    monkeypatch.setattr("chassis.relay.LEADER_LOCK", 1)
    await run_relay()
    monkeypatch.setattr("chassis.relay.LEADER_LOCK", 2)
    await run_relay()
    homeowners = [new_id() for _ in range(50)]
    for number in range(10):
        await append(database, *(text(each, number) for each in homeowners))
    await eventually(lambda: _is_empty(database), timeout=20)
    await tap.until(lambda tap: all(tap.bodies(each)[-1:] == ["9"] for each in homeowners))
    for each in homeowners:
        assert list(dict.fromkeys(tap.bodies(each))) == [str(number) for number in range(10)]
