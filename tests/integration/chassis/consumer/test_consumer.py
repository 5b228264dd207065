"""What a consumer does with the records that it is given."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import asyncpg
import pytest

from chassis import intake
from chassis.consumer import NotYet
from chassis.ids import new_id
from chassis.testing import FixedClock, eventually
from contracts.base import Event, HomeownerEvent
from contracts.watermarks import StreamHeard

Make = Callable[..., HomeownerEvent]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))  # noqa: TID251 -- rows of the database carry its own time


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PAUSE_SECONDS", (0.01, 0.02))


async def test_a_new_group_reads_from_the_beginning_in_batches(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    await stream.send(*(text(new_id(), number) for number in range(40)), partition=0)
    await run_bus()
    await effects.until(*map(str, range(40)))
    assert len(effects.batches) < 10


async def test_the_same_event_counts_once_within_a_batch_and_later(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    one, two = text(new_id(), "one"), text(new_id(), "two")
    await stream.send(one, one, two)
    await run_bus()
    await effects.until("one", "two")
    await stream.send(one, two, text(new_id(), "three"), two)
    await effects.until("one", "two", "three")


async def test_poison_in_a_batch_stops_its_own_key_only_and_that_keeps_its_order(
    run_bus: Any, stream: Any, effects: Any, text: Make, clock: FixedClock
) -> None:
    bad, good = new_id(), new_id()
    await stream.send(
        text(bad, "b1"), text(good, "g1"), text(bad, "poison"), text(good, "g2"), text(bad, "b2"), partition=0
    )
    effects.fails["poison"] = ValueError("cannot be handled")
    await run_bus(clock=clock)
    await effects.until("b1", "g1", "g2")
    assert await effects.bodies(good) == ["g1", "g2"]
    await stream.send(text(bad, "b3"), text(good, "g3"), partition=0)
    await effects.until("b1", "g1", "g2", "g3")
    await eventually(lambda: _parked(effects, 3))
    parked = await effects.parked()
    assert [(row["record_offset"], row["tries"], row["error"]) for row in parked] == [
        (2, 1, "ValueError: cannot be handled"),
        (4, 0, intake.BEHIND),
        (5, 0, intake.BEHIND),
    ]
    effects.fails.clear()
    clock.advance(seconds=2)
    await eventually(lambda: _is(effects.bodies(bad), ["b1", "poison", "b2", "b3"]))
    await stream.send(text(bad, "b4"), partition=0)
    await eventually(lambda: _is(effects.bodies(bad), ["b1", "poison", "b2", "b3", "b4"]))
    assert await effects.parked() == []


async def _is(found: Any, wanted: Any) -> bool:
    value = await found
    assert value == wanted, value
    return True


async def test_after_five_tries_only_that_record_is_a_dead_letter_and_those_behind_it_go_on(
    run_bus: Any, stream: Any, effects: Any, text: Make, clock: FixedClock
) -> None:
    bad = new_id()
    await stream.send(text(bad, "poison"), text(bad, "next"), partition=1)
    effects.fails["poison"] = ValueError("never")
    await run_bus(clock=clock)
    for tries in (1, 2, 3, 4):
        await eventually(partial(_tries, effects, tries))
        assert await effects.bodies() == []
        clock.advance(seconds=130)
    await effects.until("next")
    (dead,) = await effects.dead()
    assert (dead["topic"], dead["partition"], dead["record_offset"]) == (stream.topic.name, 1, 0)
    assert (dead["tries"], dead["error"], dead["key"]) == (5, "ValueError: never", str(bad))
    assert await effects.parked() == []


async def _tries(effects: Any, tries: int) -> bool:
    parked = await effects.parked()
    return bool(parked) and parked[0]["tries"] == tries


async def test_an_unknown_type_is_skipped_and_what_cannot_be_read_is_a_dead_letter(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    await stream.send_raw(b"{}", headers=[("ce_type", b"call.invented.v9")])
    await stream.send_raw(None)
    await stream.send_raw(b"{", headers=[("ce_type", b"text.received.v1"), ("ce_id", b"no uuid")])
    await stream.send_raw(b"[" * 100_000, headers=[("ce_type", b"text.received.v1")])
    await stream.send_raw(b"{}", key=None, headers=[("ce_type", b"text.received.v1")])
    await stream.send(text(new_id(), "good"), partition=0)
    await run_bus()
    await effects.until("good")
    dead = await effects.dead()
    assert [row["record_offset"] for row in dead] == [2, 3, 4]
    assert [row["tries"] for row in dead] == [0, 0, 0]
    assert all(row["error"] for row in dead)
    assert await effects.parked() == []


async def test_headers_that_are_no_text_stop_nothing(run_bus: Any, stream: Any, effects: Any, text: Make) -> None:
    await stream.send_raw(b"{", headers=[("ce_type", b"text.received.v1"), ("a", b"\xff\xfe"), ("b", None)])
    await stream.send_raw(b"{", key=b"\x00\xff", headers=[("ce_type", b"text.received.v1"), ("nul", b"\x00")])
    await stream.send_raw(b"x", headers=[("a", b"\xff")])
    await stream.send(text(new_id(), "good"), partition=0)
    await run_bus()
    await effects.until("good")
    assert [row["headers"] for row in await effects.dead()] == [
        {"ce_type": "text.received.v1", "a": "\ufffd\ufffd", "b": ""},
        {"ce_type": "text.received.v1", "nul": "\ufffd"},
    ]


@pytest.mark.parametrize(
    "error", [asyncpg.DeadlockDetectedError("x"), asyncpg.InterfaceError("x"), ConnectionResetError(), TimeoutError()]
)
async def test_trouble_of_an_engine_is_waited_out_and_counts_no_try(
    run_bus: Any, stream: Any, effects: Any, text: Make, error: Exception
) -> None:
    homeowner = new_id()
    await stream.send(*(text(homeowner, number) for number in range(5)))
    effects.fails["3"] = error
    await run_bus()
    await eventually(lambda: len(effects.batches) >= 2)
    assert await effects.bodies() == []
    effects.fails.clear()
    await eventually(lambda: _is(effects.bodies(homeowner), list("01234")))
    assert await effects.parked() == []
    assert effects.batches[:2] == [5, 5]


async def test_trouble_that_stays_though_the_engines_answer_is_the_record_s_own(
    run_bus: Any, stream: Any, effects: Any, text: Make, impatient: None
) -> None:
    bad = new_id()
    await stream.send(text(bad, "poison"), text(new_id(), "other"), text(bad, "behind"), partition=0)
    effects.fails["poison"] = FileNotFoundError("an OSError of its own making")
    await run_bus()
    await effects.until("other")
    await eventually(lambda: _parked(effects, 2))
    assert [row["tries"] for row in await effects.parked()] == [0, 0]
    effects.fails.clear()
    await eventually(lambda: _is(effects.bodies(bad), ["poison", "behind"]))


async def test_a_number_too_large_for_its_column_is_no_trouble_of_an_engine(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    async def handle(transaction: Any, events: Sequence[Event]) -> None:
        for event in events:
            number = 10**9 if event.body == "large" else 1  # type: ignore[attr-defined]
            await transaction.execute("UPDATE effects SET number = $1", number)
        await effects(transaction, events)

    await stream.send(text(new_id(), "large"), text(new_id(), "small"), partition=0)
    await run_bus(handle=handle)
    await effects.until("small")
    await eventually(lambda: _parked(effects, 1))
    (parked,) = await effects.parked()
    assert parked["tries"] == 1
    assert "DataError" in parked["error"]


async def test_not_yet_is_looked_at_again_soon_and_counts_no_try(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    homeowner = new_id()
    effects.fails["early"] = NotYet("its booking")
    await run_bus()
    await stream.send(text(homeowner, "early"), text(homeowner, "later"))
    await eventually(lambda: _parked(effects, 2))
    assert [row["tries"] for row in await effects.parked()] == [0, 0]
    effects.fails.clear()
    await eventually(lambda: _is(effects.bodies(homeowner), ["early", "later"]), timeout=5)


async def _parked(effects: Any, number: int) -> bool:
    return len(await effects.parked()) == number


async def test_what_comes_before_takes_effect_though_its_record_is_parked(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    seen: list[str] = []

    async def before(events: Sequence[Any]) -> None:
        for event in events:
            if event.body == "worse":
                raise RuntimeError(event.body)
            seen.append(event.body)

    bad = new_id()
    effects.fails["poison"] = ValueError()
    await stream.send(text(bad, "poison"), text(bad, "STOP"), text(new_id(), "worse"), text(new_id(), "o"), partition=0)
    await run_bus(before=before)
    await effects.until("o")
    assert {"poison", "STOP", "o"} == set(seen)
    await eventually(lambda: _parked(effects, 3))
    by_error = {row["error"]: row["tries"] for row in await effects.parked()}
    assert by_error["RuntimeError: worse"] >= 1


async def test_what_is_not_wanted_leaves_no_trace_and_holds_up_nobody(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    await stream.send(text(new_id(), "noise"), text(new_id(), "one"), text(new_id(), "noise"), partition=0)
    await run_bus(wanted=lambda event: event.body != "noise")
    await effects.until("one")
    await stream.send(text(new_id(), "noise"), text(new_id(), "two"), partition=0)
    await effects.until("one", "two")
    taken = "SELECT count(*) FROM inbox WHERE consumer = $1"
    assert await effects._database.work_pool.fetchval(taken, effects.consumer) == 2


async def test_a_watermark_is_heard_and_not_handled(run_bus: Any, stream: Any, effects: Any, text: Make) -> None:
    heard: list[tuple[int, datetime, list[str]]] = []
    moment = datetime(2026, 11, 24, 12, tzinfo=UTC)
    mark = StreamHeard(
        event_id=new_id(), organization_id=new_id(), occurred_at=moment, topic="x", partition=2, heard_until=moment
    )
    event = text(new_id(), "one")
    await stream.send(event, mark, partition=2)
    await run_bus(heard=lambda partition, until: heard.append((partition, until, list(effects.fails))))
    await effects.until("one")
    await eventually(lambda: heard)
    assert max((each[:2] for each in heard), key=lambda each: each[1]) == (2, event.occurred_at)
    await stream.send(msgspec_replace(mark, datetime(2027, 1, 1, tzinfo=UTC)), partition=2)
    await eventually(lambda: heard[-1][:2] == (2, datetime(2027, 1, 1, tzinfo=UTC)))


def msgspec_replace(mark: StreamHeard, until: datetime) -> StreamHeard:
    return StreamHeard(
        event_id=new_id(),
        organization_id=mark.organization_id,
        occurred_at=until,
        topic="x",
        partition=2,
        heard_until=until,
    )
