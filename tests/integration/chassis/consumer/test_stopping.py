"""A consumer that is told to stop: idle, in the middle of a batch, while it waits."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chassis import broker
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.base import Event, HomeownerEvent

Make = Callable[..., HomeownerEvent]
AT_ONCE = broker.GRACE_SECONDS / 2


async def test_stopped_in_mid_batch_it_finishes_the_batch_and_commits(
    run_bus: Any, stream: Any, effects: Any, text: Make
) -> None:
    begun = asyncio.Event()

    async def handle(transaction: Any, events: Sequence[Event]) -> None:
        begun.set()
        await transaction.execute("SELECT pg_sleep(0.5)")
        await effects(transaction, events)

    await stream.send(text(new_id(), "one"))
    bus = await run_bus(handle=handle)
    await asyncio.wait_for(begun.wait(), 10)
    await bus.stop()
    assert await effects.bodies() == ["one"]
    effects.batches.clear()
    await run_bus()
    await stream.send(text(new_id(), "two"))
    await effects.until("one", "two")
    assert effects.batches == [1]


async def test_stopped_in_a_batch_without_end_it_rolls_back_and_the_batch_comes_again(
    run_bus: Any, stream: Any, effects: Any, text: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.broker.GRACE_SECONDS", 1)
    begun = asyncio.Event()

    async def handle(transaction: Any, events: Sequence[Event]) -> None:
        await effects(transaction, events)
        begun.set()
        await transaction.execute("SELECT pg_sleep(20)")

    await stream.send(text(new_id(), "one"))
    bus = await run_bus(handle=handle)
    await asyncio.wait_for(begun.wait(), 10)
    async with asyncio.timeout(15):
        await bus.stop()
    assert await effects.bodies() == []
    await run_bus()
    await effects.until("one")


async def test_it_stops_at_once_while_it_waits_for_an_engine(
    run_bus: Any, stream: Any, effects: Any, text: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.intake.PAUSE_SECONDS", (0.05, 0.05, 3600))
    await stream.send(text(new_id(), "one"))
    effects.fails["one"] = ConnectionRefusedError()
    bus = await run_bus()
    await eventually(lambda: len(effects.batches) == 3)
    async with asyncio.timeout(AT_ONCE):
        await bus.stop()
    effects.fails.clear()
    await run_bus()
    await effects.until("one")


async def test_an_idle_consumer_stops_at_once(run_bus: Any, stream: Any, effects: Any, text: Make) -> None:
    await stream.send(text(new_id(), "one"))
    bus = await run_bus()
    await effects.until("one")
    async with asyncio.timeout(AT_ONCE):
        await bus.stop()
