"""Wakes a loop that waits: at once within this process, by NOTIFY in the others."""

import asyncio
import time
from contextlib import suppress
from typing import Final

import asyncpg

from chassis.log import get_logger

ATTENDED_SECONDS: Final = 5.0
"""Longer than any waiter stays away: whoever waited within it comes back and hears the ring."""

PAUSE_SECONDS: Final = 0.01
"""Between two notifications: rings of that moment share one."""

log = get_logger(__name__)


class Doorbell:
    """Rung after a commit that left work behind. Missing a ring costs a second, never work: loops look by themselves too.

    One waiter per bell. `channel` has to be an identifier; without a pool nobody outside this process is told.
    """

    def __init__(self, *, channel: str, pool: asyncpg.Pool | None = None) -> None:
        self.channel = channel
        self._pool = pool
        self._rung = asyncio.Event()
        self._attended_until = 0.0
        self._notifying: asyncio.Task[None] | None = None
        self._untold = False

    def ring(self) -> None:
        """Wakes whoever waits here; when nobody in this process does, the others are told."""
        self._rung.set()
        if self._pool is not None and time.monotonic() > self._attended_until:
            self._untold = True
            if self._notifying is None or self._notifying.done():
                self._notifying = asyncio.ensure_future(self._notify())

    async def wait(self, seconds: float) -> bool:
        """True when it rang, False when the time passed."""
        self._attended_until = time.monotonic() + seconds + ATTENDED_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        rang = self._rung.is_set()
        self._rung.clear()
        return rang

    def hear(self, *_: object) -> None:
        """Called for each notification of the channel."""
        self._rung.set()

    async def _notify(self) -> None:
        while self._pool is not None and self._untold:
            self._untold = False
            try:
                await self._pool.execute("SELECT pg_notify($1, '')", self.channel)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.debug("doorbell_not_heard", channel=self.channel)
            await asyncio.sleep(PAUSE_SECONDS)
