"""Outbox rows on their way to Kafka: partitions side by side, in each one batch after the other, rows in the order of `seq`.

A batch leaves once the one before it is acknowledged, so that no failure can turn two rows of a key round. The producer
is idempotent and repeats by itself for as long as Kafka is away: a flight then simply takes longer.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from chassis import broker, packing
from chassis.log import get_logger
from chassis.metrics import gauge
from chassis.packing import Lane, Row

WINDOW: Final = 2000
BATCH: Final = 500
BACK_OFF_SECONDS: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
START_SECONDS: Final = 5.0
LAND_SECONDS: Final = 5.0
STUCK_SECONDS: Final = 2.0
IMPOSSIBLE: Final = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError)
UNSENDABLE: Final = (*IMPOSSIBLE, ValueError, TypeError)
"""What is said of a record before it leaves: too large, a header that is no text."""

log = get_logger(__name__)
_waiting: Final = gauge("relay_failing", "1 while rows wait because Kafka is away or refuses them")

Rows = Iterable[Row]


class Refused(NamedTuple):
    """A row that Kafka will never take."""

    row: Row
    error: str


class Flights:
    """`landed` is called whenever a batch has ended. Knows nothing of the database but the rows it is given."""

    def __init__(self, *, producer: Callable[[], AIOKafkaProducer], landed: Callable[[], None]) -> None:
        self._make, self._tell = producer, landed
        self.producer: AIOKafkaProducer | None = None
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._waiting: dict[Lane, deque[Row]] = {}
        self._aboard: set[int] = set()
        self._landed: list[int] = []
        self._refused: list[Refused] = []
        self._suspects: set[int] = set()
        self._held: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._gave_back = False
        self._renew_at: float | None = None
        self._start_at = self._moved_at = 0.0
        self._starts_failed = 0

    @property
    def aboard(self) -> list[int]:
        """`seq` of the rows that are on their way or wait for it: not to be read again."""
        return list(self._aboard)

    @property
    def held_keys(self) -> list[str]:
        """Keys whose rows must not be started: one of them failed just now."""
        return list(self._held)

    @property
    def has_room(self) -> bool:
        return len(self._aboard) <= WINDOW - BATCH

    @property
    def has_trouble(self) -> bool:
        """Rows were given back to the table, or are to be put aside."""
        return self._gave_back or bool(self._refused)

    @property
    def is_calm(self) -> bool:
        """Whatever is started now keeps its order: nothing was given back, held or refused since the table was read."""
        troubled = self.has_trouble or bool(self._held) or self._renew_at is not None
        return self.producer is not None and self.has_room and not troubled

    def take_landed(self) -> list[int]:
        """`seq` of the rows that Kafka acknowledged since the last call: to be deleted."""
        landed, self._landed = self._landed, []
        return landed

    def take_refused(self) -> list[Refused]:
        """Rows that Kafka refused for good since the last call: to be put aside."""
        refused, self._refused = self._refused, []
        return refused

    async def room(self) -> int:
        """How many rows may be read and started now; 0 while Kafka is away, or too many are on their way or held back."""
        now = asyncio.get_running_loop().time()
        self._held = {key: until for key, until in self._held.items() if until > now}
        if self._renew_at is not None and (not self._tasks or now > self._renew_at):
            await self._drop_producer()
        if self.producer is None and not await self._started(now):
            return 0
        stuck = bool(self._tasks) and now - self._moved_at > STUCK_SECONDS
        _waiting.set(1 if stuck or self._held else 0)
        if self._renew_at is not None or len(self._held) >= WINDOW:
            return 0
        self._gave_back = False
        return BATCH if self.has_room else 0

    def depart(self, rows: Rows) -> None:
        """Starts these rows, which stand in the order of `seq` and were read since `room` said how many."""
        if self._gave_back:
            return  # older ones of their keys may be in the table again: all are read anew
        if not self._tasks:
            self._moved_at = asyncio.get_running_loop().time()
        for row in rows:
            self._waiting.setdefault(packing.lane(row), deque()).append(row)
            self._aboard.add(row["seq"])
        for lane, waiting in self._waiting.items():
            if lane not in self._tasks:
                self._tasks[lane] = asyncio.create_task(self._fly(lane, waiting))

    async def close(self) -> None:
        """Forgets everything, when leadership ends: what was not deleted is sent again by whoever leads next."""
        for state in (self._landed, self._refused, self._suspects, self._held, self._failures):
            state.clear()
        await self._drop_producer()

    async def _drop_producer(self) -> None:
        """What has not landed by now is sent again from the table."""
        for task in self._tasks.values():
            task.cancel()
        for state in (self._tasks, self._waiting, self._aboard):
            state.clear()
        self._renew_at = None
        producer, self.producer = self.producer, None
        if producer is not None:
            await broker.dispose(producer)

    async def land(self, *, seconds: float) -> None:
        """Waits for what is on its way, at most this long."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    async def _fly(self, lane: Lane, waiting: deque[Row]) -> None:
        try:
            while waiting and await self._send(lane, waiting):
                pass
        finally:
            if self._tasks.get(lane) is asyncio.current_task():  # else it was abandoned
                del self._tasks[lane], self._waiting[lane]
                self._give_back(waiting)
                self._tell()

    async def _send(self, lane: Lane, waiting: deque[Row]) -> bool:
        """One batch. False when what waits behind it has to be read anew."""
        producer = self.producer
        if producer is None or self._renew_at is not None:
            return False
        batch, rows = self._packed(producer, waiting)
        if not rows:
            return True
        try:
            future = await producer.send_batch(batch, lane[0], partition=lane[1])
        except AssertionError as error:  # aiokafka's way of saying that there is no such partition
            return self._homeless(rows, error)
        except Exception as error:  # noqa: BLE001 -- whatever it is, these rows wait and the others go on
            return self._hold(rows, error)
        try:
            await future
        except Exception as error:  # noqa: BLE001 -- as above
            # aiokafka has counted its sequence numbers on: nothing more fits into that partition from this producer.
            self._renew_at = self._renew_at or asyncio.get_running_loop().time() + LAND_SECONDS
            return self._failed(rows, error)
        self._arrived(rows)
        self._tell()
        return True

    def _packed(self, producer: AIOKafkaProducer, waiting: deque[Row]) -> tuple[Any, list[Row]]:
        """As many of those that wait as fit into a batch, a suspect alone; what cannot be packed at all is sorted out."""
        batch, rows = producer.create_batch(), list[Row]()
        while waiting:
            row = waiting[0]
            alone = row["seq"] in self._suspects
            if alone and rows:
                break
            try:
                fits = packing.pack(batch, row)
            except UNSENDABLE as error:
                self._refuse(waiting.popleft(), error)
                continue
            except Exception as error:  # noqa: BLE001 -- nobody foresaw it: this key waits, the others go on
                self._hold(_all_of_key(waiting, row["aggregateid"]), error)
                continue
            if not fits:
                break
            rows.append(waiting.popleft())
            if alone:
                break
        return batch, rows

    def _arrived(self, rows: Rows) -> None:
        self._moved_at = asyncio.get_running_loop().time()
        for row in rows:
            self._landed.append(row["seq"])
            self._aboard.discard(row["seq"])
            self._suspects.discard(row["seq"])
            if self._failures:
                self._failures.pop(row["aggregateid"], None)

    def _failed(self, rows: Sequence[Row], error: Exception) -> bool:
        """The broker refuses a whole batch for one record: each of it is tried once more, alone."""
        if not isinstance(error, IMPOSSIBLE):
            return self._hold(rows, error)
        if len(rows) == 1:
            self._refuse(rows[0], error)
        else:
            self._suspects.update(row["seq"] for row in rows)
            self._give_back(rows)
        return False

    def _homeless(self, rows: Rows, error: Exception) -> bool:
        """Whoever wrote a row may have named a partition that never was; a topic with too few is Kafka's trouble."""
        for row in rows:
            if row["partition"] is None:
                self._hold([row], error)
            else:
                self._refuse(row, error)
        return False

    def _refuse(self, row: Row, error: Exception) -> None:
        self._aboard.discard(row["seq"])
        self._suspects.discard(row["seq"])
        self._failures.pop(row["aggregateid"], None)
        self._refused.append(Refused(row, f"{type(error).__name__}: {error}"))

    def _hold(self, rows: Rows, error: Exception) -> bool:
        """False, for whoever waits behind them."""
        first = {row["aggregateid"]: row for row in reversed(list(rows))}
        for key, row in first.items():
            failures = self._failures[key] = self._failures.get(key, 0) + 1
            if failures == 1:
                unforeseen = None if isinstance(error, KafkaError) else error
                log.warning("relay_holds_key", topic=row["aggregatetype"], seq=row["seq"], error=type(error).__name__, exc_info=unforeseen)  # fmt: skip
            self._held[key] = asyncio.get_running_loop().time() + _back_off(failures)
        self._give_back(rows)
        return False

    def _give_back(self, rows: Rows) -> None:
        """To the table, where they lie: they are read anew, with whatever of their keys comes after them."""
        for row in rows:
            self._aboard.discard(row["seq"])
            self._gave_back = True

    async def _started(self, now: float) -> bool:
        if now < self._start_at:
            return False
        producer = self._make()
        try:
            async with asyncio.timeout(START_SECONDS):
                await producer.start()
        except broker.KafkaTrouble as error:
            self._starts_failed += 1
            if self._starts_failed == 1:
                log.warning("relay_waits_for_kafka", error=type(error).__name__)
            _waiting.set(1)
            self._start_at = asyncio.get_running_loop().time() + _back_off(self._starts_failed)
            await broker.dispose(producer)
            return False
        self.producer, self._starts_failed = producer, 0
        return True


def _all_of_key(waiting: deque[Row], key: str) -> list[Row]:
    """Takes them out."""
    found = [row for row in waiting if row["aggregateid"] == key]
    others = [row for row in waiting if row["aggregateid"] != key]
    waiting.clear()
    waiting.extend(others)
    return found


def _back_off(failures: int) -> float:
    return BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1]
