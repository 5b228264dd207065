"""One connection that listens for notifications and passes them to doorbells; it comes back by itself."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import asyncpg

from chassis.database import CONNECT_SECONDS, INFRASTRUCTURE
from chassis.doorbell import Doorbell

AGAIN_SECONDS: Final = 1.0
PROBE_SECONDS: Final = 5.0


class Listener:
    """A missed notification costs no work: whoever waits at a bell looks by itself as well. All bells ring after a gap."""

    def __init__(self, *, dsn: str, name: str, bells: Sequence[Doorbell]) -> None:
        self._dsn, self._name, self._bells = dsn, name, bells
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="listener")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            with suppress(*INFRASTRUCTURE):
                await self._listen()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self) -> None:
        """Until the connection is lost: it says so itself, or a probe finds that nobody answers any more."""
        connection = await asyncpg.connect(
            self._dsn, timeout=CONNECT_SECONDS, server_settings={"application_name": f"{self._name} listener"}
        )
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            for bell in self._bells:
                await connection.add_listener(bell.channel, bell.hear)
                bell.hear()
            while not lost.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROBE_SECONDS):
                        await lost.wait()
                await connection.execute("SELECT 1", timeout=PROBE_SECONDS)
        finally:
            connection.terminate()
