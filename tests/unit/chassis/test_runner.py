import asyncio
import os
import signal

import pytest

from chassis.runner import run
from chassis.testing import eventually


class Part:
    """Writes down what happens to it."""

    def __init__(self, name: str, told: list[str], *, start: float = 0, stop: float = 0, broken: bool = False) -> None:
        self.name, self._told, self._start, self._stop, self._broken = name, told, start, stop, broken

    async def start(self) -> None:
        if self._broken:
            raise OSError(f"{self.name} cannot start")
        await asyncio.sleep(self._start)
        self._told.append(f"{self.name} started")

    async def stop(self) -> None:
        if self._broken:
            raise RuntimeError(f"{self.name} cannot stop")
        await asyncio.sleep(self._stop)
        self._told.append(f"{self.name} stopped")


async def test_what_cannot_start_stops_those_before_it_and_says_why() -> None:
    told: list[str] = []
    with pytest.raises(OSError, match="second cannot start"):
        await run([Part("first", told), Part("second", told, broken=True), Part("third", told)])
    assert told == ["first started", "first stopped"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_in_reverse(number: signal.Signals) -> None:
    told: list[str] = []
    running = asyncio.create_task(run([Part("first", told), Part("second", told)]))
    await eventually(lambda: len(told) == 2)
    os.kill(os.getpid(), number)
    await running
    assert told == ["first started", "second started", "second stopped", "first stopped"]


async def test_a_signal_during_the_start_cuts_it_short() -> None:
    told: list[str] = []
    running = asyncio.create_task(run([Part("first", told), Part("slow", told, start=60), Part("third", told)]))
    await eventually(lambda: told == ["first started"])
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 5)
    assert told == ["first started", "slow stopped", "first stopped"], "the one in hand may have begun things"


async def test_one_that_hangs_does_not_keep_the_others_from_stopping() -> None:
    told: list[str] = []
    parts = [Part("first", told), Part("hangs", told, stop=60), Part("third", told)]
    running = asyncio.create_task(run(parts, stop_seconds=0.2))
    await eventually(lambda: len(told) == 3)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 5)
    assert told[3:] == ["third stopped", "first stopped"]


async def test_one_that_breaks_in_stopping_does_not_either() -> None:
    told: list[str] = []
    breaks = Part("breaks", told)
    running = asyncio.create_task(run([Part("first", told), breaks]))
    await eventually(lambda: len(told) == 2)
    breaks._broken = True
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 5)
    assert told[2:] == ["first stopped"]
