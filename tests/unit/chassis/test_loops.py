"""Loops and the bells that wake them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from chassis import loops
from chassis.doorbell import Doorbell
from chassis.loops import Loop
from chassis.metrics import counter
from chassis.testing import eventually


@pytest.fixture
async def run() -> AsyncIterator[Callable[[Loop], Any]]:
    async with AsyncExitStack() as stack:

        async def start(loop: Loop) -> None:
            await loop.start()
            stack.push_async_callback(loop.stop)

        yield start


async def test_a_step_that_fails_is_tried_again_and_counted(
    run: Callable[[Loop], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "FIRST_BACK_OFF", 0.001)
    tried: list[int] = []

    async def step() -> bool:
        tried.append(1)
        if len(tried) < 4:
            raise (RuntimeError, ConnectionError, TimeoutError)[len(tried) - 1]("no")
        return False

    errors = counter("loop_errors", "Rounds that failed", ("loop", "kind"))
    await run(Loop("fails", step, idle_seconds=60))
    await eventually(lambda: len(tried) == 4)
    assert errors.labels("fails", "unexpected")._value.get() == 1
    assert errors.labels("fails", "infrastructure")._value.get() == 2


def test_back_off_grows_and_stays_within_bounds() -> None:
    assert loops.back_off(1) <= 2 * loops.FIRST_BACK_OFF
    for failures in (10, 100, 10**6):
        assert loops.LAST_BACK_OFF / 2 <= loops.back_off(failures) <= loops.LAST_BACK_OFF


async def test_a_step_with_more_to_do_is_called_again_at_once(run: Callable[[Loop], Any]) -> None:
    done: list[int] = []

    async def step() -> bool:
        done.append(1)
        return len(done) < 100

    await run(Loop("more", step, idle_seconds=60))
    await eventually(lambda: len(done) == 100)


async def test_a_loop_that_never_awaits_lets_others_live_and_can_be_stopped() -> None:
    async def step() -> bool:
        return True

    loop = Loop("greedy", step)
    await loop.start()
    await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        await loop.stop()


async def test_the_bell_wakes_it_and_a_ring_while_it_worked_is_not_lost(run: Callable[[Loop], Any]) -> None:
    bell = Doorbell(channel="work")
    rounds: list[int] = []

    async def step() -> bool:
        rounds.append(1)
        if len(rounds) == 2:
            bell.ring()  # somebody left work while this round was looking elsewhere
        return False

    await run(Loop("woken", step, bell=bell, idle_seconds=60))
    await eventually(lambda: len(rounds) == 1)
    bell.ring()
    await eventually(lambda: len(rounds) == 3)


async def test_stopping_cancels_the_step_in_hand() -> None:
    ended: list[str] = []

    async def step() -> bool:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")
        return False

    loop = Loop("slow", step)
    await loop.start()
    await asyncio.sleep(0.01)
    await loop.stop()
    assert ended == ["cancelled"]
    await loop.stop()


class _Pool:
    def __init__(self) -> None:
        self.told: list[str] = []

    async def execute(self, _query: str, channel: str) -> None:
        self.told.append(channel)


async def test_others_are_told_only_while_nobody_here_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    pool: Any = _Pool()
    bell = Doorbell(channel="outbox", pool=pool)
    bell.ring()
    await eventually(lambda: pool.told == ["outbox"])
    assert await bell.wait(0)
    assert not await bell.wait(0)
    bell.ring()
    assert await bell.wait(1)
    await asyncio.sleep(0)
    assert pool.told == ["outbox"]
    monkeypatch.setattr(bell, "_attended_until", 0.0)  # whoever waited has not come back: leadership went elsewhere
    bell.ring()
    await eventually(lambda: pool.told == ["outbox", "outbox"])


async def test_rings_of_a_moment_share_a_notification_and_none_is_lost() -> None:
    pool: Any = _Pool()
    bell = Doorbell(channel="outbox", pool=pool)
    for _ in range(100):
        bell.ring()
    await eventually(lambda: pool.told == ["outbox"])
    bell.ring()  # work that was left after the notification went out
    await eventually(lambda: pool.told == ["outbox", "outbox"])


async def test_a_bell_that_cannot_tell_others_troubles_nobody() -> None:
    class Away(_Pool):
        async def execute(self, _query: str, channel: str) -> None:
            raise ConnectionError(channel)

    pool: Any = Away()
    bell = Doorbell(channel="outbox", pool=pool)
    bell.ring()
    assert await bell.wait(1)
    await asyncio.sleep(0.01)


async def test_a_loop_that_rests_leaves_the_core_to_others_between_rounds(run: Callable[[Loop], Any]) -> None:
    done: list[int] = []

    async def step() -> bool:
        done.append(1)
        return True

    await run(Loop("rests", step, idle_seconds=60, rest_seconds=60))
    await eventually(lambda: done)
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(done) == 1
