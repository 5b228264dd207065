"""Processes that send know how many they are: each keeps its share of every sender's pace, without asking before a text."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from chassis.database import INFRASTRUCTURE, Database
from chassis.log import get_logger
from chassis.loops import Loop
from chassis.metrics import gauge
from messaging.app.lanes import Lanes
from messaging.store import sending_processes

BEAT_SECONDS: Final = 5.0
GONE_AFTER: Final = timedelta(seconds=20)
"""A process that has not been heard of for so long sends no more."""

log = get_logger(__name__)
_known: Final = gauge("sending_processes", "Processes that send, as this one knows them")


class SharePace:
    """Counted before the first text leaves, and struck off at the end, so that the others go faster at once."""

    def __init__(self, *, database: Database, lanes: Lanes, name: str, clock: Clock) -> None:
        self._database, self._lanes, self._name, self._clock = database, lanes, name, clock
        self._loop = Loop("share pace", self.step, idle_seconds=BEAT_SECONDS)

    async def start(self) -> None:
        await self.step()
        await self._loop.start()

    async def stop(self) -> None:
        await self._loop.stop()
        with suppress(*INFRASTRUCTURE):  # whoever cannot say good-bye is missed soon
            async with self._database.work() as transaction:
                await sending_processes.leave(transaction, name=self._name)

    async def step(self) -> bool:
        """Still here: how many are?"""
        now = self._clock.now()
        async with self._database.work() as transaction:
            count = await sending_processes.seen(transaction, name=self._name, at=now, gone_before=now - GONE_AFTER)
        if count != self._lanes.processes:
            log.info("pace_shared", processes=count)
        self._lanes.processes = count
        _known.set(count)
        return False
