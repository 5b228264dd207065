"""Takes events from topics, each exactly once in effect: a batch is one transaction, and one bad record stops nobody else."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final, Protocol
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from chassis import dead_letters, inbox, parking, records
from chassis.batch import Batch, Item, sorted_out
from chassis.clock import Clock
from chassis.consumer import NotYet, Subscription
from chassis.database import Database
from chassis.log import get_logger
from chassis.metrics import counter, gauge, histogram
from chassis.telemetry import batch_span
from chassis.trouble import is_of_engines, told
from contracts.base import Event, type_of

PAUSE_SECONDS: Final = (0.1, 0.3, 1.0, 2.0, 5.0)
ANSWER_SECONDS: Final = 2.0
LARGE: Final = 250  # so many records at once: more of them wait
KEYS_KNOWN_SECONDS: Final = 1.0
BEHIND: Final = "waits behind an earlier record of its key"
SNAPSHOT: Final = "waits for its organization's snapshot"

log = get_logger(__name__)
_records: Final = counter("consumed_records", "Records by what became of them", ("consumer", "type", "outcome"))
_batches: Final = histogram("consumed_batch_seconds", "Seconds per batch", ("consumer",))
_paused: Final = gauge("consumer_paused", "1 while trouble of an engine pauses a consumer", ("consumer",))


class AbandonedError(Exception):
    """A batch was given up before it was done, since its partitions or this process go: it comes again."""


class Replica(Protocol):
    """What a consumer asks the organizations' replica."""

    def knows(self, event: Event) -> bool:
        """The snapshot that its producer knew, or a later one, is here."""
        ...

    async def look_up(self, organization_ids: Collection[UUID]) -> None:
        """Reads them from the database: another process may have applied a snapshot just now."""
        ...


class Intake:
    """Handles the batches of one subscription. Knows nothing of Kafka's client: it is given records."""

    def __init__(
        self, subscription: Subscription, *, database: Database, organizations: Replica | None, clock: Clock
    ) -> None:
        self.subscription = subscription
        self.name = subscription.name
        self.database, self.clock = database, clock
        self.turn = asyncio.Lock()  # batches and the loop that tries parked records
        self.waits_for_engine = False
        self.last_progress = time.monotonic()
        self._organizations = organizations if subscription.needs_organization else None
        self._waiting: set[str] | None = None
        self._waiting_read_at = 0.0
        self._giving_up = asyncio.Event()
        self._closing = False

    def forget_keys(self) -> None:
        """Which keys wait is asked anew: somebody else changed it."""
        self._waiting = None

    def give_up(self, *, for_good: bool = False) -> None:
        """A batch that waits for an engine ends now, undone; one in its transaction ends with that."""
        self._giving_up.set()
        self._closing = self._closing or for_good

    def carry_on(self) -> None:
        """Partitions were assigned."""
        self.forget_keys()
        if not self._closing:
            self._giving_up.clear()

    def knows_organization(self, event: Event) -> bool:
        return self._organizations is None or self._organizations.knows(event)

    async def take(self, polled: Sequence[ConsumerRecord]) -> None:
        """One batch. Returns when it is safe to commit its offsets; trouble of the engines is waited out.

        Raises AbandonedError when it was told to give up.
        """
        begun = time.perf_counter()
        if len(polled) >= LARGE and not self.subscription.may_wait:
            self.database.rush.note()
        batch = sorted_out(polled, wanted=self.subscription.wanted)
        with batch_span(f"{self.name} take", origins=batch.origins):
            await self._until_done(batch)
        _records.labels(self.name, "unknown", "skipped").inc(batch.unknown)
        _records.labels(self.name, "any", "unwanted").inc(batch.unwanted)
        if self.subscription.heard is not None:
            for partition, moment in batch.heard.items():
                self.subscription.heard(partition, moment)
        self.last_progress = time.monotonic()
        _batches.labels(self.name).observe(time.perf_counter() - begun)

    async def _until_done(self, batch: Batch) -> None:
        for failures in itertools.count(1):
            if self._giving_up.is_set():
                raise AbandonedError(self.name)
            try:
                async with self.turn:
                    await self._work(batch)
                break
            except AbandonedError:
                raise
            except Exception as error:  # noqa: BLE001 -- no error may send the batch round without a pause
                await self._pause(failures, error)
                batch.stubborn = failures >= len(PAUSE_SECONDS) and await self._database_answers()
        self.waits_for_engine = False
        _paused.labels(self.name).set(0)

    async def _work(self, batch: Batch) -> None:
        """What is left of it. Whatever is done is taken off the batch, so that this can be called again."""
        await self._bury(batch)
        await self._prepare(batch)
        if not (batch.one_by_one or batch.stubborn):
            batch.one_by_one = not await self._together(batch)
        while batch.rest:
            if self._giving_up.is_set():
                raise AbandonedError(self.name)
            await self._alone(batch, batch.rest[0])
            del batch.rest[0]
            self.last_progress = time.monotonic()

    async def _bury(self, batch: Batch) -> None:
        while batch.malformed:
            taken, error = batch.malformed[0]
            record = records.stored(taken)
            log.error("record_malformed", consumer=self.name, partition=record.partition, offset=record.record_offset)
            async with self.database.work() as transaction:
                await dead_letters.bury(transaction, consumer=self.name, record=record, error=error, tries=0)
            del batch.malformed[0]
            _records.labels(self.name, record.type, "dead").inc()

    async def _prepare(self, batch: Batch) -> None:
        """What must take effect before anything can be parked."""
        if self.subscription.before is None or batch.prepared or not batch.rest:
            return
        try:
            await self.subscription.before([each.event for each in batch.rest])
        except Exception as error:
            if self._is_to_wait_out(error, batch):
                raise
            batch.one_by_one = True
            for each in batch.rest:
                await self._prepare_alone(batch, each)
        batch.prepared = True

    async def _prepare_alone(self, batch: Batch, item: Item) -> None:
        try:
            await self.run_before([item.event])
        except Exception as error:
            if self._is_to_wait_out(error, batch):
                raise
            batch.spoiled[_place(item)] = error

    async def run_before(self, events: Sequence[Event]) -> None:
        if self.subscription.before is not None:
            await self.subscription.before(events)

    async def _together(self, batch: Batch) -> bool:
        """One transaction for all that may be handled now, the others parked after it. False when a record is in the way."""
        free, held = await self._free(batch.rest)
        try:
            await self._handle([each.event for each in free])
        except Exception as error:
            if self._is_to_wait_out(error, batch):
                raise
            return False
        batch.rest = [item for item, _ in held]
        await self._park(held)
        batch.rest = []
        return True

    async def _alone(self, batch: Batch, item: Item) -> None:
        _, held = await self._free([item])
        if held:
            await self._park(held)
            return
        try:
            if _place(item) in batch.spoiled:
                raise batch.spoiled[_place(item)]
            await self._handle([item.event])
        except Exception as error:
            if self._is_to_wait_out(error, batch):
                raise
            counts = not isinstance(error, NotYet) and not is_of_engines(error)
            if counts:
                tell_failure("record_parked", consumer=self.name, kind=type_of(item.event), error=error)
            await self._park([(item, told(error))], tries=1 if counts else 0)

    async def _free(self, items: Sequence[Item]) -> tuple[list[Item], list[tuple[Item, str]]]:
        """Those that may be handled now; and those that wait, with the reason: behind their key, or for a snapshot."""
        await self._look_up_organizations(items)
        waiting = await self._keys_waiting(items)
        free, held, newly = [], [], set[str]()
        for item in items:
            if item.key in waiting or item.key in newly:
                held.append((item, BEHIND))
            elif not self.knows_organization(item.event):
                held.append((item, SNAPSHOT))
                newly.add(item.key)
            else:
                free.append(item)
        return free, held

    async def _look_up_organizations(self, items: Sequence[Item]) -> None:
        if self._organizations is not None:
            missing = {item.event.organization_id for item in items if not self._organizations.knows(item.event)}
            if missing:
                await self._organizations.look_up(missing)

    async def _keys_waiting(self, items: Sequence[Item]) -> set[str]:
        """Nobody but us parks keys of our partitions. That somebody took keys out is looked up when it matters."""
        known = self._waiting
        stale = time.monotonic() - self._waiting_read_at > KEYS_KNOWN_SECONDS
        if known is None or (stale and any(item.key in known for item in items)):
            async with self.database.work() as transaction:
                known = await parking.keys_waiting(transaction, consumer=self.name)
            self._waiting, self._waiting_read_at = known, time.monotonic()
        return known

    async def _handle(self, events: Sequence[Event]) -> None:
        if not events:
            return
        if self.subscription.at_once is not None and await self.subscription.at_once(self.database, events):
            self.count(events, "handled")
            return
        async with self.database.work() as transaction:
            new = await inbox.take(transaction, consumer=self.name, events=events)
            if new:
                await self.subscription.handle(transaction, new)
        self.count(new, "handled")
        if len(new) < len(events):
            _records.labels(self.name, "any", "repeated").inc(len(events) - len(new))

    async def _park(self, held: Sequence[tuple[Item, str]], *, tries: int = 0) -> None:
        if not held:
            return
        async with self.database.work() as transaction:
            await parking.park(
                transaction,
                consumer=self.name,
                records=[records.stored(item.taken) for item, _ in held],
                errors=[error for _, error in held],
                tries=tries,
                next_try_at=self.clock.now() + (parking.BACK_OFF[tries] if tries else parking.SOON),
            )
        if self._waiting is not None:
            self._waiting.update(item.key for item, _ in held)
        self.count([item.event for item, _ in held], "parked")

    def _is_to_wait_out(self, error: Exception, batch: Batch) -> bool:
        return is_of_engines(error) and not batch.stubborn

    async def _pause(self, failures: int, error: Exception) -> None:
        self.waits_for_engine = is_of_engines(error)
        _paused.labels(self.name).set(1)
        if not self.waits_for_engine:
            log.error("consumer_failed", consumer=self.name, exc_info=error)
        elif failures == 1:
            log.warning("consumer_paused", consumer=self.name, error=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS[min(failures, len(PAUSE_SECONDS)) - 1]):
                await self._giving_up.wait()

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return bool(await self.database.work_pool.fetchval("SELECT true"))
        except Exception as error:
            if is_of_engines(error):
                return False
            raise

    def count(self, events: Sequence[Event], outcome: str) -> None:
        for kind, number in Counter(map(type, events)).items():
            _records.labels(self.name, type_of(kind), outcome).inc(number)


def tell_failure(line: str, *, consumer: str, kind: str, error: Exception) -> None:
    """The trace of an error goes to the log; its words also stay with the record."""
    log.error(line, consumer=consumer, type=kind, exc_info=error)


def _place(item: Item) -> tuple[int, int]:
    return item.taken.record.partition, item.taken.record.offset
