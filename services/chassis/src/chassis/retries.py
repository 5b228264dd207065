"""Tries parked records again: in each key the oldest first, five times with growing pauses, then it is a dead letter.

Any process of the service does this for all keys, whoever owns their partitions; one at a time for each consumer.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis import dead_letters, inbox, parking, records
from chassis.clock import Clock
from chassis.consumer import NotYet
from chassis.database import Database, Transaction
from chassis.intake import SNAPSHOT, Intake, tell_failure
from chassis.telemetry import batch_span
from chassis.trouble import is_of_engines, told
from contracts.base import Event

ROWS_AT_ONCE: Final = 100


class UnreadableError(Exception):
    """No further try of this version will change it."""


class Turn(NamedTuple):
    """The first parked record of a key, with what it holds."""

    row: Any
    event: Event


class Attempt(NamedTuple):
    """How many records went, and by `seq` why others could not even be tried."""

    handled: int
    left: dict[int, Exception]


class Retries:
    """One round over all that is due. `arrivals` counts what may have ended a wait, such as organizations' snapshots."""

    def __init__(
        self, intakes: Sequence[Intake], *, database: Database, clock: Clock, arrivals: Callable[[], int]
    ) -> None:
        self._intakes = {intake.name: intake for intake in intakes}
        self._database, self._clock, self._arrivals = database, clock, arrivals
        self._seen = arrivals()

    async def step(self) -> bool:
        """True when there may be more right now."""
        names, arrived = list(self._intakes), self._arrivals()
        if arrived != self._seen:
            await parking.hurry(self._database.work_pool, consumers=names, now=self._clock.now())
            self._seen = arrived
        due = await parking.due(self._database.work_pool, consumers=names, now=self._clock.now(), limit=ROWS_AT_ONCE)
        progress = False
        for name, rows in due.items():
            intake = self._intakes[name]
            async with intake.turn:
                progress |= await self._retry(intake, rows)
                intake.forget_keys()
        return progress

    async def _retry(self, intake: Intake, rows: Sequence[int]) -> bool:
        """All in one transaction; when one is in the way, each alone."""
        try:
            attempt = await self._attempt(intake, rows)
        except Exception as error:  # noqa: BLE001 -- whatever a handler raises is a record's trouble
            if len(rows) == 1:
                return await self._failed(intake, rows[0], error)
            outcomes = [await self._retry(intake, [row]) for row in rows]
            return any(outcomes)
        outcomes = [await self._failed(intake, row, error) for row, error in attempt.left.items()]
        return attempt.handled > 0 or any(outcomes)

    async def _attempt(self, intake: Intake, rows: Sequence[int]) -> Attempt:
        """Raises what the handler raises; then nothing has happened."""
        async with self._database.work() as transaction:
            if not await parking.take_turn(transaction, consumer=intake.name):
                return Attempt(0, {})
            found = await parking.still_due(transaction, rows=rows, now=self._clock.now())
            turns, left = _sorted_out(intake, found)
            if not turns:
                return Attempt(0, left)
            events = [turn.event for turn in turns]
            with batch_span(f"{intake.name} retry", origins=_origins(turns)):
                await intake.run_before(events)
                new = await inbox.take(transaction, consumer=intake.name, events=events)
                if new:
                    await intake.subscription.handle(transaction, new)
            await parking.forget(transaction, rows=[turn.row["seq"] for turn in turns])
        intake.count(new, "handled")
        return Attempt(len(turns), left)

    async def _failed(self, intake: Intake, seq: int, error: Exception) -> bool:
        """Counts the try, unless it only waits or an engine is to blame. True when the record is out of the way."""
        now = self._clock.now()
        async with self._database.work() as transaction:
            if await parking.take_turn(transaction, consumer=intake.name):
                for row in await parking.still_due(transaction, rows=[seq], now=now):
                    return await self._judge(transaction, intake, row, error)
        return False

    async def _judge(self, transaction: Transaction, intake: Intake, row: Any, error: Exception) -> bool:
        now = self._clock.now()
        if isinstance(error, NotYet) or is_of_engines(error):
            delay = parking.patience(max(timedelta(), now - row["parked_at"]))
            await parking.put_off(
                transaction, seq=row["seq"], error=told(error), tries=row["tries"], next_try_at=now + delay
            )
            return False
        tries = row["tries"] + 1
        if tries < parking.TRIES and not isinstance(error, UnreadableError):
            delay = parking.BACK_OFF[tries]
            await parking.put_off(transaction, seq=row["seq"], error=told(error), tries=tries, next_try_at=now + delay)
            return False
        await dead_letters.bury(
            transaction, consumer=intake.name, record=records.stored_of(row), error=told(error), tries=tries
        )
        await parking.forget(transaction, rows=[row["seq"]])
        transaction.after_commit(
            lambda: tell_failure("record_dead", consumer=intake.name, kind=row["type"], error=error)
        )
        return True


def _origins(turns: Sequence[Turn]) -> dict[UUID, str]:
    """By event the traceparent that it came with."""
    headers = ((turn.event.event_id, turn.row["headers"].get("traceparent")) for turn in turns)
    return {event_id: traceparent for event_id, traceparent in headers if traceparent}


def _sorted_out(intake: Intake, rows: Sequence[Any]) -> tuple[list[Turn], dict[int, Exception]]:
    """Those that can be tried, and by `seq` why the others cannot."""
    turns: list[Turn] = []
    left: dict[int, Exception] = {}
    for row in rows:
        found = records.decoded(row["headers"], row["payload"])
        if not isinstance(found, Event):
            left[row["seq"]] = UnreadableError(getattr(found, "error", f"the type {found.type!r} is not known"))
        elif not intake.knows_organization(found):
            left[row["seq"]] = NotYet(SNAPSHOT)
        else:
            turns.append(Turn(row, found))
    return turns, left
