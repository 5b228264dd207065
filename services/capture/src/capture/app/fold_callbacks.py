"""Folds stored callbacks into calls and texts, and tells what happened: one statement, one commit for many.

What this process stored itself is folded from memory, in a single statement that undoes itself when somebody else was
quicker. All else, and whatever went wrong, is found in the table, a second later at most.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from capture.app import requests
from capture.app.directory import Directory
from capture.app.folding import TEXTS, ByCall, Folded, Folding, by_call
from capture.app.proofs import Proofs
from capture.settings import CaptureSettings
from capture.store import callbacks as callback_store
from capture.store import calls as call_store
from capture.store.callbacks import Due
from capture.store.calls import Call
from chassis import outbox
from chassis.clock import Clock
from chassis.database import INFRASTRUCTURE, Database, Transaction
from chassis.keys import Keys
from chassis.log import get_logger
from chassis.metrics import counter

BATCH: Final = 300
MOST_HANDED: Final = 3000
MOST_RECENT: Final = 5000
LOOK_SECONDS: Final = 0.1
"""How often the table is looked at while callbacks come from this process without a pause; others store some too."""
BACK_OFF: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 10, 60, 600))
"""Pauses before a callback that cannot be folded is tried again; then it is set aside."""

log = get_logger(__name__)
_folded: Final = counter("callbacks_folded", "Callbacks folded", ("kind",))
_overtaken: Final = counter("callbacks_overtaken", "Callbacks handed over that somebody else folded first")
_unfoldable: Final = counter(
    "callbacks_unfoldable", "Callbacks that could not be folded, by what became of them", ("fate",)
)


class FoldCallbacks:
    """A loop's step: claims what is due and folds it."""

    def __init__(
        self, *, database: Database, directory: Directory, clock: Clock, keys: Keys, settings: CaptureSettings
    ) -> None:
        self._database, self._clock = database, clock
        self._folding = Folding(directory=directory, id_key=keys.id_key, settings=settings)
        self._proofs = Proofs(directory=directory)
        self._handed: list[Due] = []
        self._taken: frozenset[int] = frozenset()
        self._recent: OrderedDict[UUID, Call] = OrderedDict()
        self._look_at = 0.0

    def hand(self, due: Iterable[Due]) -> None:
        """Stored just now by this process. Beyond a limit they are left to the table; some it gave us already."""
        if len(self._handed) < MOST_HANDED:
            self._handed.extend(each for each in due if each.seq not in self._taken)

    async def __call__(self) -> bool:
        """True when there may be more. One bad callback does not hold up the others."""
        try:
            return await self._round()
        except INFRASTRUCTURE:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is the trouble of one callback of these
            log.warning("fold_failed", error=type(error).__name__)
        return await self._one_at_a_time()

    async def _round(self) -> bool:
        handed, self._handed = self._handed[:BATCH], self._handed[BATCH:]
        if handed and await self._fold_handed(handed) and time.monotonic() < self._look_at:
            return bool(self._handed)
        self._look_at = time.monotonic() + LOOK_SECONDS
        return await self._look(BATCH) == BATCH or bool(self._handed)

    async def _fold_handed(self, due: Sequence[Due]) -> bool:
        """False when somebody else was quicker with one of them: the table tells the rest."""
        calls, now = by_call(due), self._clock.now()
        try:
            due, known = await self._looked_up(due, calls)
            folded = self._folding.of(due, calls=calls, known=known, now=now)
            proven = self._proofs.of(due, events=[each.event for each in folded.told], now=now)
            async with self._database.work() if proven else self._database.statements() as transaction:
                await self._save(transaction, due, folded, now)
                await self._proofs.note(transaction, proven, now=now)
        except asyncpg.SerializationError:
            _overtaken.inc(len(due))
            for key in calls:
                self._recent.pop(key, None)
            return False
        self._done(due, folded)
        return True

    async def _looked_up(self, due: Sequence[Due], calls: ByCall) -> tuple[Sequence[Due], Mapping[UUID, Call]]:
        """Calls that others may have stored, and which texts were told before. A call that just comes in is taken for new."""
        known = {key: self._recent[key] for key in calls if key in self._recent}
        asked = [
            key
            for key, heard in calls.items()
            if key not in known and any(each.kind != requests.INBOUND for each in heard)
        ]
        texts = [each.seq for each in due if each.kind in TEXTS]
        if not asked and not texts:
            return due, known
        async with self._database.statements() as transaction:
            if asked:
                known |= await call_store.known(transaction, call_ids=asked)
            repeated = await callback_store.repeated(transaction, seqs=texts) if texts else frozenset[int]()
        return [each._replace(repeated=each.seq in repeated) for each in due], known

    async def _look(self, limit: int) -> int:
        async with self._database.work() as transaction:
            now = self._clock.now()
            due = await callback_store.claim(transaction, now=now, limit=limit)
            folded = await self._fold_locked(transaction, due) if due else None
            if folded is None:
                await self._proofs.note(transaction, self._proofs.of((), events=(), now=now), now=now)
        if folded is not None:
            self._done(due, folded)
            self._taken = frozenset(each.seq for each in due)
            self._handed = [each for each in self._handed if each.seq not in self._taken]
        return len(due)

    async def _one_at_a_time(self) -> bool:
        """The oldest few, each by itself; one that fails is put off."""
        for _ in range(BATCH):
            async with self._database.work() as transaction:
                due = await callback_store.claim(transaction, now=self._clock.now(), limit=1)
                if not due:
                    return False
                try:
                    async with transaction.connection.transaction():
                        await self._fold_locked(transaction, due)
                except INFRASTRUCTURE:
                    raise
                except Exception as error:  # noqa: BLE001 -- this callback's trouble, written down beside it
                    await self._put_off(transaction, due, error)
        return True

    async def _put_off(self, transaction: Transaction, due: Sequence[Due], error: Exception) -> None:
        tries = max(each.tries for each in due)
        last = tries >= len(BACK_OFF)
        due_at = None if last else self._clock.now() + BACK_OFF[tries]
        seqs = [each.seq for each in due]
        log.error("callback_unfoldable", seqs=seqs, set_aside=last, exc_info=error)
        _unfoldable.labels("set aside" if last else "put off").inc()
        transaction.discard()
        await callback_store.put_off(transaction, seqs=seqs, error=f"{type(error).__name__}: {error}", due_at=due_at)

    async def _fold_locked(self, transaction: Transaction, due: Sequence[Due]) -> Folded:
        calls, now = by_call(due), self._clock.now()
        known = await call_store.locked(transaction, call_ids=calls) if calls else {}
        folded = self._folding.of(due, calls=calls, known=known, now=now)
        await self._save(transaction, due, folded, now)
        proven = self._proofs.of(due, events=[each.event for each in folded.told], now=now)
        await self._proofs.note(transaction, proven, now=now)
        return folded

    async def _save(self, transaction: Transaction, due: Sequence[Due], folded: Folded, now: datetime) -> None:
        events = [outbox.row(event, service="capture", traceparent=traceparent) for event, traceparent in folded.told]
        await call_store.save(
            transaction, now=now, callbacks=[each.seq for each in due], calls=folded.calls, events=events
        )

    def _done(self, due: Sequence[Due], folded: Folded) -> None:
        for each in due:
            _folded.labels(each.kind).inc()
        for call in folded.calls:
            self._recent[call.call_id] = call._replace(version=call.version + 1)
            self._recent.move_to_end(call.call_id)
        while len(self._recent) > MOST_RECENT:
            self._recent.popitem(last=False)
