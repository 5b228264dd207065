"""Keeps refused callbacks as evidence, after they were answered: what strangers send must not hold up anybody else."""

import hashlib
from collections import deque
from datetime import timedelta
from typing import Final

from capture.app.requests import Refusal, Request
from capture.settings import CaptureSettings
from capture.store import refused as refused_store
from capture.store.refused import Refused
from chassis import ids
from chassis.clock import Clock
from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.metrics import counter

MOST_WAITING: Final = 2000
AT_ONCE: Final = 200
GENUINE_KEPT: Final = timedelta(days=90)
FORGET_EVERY: Final = timedelta(hours=1)

_lost: Final = counter("refused_callbacks_lost", "Refused callbacks that were not kept, since too many came")


class KeepRefused:
    """`note` never waits; the loop's step writes what has come together."""

    def __init__(self, *, database: Database, clock: Clock, settings: CaptureSettings) -> None:
        self._database, self._clock = database, clock
        self._kept = timedelta(days=settings.refused_kept_days)
        self._waiting: deque[Refused] = deque()
        self._forget_at = clock.now()
        self.bell = Doorbell(channel="refused")

    def note(self, request: Request, refusal: Refusal) -> None:
        """One that a rate limit turned away leaves no trace but its count."""
        if refusal.status == 429:  # noqa: PLR2004 -- HTTP's own number
            return
        if len(self._waiting) >= MOST_WAITING:
            _lost.inc()
            return
        body = request.body or b""
        self._waiting.append(
            Refused(
                id=ids.new_id(), received_at=self._clock.now(), path=request.path, reason=refusal.reason, headers=request.kept_headers,
                digest=hashlib.sha256(body).digest(), body=body if refusal.keep_body else None,
            )
        )  # fmt: skip
        self.bell.ring()

    async def step(self) -> bool:
        """True while there are more."""
        group = [self._waiting[index] for index in range(min(AT_ONCE, len(self._waiting)))]
        now = self._clock.now()
        if group or now >= self._forget_at:
            async with self._database.work() as transaction:
                if group:
                    await refused_store.keep(transaction, group)
                if now >= self._forget_at:
                    await refused_store.forget(transaction, before=now - self._kept, genuine_before=now - GENUINE_KEPT)
                    self._forget_at = now + FORGET_EVERY
            for _ in group:
                self._waiting.popleft()
        return bool(self._waiting)
