"""Times in which callbacks may not have reached us: noticed in memory, written down once the database is back."""

from datetime import datetime, timedelta
from typing import Any, Final

from capture.store import callbacks as callback_store
from capture.store import looks
from chassis import ids
from chassis.clock import Clock
from chassis.database import INFRASTRUCTURE, Database
from chassis.doorbell import Doorbell
from chassis.log import get_logger
from chassis.metrics import counter

PATIENCE: Final = timedelta(minutes=2)
"""How long a watermark waits for a gap to be filled."""

log = get_logger(__name__)
_noticed: Final = counter("gaps_noticed", "Times in which callbacks may have been lost")


class Gaps:
    """`bell` wakes the backfill once a gap is written down."""

    def __init__(self, *, database: Database, clock: Clock, bell: Doorbell) -> None:
        self._database, self._clock, self._bell = database, clock, bell
        self._began_at: datetime | None = None
        self._heard_at = clock.now()

    def notice(self) -> None:
        """A callback could not be stored just now, or the database did not answer."""
        if self._began_at is None:
            _noticed.inc()
            self._began_at = min(self._heard_at, self._clock.now() - callback_store.IN_FLIGHT)

    async def watch(self) -> bool:
        """A loop's step: asks the database whether it is there, and writes down a gap that is over."""
        try:
            async with self._database.work() as transaction:
                await self._write_down(transaction)
        except INFRASTRUCTURE:
            self.notice()
            raise
        self._heard_at = self._clock.now()
        return False

    async def notice_start(self) -> None:
        """While nothing ran nothing was heard: everything since the last look is in doubt."""
        async with self._database.work() as transaction:
            last = await looks.last_sign_of_life(transaction)
        if last is not None:
            self._began_at = last

    async def heard_until(self, connection: Any) -> datetime:
        """For the relay's watermarks."""
        now = self._clock.now()
        known = await callback_store.heard_until(connection, now=now, patience=PATIENCE)
        return known if self._began_at is None else min(known, self._began_at)

    async def _write_down(self, transaction: Any) -> None:
        began = self._began_at
        if began is None:
            await transaction.fetch_value("SELECT 1")
            return
        await looks.open_gap(transaction, gap_id=ids.new_id(), began_at=began, noticed_at=self._clock.now())
        transaction.after_commit(self._written)

    def _written(self) -> None:
        log.warning("gap_noticed")
        self._began_at = None
        self._bell.ring()


class StartOfWork:
    """A component whose start is a gap's end."""

    def __init__(self, gaps: Gaps) -> None:
        self._gaps = gaps

    async def start(self) -> None:
        await self._gaps.notice_start()

    async def stop(self) -> None:
        """Nothing: what is lost from now on is noticed by whoever starts next."""
