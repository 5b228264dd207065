"""Loops that wait for work: supervised, cancellable, visible in metrics, backing off from trouble."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from chassis.database import INFRASTRUCTURE
from chassis.doorbell import Doorbell
from chassis.log import get_logger
from chassis.metrics import counter, gauge

FIRST_BACK_OFF, LAST_BACK_OFF = 0.1, 5.0

log = get_logger(__name__)
_rounds: Final = counter("loop_rounds", "Rounds of a loop", ("loop",))
_errors: Final = counter("loop_errors", "Rounds that failed", ("loop", "kind"))
_waiting: Final = gauge("loop_backing_off", "1 while a loop backs off from trouble", ("loop",))


class Loop:
    """Calls `step` until stopped; `step` returns True when there is more to do right now.

    `rest_seconds` pass before it does more: for work that must not take the core from others.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[bool]],
        *,
        bell: Doorbell | None = None,
        idle_seconds: float = 1.0,
        rest_seconds: float = 0.0,
    ) -> None:
        self.name = name
        self._step, self._bell, self._idle, self._rest = step, bell, idle_seconds, rest_seconds
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Cancels the step in hand; its transaction rolls back."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                more = await self._step()
                _rounds.labels(self.name).inc()
                failures = 0
            except INFRASTRUCTURE as error:
                failures += 1
                _errors.labels(self.name, "infrastructure").inc()
                if failures == 1:
                    log.warning("loop_backs_off", loop=self.name, error=type(error).__name__)
            except Exception:
                failures += 1
                _errors.labels(self.name, "unexpected").inc()
                log.exception("loop_failed", loop=self.name)
            if failures:
                await self._back_off(failures)
            elif more:
                await asyncio.sleep(self._rest)  # others' turn, should the step never have waited
            else:
                await self._wait()

    async def _back_off(self, failures: int) -> None:
        _waiting.labels(self.name).set(1)
        await asyncio.sleep(back_off(failures))
        _waiting.labels(self.name).set(0)

    async def _wait(self) -> None:
        if self._bell is None:
            await asyncio.sleep(self._idle)
        else:
            await self._bell.wait(self._idle)


def back_off(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling up to a limit, and no two processes alike."""
    longest: float = min(LAST_BACK_OFF, FIRST_BACK_OFF * 2 ** min(failures, 10))
    return longest * random.uniform(0.5, 1)  # noqa: S311 -- jitter
