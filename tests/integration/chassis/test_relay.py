"""The relay at work: order, speed, records that Kafka refuses, watermarks."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from aiokafka.errors import KafkaError

from chassis import outbox, packing, relay, watermarks
from chassis.database import Database, open_database
from chassis.ids import new_id
from chassis.partitions import partition_of
from chassis.settings import Settings
from chassis.testing import FixedClock, eventually
from contracts import topics
from contracts.base import HomeownerEvent
from contracts.watermarks import StreamHeard

Make = Callable[..., HomeownerEvent]
RAW = "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers) VALUES ($1, $2, $3, 'x', 'x', '{}')"


async def append(database: Database, *events: HomeownerEvent, partition: int | None = None) -> None:
    async with database.work() as transaction:
        transaction.append(*events, partition=partition)


async def test_a_record_arrives_as_it_was_appended(
    database: Database, text: Make, tap: Any, run_relay: Any, rows_left: Any
) -> None:
    event = text(new_id(), "hello")
    await append(database, event)
    await run_relay()
    await tap.until(lambda tap: tap.bodies(event.homeowner_id))
    record = next(each for each in tap.records if each.key == str(event.homeowner_id).encode())
    headers = {name: value.decode() for name, value in record.headers}
    assert headers["ce_id"] == str(event.event_id)
    assert headers["ce_type"] == "text.received.v1"
    assert headers["ce_source"] == "/callsnare/sample"
    assert record.partition == partition_of(event.homeowner_id, topics.INBOUND.partitions)
    await eventually(lambda: _none_left(rows_left, database))


async def _none_left(rows_left: Any, database: Database) -> bool:
    return bool(await rows_left(database) == 0)


async def test_each_key_keeps_its_order_however_many_write_at_once(
    database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    """Each writer locks the homeowner's row first, as every use case does; so the order of `seq` is that of change."""
    homeowners = [new_id() for _ in range(5)]
    async with database.work() as transaction:
        for number in range(len(homeowners)):
            await transaction.execute("INSERT INTO notes VALUES ($1, $2)", number, UUID(int=1))

    async def change(number: int) -> None:
        for _ in range(40):
            async with database.work() as transaction:
                count = await transaction.fetch_value(
                    "UPDATE notes SET extra = to_jsonb(coalesce(extra::int, 0) + 1) WHERE note_id = $1 RETURNING extra::int",
                    number,
                )
                transaction.append(text(homeowners[number], count), text(homeowners[number], f"{count}b"))

    await run_relay()
    async with asyncio.TaskGroup() as group:
        for number in range(len(homeowners)):
            group.create_task(change(number))
            group.create_task(change(number))
    expected = [said for count in range(1, 81) for said in (str(count), f"{count}b")]
    await tap.until(lambda tap: all(len(tap.bodies(each)) >= 160 for each in homeowners))
    for each in homeowners:
        assert tap.bodies(each) == expected


async def test_an_event_leaves_within_a_moment_of_its_commit(
    database: Database, text: Make, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", 3600.0)  # nobody looks by chance
    await run_relay()
    for homeowner in (new_id(), new_id()):
        await append(database, text(homeowner))
        await tap.until(lambda tap, homeowner=homeowner: tap.bodies(homeowner))


async def test_a_process_without_a_relay_wakes_the_one_that_has_it(
    settings: Settings, database: Database, text: Make, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "IDLE_SECONDS", 60.0)
    await run_relay()
    warm, homeowner = new_id(), new_id()
    await append(database, text(warm))
    await tap.until(lambda tap: tap.bodies(warm), timeout=70)
    other = await open_database(settings, roles=("web",))
    async with other.web(UUID(int=1)) as transaction:
        transaction.append(text(homeowner))
    await tap.until(lambda tap: tap.bodies(homeowner))
    await other.stop()


async def test_a_statement_that_appends_by_itself_is_relayed(
    database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    events = [text(new_id(), "by hand"), text(new_id(), "by hand")]
    await run_relay()
    async with database.work() as transaction:
        await transaction.execute(
            f"WITH noted AS (INSERT INTO notes VALUES (1, $1)) INSERT INTO outbox ({outbox.COLUMNS})"
            f" SELECT * FROM {outbox.unnest(2)}",
            UUID(int=1), *outbox.rows(events, service="sample"),
        )  # fmt: skip
        transaction.wrote()
    await tap.until(lambda tap: all(tap.bodies(each.homeowner_id) == ["by hand"] for each in events))


async def test_a_backlog_drains_and_nothing_is_doubled(
    database: Database, text: Make, tap: Any, run_relay: Any, rows_left: Any
) -> None:
    homeowners = [new_id() for _ in range(700)]
    await append(database, *(text(each, number) for number in range(5) for each in homeowners))
    await run_relay()
    await eventually(lambda: _none_left(rows_left, database), timeout=30)
    await tap.until(lambda tap: sum(len(tap.bodies(each)) for each in homeowners[::50]) >= 70)
    for each in homeowners[::50]:
        assert tap.bodies(each) == ["0", "1", "2", "3", "4"]


async def test_a_relay_told_to_stop_lands_what_is_on_its_way(
    database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    homeowners = [new_id() for _ in range(1000)]
    await append(database, *(text(each) for each in homeowners))
    first = await run_relay()
    await tap.until(lambda tap: tap.records)
    await first.stop()
    await run_relay()
    wanted = {str(each).encode() for each in homeowners}
    await tap.until(lambda tap: wanted <= {each.key for each in tap.records})
    ours = [each.key for each in tap.records if each.key in wanted]
    assert len(ours) == len(set(ours))


async def test_a_record_too_large_is_put_aside_and_all_others_go_on(
    database: Database, text: Make, tap: Any, run_relay: Any, rows_left: Any
) -> None:
    homeowner, neighbour = new_id(), new_id()
    poison = text(homeowner, "x" * 1_100_000)
    await append(database, text(homeowner, 1), poison, text(homeowner, 2), text(neighbour, 1))
    await run_relay()
    await tap.until(lambda tap: tap.bodies(homeowner) == ["1", "2"] and tap.bodies(neighbour) == ["1"])
    await eventually(lambda: _none_left(rows_left, database))
    dead = await database.work_pool.fetch("SELECT * FROM outbox_dead")
    assert [row["id"] for row in dead] == [poison.event_id]
    assert "MessageSizeTooLarge" in dead[0]["error"]


async def test_a_partition_that_does_not_exist_is_put_aside(
    database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    homeowner = new_id()
    await append(database, text(homeowner, "nowhere"), partition=999)
    await append(database, text(homeowner, "placed"), partition=3)
    await run_relay()
    await tap.until(lambda tap: tap.bodies(homeowner))
    assert tap.bodies(homeowner) == ["placed"]
    assert [each.partition for each in tap.records if each.key == str(homeowner).encode()] == [3]

    async def put_aside() -> bool:
        return bool(await database.work_pool.fetchval("SELECT count(*) FROM outbox_dead") == 1)

    await eventually(put_aside)


async def test_a_missing_topic_holds_back_its_own_keys_only_and_is_waited_for(
    database: Database, text: Make, tap: Any, run_relay: Any
) -> None:
    homeowner = new_id()
    await database.work_pool.execute(RAW, new_id(), "callsnare.not_yet_there", "somebody")
    await append(database, text(homeowner, 1))
    await run_relay()
    await tap.until(lambda tap: tap.bodies(homeowner), timeout=5)
    assert await database.work_pool.fetchval("SELECT count(*) FROM outbox_dead") == 0
    assert await database.work_pool.fetchval("SELECT aggregateid FROM outbox") == "somebody"


def _marks(tap: Any) -> dict[int, list[StreamHeard]]:
    found: dict[int, list[StreamHeard]] = {}
    for record in tap.records:
        if dict(record.headers).get("ce_type") == b"stream.heard.v1":
            found.setdefault(record.partition, []).append(msgspec.json.decode(record.value, type=StreamHeard))
    return found


async def test_each_partition_is_told_how_far_it_is_known(
    database: Database, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watermarks, "EVERY_SECONDS", 0.2)
    monkeypatch.setattr(watermarks, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(relay, "IDLE_SECONDS", 0.05)
    clock = FixedClock(datetime.now(UTC))  # noqa: TID251 -- the relay compares it with the database's
    await run_relay(clock=clock, stream=topics.INBOUND, beside=[topics.ORGANIZATIONS])
    await tap.until(lambda tap: len(_marks(tap)) == topics.INBOUND.partitions)
    clock.advance(seconds=7)

    def known() -> datetime:
        return clock.moment - watermarks.IN_FLIGHT

    await tap.until(lambda tap: all(marks[-1].heard_until == known() for marks in _marks(tap).values()))
    mark = _marks(tap)[4][-1]
    assert (mark.topic, mark.partition, mark.organization_id) == ("callsnare.inbound", 4, UUID(int=0))


async def test_nobody_is_told_that_more_is_known_than_has_arrived(
    database: Database, text: Make, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that cannot leave keeps the marks of its own partition back, and no other's."""
    monkeypatch.setattr(watermarks, "EVERY_SECONDS", 0.2)
    monkeypatch.setattr(watermarks, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(relay, "IDLE_SECONDS", 0.05)
    heard = [datetime(2026, 6, 1, tzinfo=UTC)]

    async def heard_until(connection: asyncpg.Connection) -> datetime:
        assert await connection.fetchval("SELECT 1") == 1
        return heard[0]

    stuck, free = new_id(), new_id()
    while _partition(stuck) == _partition(free):
        free = new_id()
    pack = packing.pack
    held = asyncio.Event()

    def refuse_one(batch: Any, row: asyncpg.Record) -> bool:
        if row["aggregateid"] == str(stuck) and not held.is_set():
            raise KafkaError
        return pack(batch, row)

    monkeypatch.setattr(packing, "pack", refuse_one)
    await run_relay(stream=topics.INBOUND, heard_until=heard_until)
    await tap.until(lambda tap: len(_marks(tap)) == topics.INBOUND.partitions)
    await append(database, text(stuck, "late"))
    heard[0] += timedelta(minutes=1)
    await tap.until(lambda tap: _marks(tap)[_partition(free)][-1].heard_until == heard[0])
    heard[0] += timedelta(minutes=1)
    await tap.until(lambda tap: _marks(tap)[_partition(free)][-1].heard_until == heard[0])
    told = _marks(tap)[_partition(stuck)]
    # The mark taken before the row was appended may still have been on its way; nothing newer may follow it.
    assert told[-1].heard_until <= heard[0] - timedelta(minutes=1)
    held.set()
    await tap.until(lambda tap: _marks(tap)[_partition(stuck)][-1].heard_until == heard[0])
    order = [dict(each.headers)["ce_type"] for each in tap.records if each.partition == _partition(stuck)]
    assert b"text.received.v1" in order[:-1]
    assert order[-1] == b"stream.heard.v1"


def _partition(key: UUID) -> int:
    return partition_of(key, topics.INBOUND.partitions)
