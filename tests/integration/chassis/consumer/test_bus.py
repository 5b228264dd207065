"""The clients themselves: topics that do not fit, speed in thin traffic, polls that fail, consumers that stand still."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, KafkaError
from litestar.testing import AsyncTestClient
from prometheus_client import REGISTRY

from chassis import broker
from chassis.http import create_http
from chassis.ids import new_id
from chassis.progress import Progress
from chassis.settings import Settings
from chassis.testing import eventually
from contracts.base import HomeownerEvent

Make = Callable[..., HomeownerEvent]


async def test_it_refuses_to_start_on_topics_of_other_partitions(run_bus: Any, stream: Any) -> None:
    wrong = stream.topic._replace(partitions=12)
    missing = stream.topic._replace(name="test.nobody-made-it")
    with pytest.raises(broker.TopicsMismatchError) as refused:
        await run_bus(topic=wrong)
    assert f"{stream.topic.name} has 3 partitions instead of 12" in str(refused.value)
    with pytest.raises(broker.TopicsMismatchError, match=r"test\.nobody-made-it is missing"):
        await run_bus(topic=missing)


async def test_topics_that_turn_out_wrong_later_are_told_in_a_sentence(
    run_bus: Any, stream: Any, effects: Any, text: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka was away when it started."""
    real, answers = broker.require_topics, [KafkaError(), broker.TopicsMismatchError("callsnare.inbound is missing")]

    async def require(**facts: Any) -> None:
        if answers:
            raise answers.pop(0)
        await real(**facts)

    monkeypatch.setattr(broker, "require_topics", require)
    bus = await run_bus()
    await eventually(lambda: bus.trouble() == "callsnare.inbound is missing")
    await stream.send(text(new_id(), "one"))
    await effects.until("one")
    assert bus.trouble() is None


def counted(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, wanted: Callable[[Any], bool]) -> list[Any]:
    """Grows by whoever was called, each time that a method of theirs has answered as wanted."""
    real, calls = getattr(owner, name), []

    async def call(self: Any, *arguments: Any, **options: Any) -> Any:
        answer = await real(self, *arguments, **options)
        if wanted(answer):
            calls.append(self)
        return answer

    monkeypatch.setattr(owner, name, call)
    return calls


async def test_in_thin_traffic_it_does_not_nap(
    run_bus: Any, stream: Any, text: Make, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FastStream's own batch subscriber sleeps after an empty poll; a bare consumer is the floor."""
    monkeypatch.setattr(broker, "POLL_MILLISECONDS", 100)
    arrived: dict[str, float] = {}
    in_vain = counted(monkeypatch, AIOKafkaConsumer, "getmany", lambda found: not found)

    async def handle(_transaction: Any, events: Sequence[Any]) -> None:
        for event in events:
            arrived[event.body] = time.perf_counter()

    bare = AIOKafkaConsumer(stream.topic.name, bootstrap_servers=kafka, group_id=None, auto_offset_reset="latest")
    await bare.start()
    try:
        await run_bus(handle=handle)
        floors, ours = [], []
        for number in range(-2, 6):
            in_vain.clear()
            await eventually(lambda: in_vain)
            begun = time.perf_counter()
            await stream.send(text(new_id(), number))
            await bare.getone()
            floor = time.perf_counter() - begun
            await eventually(partial(arrived.__contains__, str(number)), every=0.001)
            if number >= 0:  # before that, pools and plans warm up
                floors.append(floor)
                ours.append(arrived[str(number)] - begun)
    finally:
        await bare.stop()
    assert statistics.median(ours) < statistics.median(floors) * 4, (floors, ours)


async def test_polls_that_fail_are_repeated_without_a_nap_of_seconds(
    run_bus: Any, stream: Any, effects: Any, text: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "AGAIN_SECONDS", 0.05)
    poll, left = (
        AIOKafkaConsumer.getmany,
        [KafkaError("x"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a header's name")],
    )

    async def getmany(self: Any, *partitions: Any, **options: Any) -> Any:
        if left:
            raise left.pop()
        return await poll(self, *partitions, **options)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", getmany)
    await run_bus()
    await stream.send(text(new_id(), "one"))
    began = time.monotonic()
    await effects.until("one")
    assert time.monotonic() - began < 4  # a nap of FastStream takes five seconds
    assert left == []


async def test_offsets_that_cannot_be_committed_stop_nothing(
    run_bus: Any, stream: Any, effects: Any, text: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def commit(*_: Any) -> None:
        raise CommitFailedError("the group has rebalanced")

    bus = await run_bus()
    with monkeypatch.context() as patch:
        patch.setattr(AIOKafkaConsumer, "commit", commit)
        await stream.send(text(new_id(), "one"))
        await effects.until("one")
        await stream.send(text(new_id(), "two"))
        await effects.until("one", "two")
        await bus.stop()
    await run_bus()
    await stream.send(text(new_id(), "three"))
    await effects.until("one", "two", "three")


async def test_what_was_handled_is_committed_now_and_then_and_at_the_end(
    run_bus: Any, stream: Any, effects: Any, text: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    commit = AIOKafkaConsumer.commit

    async def counted(self: Any, offsets: Any) -> None:
        told.append(sum(each.offset for each in offsets.values()))
        await commit(self, offsets)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", counted)
    monkeypatch.setattr(broker, "COMMIT_EVERY_SECONDS", 3600.0)
    bus = await run_bus()
    for number in range(10):
        await stream.send(text(new_id(), str(number)))
        await effects.until(*map(str, range(number + 1)))
    assert told == []
    monkeypatch.setattr(broker, "COMMIT_EVERY_SECONDS", 0.0)
    await stream.send(text(new_id(), "ten"))
    await eventually(lambda: told and told[-1] == 11)
    before = len(told)
    monkeypatch.setattr(broker, "COMMIT_EVERY_SECONDS", 3600.0)
    await stream.send(text(new_id(), "eleven"))
    await effects.until(*map(str, range(10)), "ten", "eleven")
    await bus.stop()
    assert told[before:] == [12]
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        known = await admin.list_consumer_group_offsets(f"{settings.service}.{effects.consumer}")
    finally:
        await admin.close()
    assert sum(each.offset for each in known.values()) == 12


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.bus.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("chassis.bus.ANEW_SECONDS", 0.5)


async def test_a_consumer_that_stands_still_is_made_anew(
    run_bus: Any, stream: Any, effects: Any, text: Make, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = broker.PatientConsumer.getmany
    deaf: list[Any] = []

    async def getmany(self: Any, *partitions: Any, **options: Any) -> Any:
        if not deaf or deaf[0] is self:
            deaf[:] = [self]
            await asyncio.Event().wait()
        return await poll(self, *partitions, **options)

    monkeypatch.setattr(broker.PatientConsumer, "getmany", getmany)
    await run_bus()
    await stream.send(text(new_id(), "one"))
    await effects.until("one")


async def test_one_that_stands_still_for_long_is_unhealthy_until_it_moves(
    run_bus: Any, stream: Any, effects: Any, text: Make, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.bus.UNHEALTHY_SECONDS", 0.4)
    monkeypatch.setattr("chassis.bus.ANEW_SECONDS", 60)
    poll, deaf = broker.PatientConsumer.getmany, asyncio.Event()
    looks = counted(monkeypatch, Progress, "look", lambda _: True)

    async def getmany(self: Any, *partitions: Any, **options: Any) -> Any:
        await deaf.wait()
        return await poll(self, *partitions, **options)

    monkeypatch.setattr(broker.PatientConsumer, "getmany", getmany)
    bus = await run_bus()
    await eventually(lambda: len(looks) > 10)  # for longer than that
    assert bus.healthy(), "there was nothing to do"
    await stream.send(text(new_id(), "one"))
    await eventually(lambda: not bus.healthy())
    assert effects.consumer in bus.trouble()
    deaf.set()
    await effects.until("one")
    await eventually(bus.healthy)


async def test_a_paused_consumer_is_not_stuck(
    run_bus: Any, stream: Any, effects: Any, text: Make, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.bus.UNHEALTHY_SECONDS", 0.3)
    monkeypatch.setattr("chassis.intake.PAUSE_SECONDS", (0.05,) * 99)
    effects.fails["one"] = ConnectionRefusedError()
    bus = await run_bus()
    await stream.send(text(new_id(), "one"), text(new_id(), "two"))
    await eventually(lambda: len(effects.batches) > 10)  # for longer than that
    assert bus.healthy()
    effects.fails.clear()
    await effects.until("one", "two")


async def test_partitions_are_handed_over_after_the_batch_in_hand(
    run_bus: Any, stream: Any, effects: Any, text: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first member finishes and commits before the second may begin: nothing comes twice."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    handed_over = counted(monkeypatch, Progress, "on_partitions_revoked", lambda _: True)

    async def slowly(transaction: Any, events: Any) -> None:
        begun.set()
        await asyncio.wait_for(go_on.wait(), 20)
        await effects(transaction, events)

    await stream.send(*(text(new_id(), number) for number in range(9)))
    (first,) = (await run_bus(handle=slowly))._consumers
    await asyncio.wait_for(begun.wait(), 10)
    handed_over.clear()
    await run_bus()
    await eventually(first.intake._giving_up.is_set)  # the heartbeat told it
    assert first not in handed_over
    assert await effects.bodies() == []
    go_on.set()
    await eventually(lambda: first in handed_over)
    assert len(await effects.bodies()) == 9
    await effects.until(*map(str, range(9)))
    labels = {"consumer": effects.consumer, "type": "any", "outcome": "repeated"}
    assert REGISTRY.get_sample_value("callsnare_consumed_records_total", labels) is None


async def test_a_process_that_is_unhealthy_says_so_to_whoever_restarts_it(settings: Any) -> None:
    app = create_http(settings=settings, checks={}, trouble=lambda: "no progress in inbound though there are records")
    async with AsyncTestClient(app) as client:
        answer = await client.get("/health/live")
    assert answer.status_code == 503
    assert answer.json()["trouble"] == "no progress in inbound though there are records"
