"""Parked records with several processes at it, and what a person does with dead letters."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis import dead_letters, parking
from chassis.clock import system_clock
from chassis.consumer import NotYet, Subscription
from chassis.database import Database
from chassis.housekeeping import Housekeeping
from chassis.ids import new_id
from chassis.intake import Intake
from chassis.records import Stored
from chassis.retries import Retries
from chassis.testing import FixedClock, eventually
from contracts import envelope, topics
from contracts.base import Event, HomeownerEvent

Make = Callable[..., HomeownerEvent]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def stored(event: Event, offset: int) -> Stored:
    record = envelope.encode(event, source="test")
    return Stored(
        str(event.key), "t", 0, offset, event.event_id, record.headers["ce_type"], record.value, record.headers
    )


async def park(database: Database, effects: Any, *events: Event) -> None:
    """Due long since."""
    async with database.work() as transaction:
        await parking.park(
            transaction,
            consumer=effects.consumer,
            records=[stored(event, offset) for offset, event in enumerate(events)],
            errors=["x"] * len(events),
            tries=0,
            next_try_at=LONG_AGO,
        )


def retries(database: Database, effects: Any, *, handle: Any = None, clock: Any = None) -> Retries:
    """As one process has them."""
    subscription = Subscription(
        topic=topics.INBOUND, name=effects.consumer, handle=handle or effects, needs_organization=False
    )
    clock = clock or system_clock(None)
    intake = Intake(subscription, database=database, organizations=None, clock=clock)
    return Retries([intake], database=database, clock=clock, arrivals=lambda: 0)


async def drained(*loops: Retries) -> None:
    async def drain(loop: Retries) -> None:
        while await loop.step():
            pass

    await asyncio.gather(*(drain(loop) for loop in loops))


async def test_two_processes_at_once_keep_the_order_of_each_key(database: Database, effects: Any, text: Make) -> None:
    """Whoever skipped a locked row would take the one behind it."""
    homeowners = [new_id() for _ in range(8)]
    await park(database, effects, *(text(each, number) for number in range(6) for each in homeowners))

    async def slowly(transaction: Any, events: Sequence[Event]) -> None:
        await asyncio.sleep(0.005)
        await effects(transaction, events)

    loops = [retries(database, effects, handle=slowly) for _ in range(3)]
    while await effects.parked():
        await drained(*loops)
    for each in homeowners:
        assert await effects.bodies(each) == list("012345")


async def test_two_processes_at_once_count_a_failure_once(database: Database, effects: Any, text: Make) -> None:
    effects.fails["bad"] = ValueError()
    await park(database, effects, text(new_id(), "bad"))
    await asyncio.gather(*(retries(database, effects).step() for _ in range(4)))
    (row,) = await effects.parked()
    assert row["tries"] == 1


async def test_many_keys_are_tried_in_one_transaction_and_one_by_one_when_one_is_in_the_way(
    database: Database, effects: Any, text: Make
) -> None:
    await park(database, effects, *(text(new_id(), number) for number in range(20)))
    loop = retries(database, effects)
    await drained(loop)
    assert effects.batches == [20]
    await park(database, effects, *(text(new_id(), number) for number in range(20, 40)))
    effects.fails["30"] = ValueError("x")
    await drained(loop)
    assert len(await effects.bodies()) == 39
    (left,) = await effects.parked()
    assert left["tries"] == 1


async def test_what_only_waits_is_left_alone_longer_and_longer(database: Database, effects: Any, text: Make) -> None:
    clock = FixedClock(datetime.now(UTC))  # noqa: TID251 -- rows of the database carry its own time
    effects.fails["early"] = NotYet("x")
    await park(database, effects, text(new_id(), "early"))
    loop = retries(database, effects, clock=clock)
    pauses = []
    for _ in range(30):
        await loop.step()
        (row,) = await effects.parked()
        assert row["tries"] == 0
        pauses.append((row["next_try_at"] - clock.now()).total_seconds())
        clock.moment = row["next_try_at"]
    assert pauses[0] == pytest.approx(1, abs=0.1)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(30)


async def test_trouble_of_an_engine_counts_no_try_and_does_not_hold_up_other_keys(
    database: Database, effects: Any, text: Make
) -> None:
    effects.fails["bad"] = ConnectionResetError("x")
    await park(database, effects, text(new_id(), "bad"), text(new_id(), "good"))
    await drained(retries(database, effects))
    assert await effects.bodies() == ["good"]
    (row,) = await effects.parked()
    assert row["tries"] == 0


async def buried(database: Database, effects: Any, *events: Event) -> list[int]:
    async with database.work() as transaction:
        for offset, event in enumerate(events):
            await dead_letters.bury(
                transaction, consumer=effects.consumer, record=stored(event, offset), error="x\x00y", tries=5
            )
    return [each.id for each in await dead_letters.list_dead_letters(database)]


async def test_a_dead_letter_that_is_tried_again_takes_effect_once(
    database: Database, effects: Any, text: Make
) -> None:
    event = text(new_id(), "one")
    (found,) = await buried(database, effects, event)
    (shown,) = await dead_letters.list_dead_letters(database)
    assert (shown.topic, shown.partition, shown.record_offset, shown.tries) == ("t", 0, 0, 5)
    assert (shown.type, shown.error) == ("text.received.v1", "x\ufffdy")
    assert await dead_letters.retry_dead_letter(database, dead_letter_id=found, now=LONG_AGO)
    await drained(retries(database, effects))
    await effects.until("one")
    assert await effects.dead() == []
    assert not await dead_letters.retry_dead_letter(database, dead_letter_id=found, now=LONG_AGO)
    (again,) = await buried(database, effects, event)
    await dead_letters.retry_dead_letter(database, dead_letter_id=again, now=LONG_AGO)
    await drained(retries(database, effects))
    assert await effects.bodies() == ["one"]
    assert await effects.parked() == []


async def test_what_still_cannot_be_read_is_a_dead_letter_again_at_once(database: Database, effects: Any) -> None:
    record = Stored("k", "t", 0, 0, None, "text.received.v1", b"{", {"ce_type": "text.received.v1"})
    async with database.work() as transaction:
        await dead_letters.bury(transaction, consumer=effects.consumer, record=record, error="x", tries=0)
    (found,) = await dead_letters.list_dead_letters(database)
    await dead_letters.retry_dead_letter(database, dead_letter_id=found.id, now=LONG_AGO)
    await drained(retries(database, effects))
    (again,) = await effects.dead()
    assert again["error"].startswith("UnreadableError")
    assert await effects.parked() == []


async def test_a_dead_letter_that_is_dropped_is_gone(database: Database, effects: Any, text: Make) -> None:
    one, two = await buried(database, effects, text(new_id(), "one"), text(new_id(), "two"))
    assert await dead_letters.drop_dead_letter(database, dead_letter_id=one)
    assert not await dead_letters.drop_dead_letter(database, dead_letter_id=one)
    assert [each.id for each in await dead_letters.list_dead_letters(database)] == [two]


async def test_the_inbox_forgets_what_no_topic_can_bring_again(database: Database, effects: Any) -> None:
    now = datetime.now(UTC)  # noqa: TID251 -- rows of the database carry its own time
    ages = {"old": timedelta(days=15), "young": timedelta(days=13)}
    ids = {name: new_id() for name in ages}
    for name, age in ages.items():
        for consumer in (effects.consumer, "of-a-compacted-topic"):
            await database.work_pool.execute("INSERT INTO inbox VALUES ($1, $2, $3)", consumer, ids[name], now - age)
    intakes = [
        Intake(
            Subscription(topic=topic, name=name, handle=effects),
            database=database,
            organizations=None,
            clock=FixedClock(now),
        )
        for topic, name in ((topics.INBOUND, effects.consumer), (topics.ORGANIZATIONS, "of-a-compacted-topic"))
    ]
    housekeeping = Housekeeping(intakes, database=database, clock=FixedClock(now))
    assert not await housekeeping.step()
    rows = await database.work_pool.fetch("SELECT consumer, event_id FROM inbox ORDER BY 1, 2")
    assert {(row["consumer"], row["event_id"]) for row in rows} == {
        (effects.consumer, ids["young"]),
        ("of-a-compacted-topic", ids["young"]),
        ("of-a-compacted-topic", ids["old"]),
    }


async def test_a_key_is_free_again_in_a_process_whose_parked_records_another_one_handled(
    run_bus: Any, stream: Any, effects: Any, text: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.intake.KEYS_KNOWN_SECONDS", 0.0)
    clock = FixedClock(LONG_AGO)
    homeowner = new_id()
    effects.fails["one"] = ValueError()
    await run_bus(clock=clock)
    await stream.send(text(homeowner, "one"))
    await eventually(effects.parked)
    effects.fails.clear()
    await drained(retries(database, effects))
    await effects.until("one")
    await stream.send(text(homeowner, "two"))
    await effects.until("one", "two")
    assert await effects.parked() == []
