"""What consumers leave behind: counted for the metrics, and forgotten once no topic can bring it again."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chassis import inbox
from chassis.clock import Clock
from chassis.database import Database
from chassis.intake import Intake
from chassis.metrics import gauge

PRUNE_SECONDS: Final = 600.0
MARGIN: Final = timedelta(days=7)
"""Inbox rows outlive the retention of their topic by this much."""

_parked: Final = gauge("parked_records", "Records that wait for another try", ("consumer",))
_dead: Final = gauge("dead_letter_records", "Records that wait for a person", ("consumer",))


class Housekeeping:
    """One round every few seconds."""

    def __init__(self, intakes: Sequence[Intake], *, database: Database, clock: Clock) -> None:
        self._intakes, self._database, self._clock = intakes, database, clock
        self._next_prune = 0.0

    async def step(self) -> bool:
        """True when there is more to forget right now."""
        await self._count()
        if time.monotonic() < self._next_prune:
            return False
        more = [await self._prune(each) for each in self._intakes]
        if not any(more):
            self._next_prune = time.monotonic() + PRUNE_SECONDS
        return any(more)

    async def _count(self) -> None:
        for table, shown in (("parked", _parked), ("dead_letters", _dead)):
            rows = await self._database.work_pool.fetch(
                f"SELECT consumer, count(*) AS n FROM {table} GROUP BY consumer"
            )
            found = {row["consumer"]: row["n"] for row in rows}
            for each in self._intakes:
                shown.labels(each.name).set(found.get(each.name, 0))

    async def _prune(self, intake: Intake) -> bool:
        """A compacted topic may bring anything again."""
        kept = intake.subscription.topic.kept
        if kept is None:
            return False
        async with self._database.work() as transaction:
            return await inbox.prune(transaction, consumer=intake.name, before=self._clock.now() - kept - MARGIN)
