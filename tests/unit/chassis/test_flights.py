"""Rows on their way to a Kafka that is made up: what is held back, what is refused, what is tried alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError, NotLeaderForPartitionError

from chassis import flights
from chassis.flights import Flights
from chassis.testing import eventually

PARTITIONS = 3


class MadeUpBatch:
    """Holds as many values as there is room for."""

    def __init__(self, room: int) -> None:
        self.values: list[bytes] = []
        self._room = room

    def append(self, *, value: bytes, **_: Any) -> object | None:
        if len(self.values) == self._room:
            return None
        self.values.append(value)
        return value


class MadeUpKafka:
    """Says yes, unless a value of the batch is in `fails`; `send_batch` itself raises what is in `refuses`. With `paused`
    nothing is answered."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.sent: list[list[bytes]] = []
        self.fails: dict[bytes, Exception] = {}
        self.refuses: dict[bytes, Exception] = {}
        self.room = 1000
        self.paused = False
        self.started = self.stopped = 0
        self.away = False
        self._waiting: list[tuple[list[bytes], asyncio.Future[None]]] = []
        self.client = self
        self._sender = None

    async def start(self) -> None:
        if self.away:
            raise KafkaConnectionError
        self.started += 1

    async def flush(self) -> None:
        """Nothing is kept back."""

    async def stop(self) -> None:
        self.stopped += 1

    async def close(self) -> None:
        """Part of the client."""

    def create_batch(self) -> MadeUpBatch:
        return MadeUpBatch(self.room)

    async def send_batch(self, batch: MadeUpBatch, _topic: str, *, partition: int) -> "asyncio.Future[None]":
        assert partition < PARTITIONS
        self.sent.append(batch.values)
        for value in batch.values:
            if value in self.refuses:
                raise self.refuses[value]
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.paused:
            self._waiting.append((batch.values, future))
        else:
            self._answer(batch.values, future)
        return future

    def resume(self) -> None:
        self.paused = False
        for values, future in self._waiting:
            if not future.done():
                self._answer(values, future)
        self._waiting.clear()

    def _answer(self, values: list[bytes], future: "asyncio.Future[None]") -> None:
        error = next((self.fails[value] for value in values if value in self.fails), None)
        if error is not None:
            future.set_exception(error)
        else:
            self.taken += values
            future.set_result(None)


@pytest.fixture
def kafka() -> MadeUpKafka:
    return MadeUpKafka()


@pytest.fixture
def flown(kafka: MadeUpKafka) -> Flights:
    made: Any = kafka
    return Flights(producer=lambda: made, landed=lambda: None)


def row(seq: int, key: str, *, partition: int | None = 0, **changes: Any) -> Any:
    """In the first partition, unless the test says otherwise."""
    return {
        "seq": seq, "aggregatetype": "topic", "aggregateid": key, "payload": f"{key}{seq}".encode(), "partition": partition, "headers": "{}",
        "type": "x", **changes,
    }  # fmt: skip


async def fly(flown: Flights, rows: Sequence[Any]) -> list[int]:
    """Starts them as the table would give them where there is room; returns what landed."""
    room = await flown.room()
    free = [each for each in rows if each["seq"] not in flown.aboard and each["aggregateid"] not in flown.held_keys]
    flown.depart(free[:room])
    await flown.land(seconds=5)
    return flown.take_landed()


async def test_a_failure_holds_back_the_later_rows_of_its_key_and_no_other(flown: Flights, kafka: MadeUpKafka) -> None:
    kafka.refuses[b"a2"] = NotLeaderForPartitionError()
    rows = [row(1, "a"), row(2, "a", partition=1), row(3, "b"), row(4, "a", partition=1), row(5, "c", partition=2)]
    assert sorted(await fly(flown, rows)) == [1, 3, 5]
    assert flown.held_keys == ["a"]
    assert await fly(flown, [rows[1], row(6, "b"), rows[3], row(7, "d", partition=1)]) == [6, 7]
    kafka.refuses.clear()

    async def free_again() -> bool:
        await flown.room()
        return flown.held_keys == []

    await eventually(free_again)
    assert await fly(flown, [rows[1], rows[3]]) == [2, 4]
    assert kafka.taken == [b"a1", b"b3", b"c5", b"b6", b"d7", b"a2", b"a4"]


async def test_a_batch_leaves_when_the_one_before_it_has_landed(flown: Flights, kafka: MadeUpKafka) -> None:
    kafka.room, kafka.paused = 2, True
    await flown.room()
    flown.depart([row(1, "a"), row(2, "b"), row(3, "a"), row(4, "c", partition=1)])
    await eventually(lambda: _is(len(kafka.sent) == 2))
    flown.depart([row(5, "b")])
    await asyncio.sleep(0.01)
    assert kafka.sent == [[b"a1", b"b2"], [b"c4"]]
    kafka.resume()
    await flown.land(seconds=5)
    assert kafka.sent[2:] == [[b"a3", b"b5"]]
    assert sorted(flown.take_landed()) == [1, 2, 3, 4, 5]


async def _is(fact: bool) -> bool:
    return fact


async def test_rows_that_were_read_before_a_failure_are_read_anew(flown: Flights, kafka: MadeUpKafka) -> None:
    """They may follow a row of their key that is in the table again."""
    kafka.room, kafka.refuses[b"a1"] = 1, NotLeaderForPartitionError()
    await flown.room()
    flown.depart([row(1, "a"), row(2, "b")])
    await flown.land(seconds=5)
    flown.depart([row(3, "a"), row(4, "b")])
    assert flown.aboard == []
    assert kafka.taken == []
    assert flown.has_trouble
    assert await fly(flown, [row(2, "b"), row(4, "b")]) == [2, 4]


async def test_back_off_grows_up_to_a_limit(
    flown: Flights, kafka: MadeUpKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka.refuses[b"a1"] = NotLeaderForPartitionError()
    waits = []
    for _ in range(8):
        await fly(flown, [row(1, "a")])
        waits.append(round(flown._held["a"] - asyncio.get_running_loop().time(), 1))
        flown._held.clear()
    assert waits == sorted(waits)
    assert waits[-1] == flights.BACK_OFF_SECONDS[-1]
    kafka.refuses.clear()
    await fly(flown, [row(1, "a")])
    assert flown._failures == {}


@pytest.mark.parametrize(
    "broken",
    [{"payload": b"x" * 1_100_000}, {"partition": PARTITIONS}, {"payload": "a text"}],
    ids=["too large", "no such partition", "no bytes"],
)
async def test_what_can_never_be_sent_is_refused_and_its_key_goes_on(
    flown: Flights, kafka: MadeUpKafka, broken: dict[str, Any]
) -> None:
    assert sorted(await fly(flown, [row(1, "a"), row(2, "a", **broken), row(3, "a")])) == [1, 3]
    assert [each.row["seq"] for each in flown.take_refused()] == [2]
    assert flown.aboard == []
    assert kafka.stopped == 0


async def test_a_topic_with_too_few_partitions_is_waited_for(flown: Flights, kafka: MadeUpKafka) -> None:
    """Nobody named a partition: what is wrong is the topic, and no row dies for it."""
    keys = [f"k{number}" for number in range(40)]
    landed = await fly(flown, [row(number, key, partition=None) for number, key in enumerate(keys)])
    assert len(landed) + len(flown.held_keys) == len(keys)
    assert landed
    assert flown.held_keys
    assert flown.take_refused() == []


async def test_rows_of_a_refused_batch_are_tried_alone_by_a_new_producer(flown: Flights, kafka: MadeUpKafka) -> None:
    """The broker refuses a batch as a whole: the first answer does not say whose fault it was."""
    kafka.fails = {b"a1": MessageSizeTooLargeError()}
    rows = [row(0, "c", partition=1), row(1, "a"), row(2, "b"), row(3, "a")]
    assert await fly(flown, rows) == [0]
    assert flown.take_refused() == []
    kafka.sent.clear()
    assert await fly(flown, rows[1:]) == []
    assert (kafka.started, kafka.stopped) == (2, 1)
    assert kafka.sent == [[b"a1"]]
    assert [each.row["seq"] for each in flown.take_refused()] == [1]
    assert await fly(flown, rows[2:]) == [2, 3]
    assert kafka.sent[1:] == [[b"b2"], [b"a3"]]
    assert await flown.room() == flights.BATCH


async def test_after_any_failure_of_a_batch_the_producer_is_renewed(flown: Flights, kafka: MadeUpKafka) -> None:
    """Its sequence numbers have gone on; Kafka would refuse everything else for that partition."""
    kafka.fails[b"a1"] = KafkaError()
    await fly(flown, [row(1, "a")])
    await flown.room()
    assert (kafka.started, kafka.stopped) == (2, 1)


async def test_while_kafka_is_away_nothing_starts(flown: Flights, kafka: MadeUpKafka) -> None:
    kafka.away = True
    assert await fly(flown, [row(1, "a")]) == []
    assert await flown.room() == 0
    kafka.away = False
    await eventually(flown.room)
    assert await fly(flown, [row(1, "a")]) == [1]


async def test_no_more_than_a_window_is_on_its_way(flown: Flights, kafka: MadeUpKafka) -> None:
    kafka.paused = True
    seq = 0
    while room := await flown.room():
        flown.depart([row(seq + number, f"k{seq + number}", partition=number % 2) for number in range(room)])
        seq += room
    assert seq == flights.WINDOW
    assert not flown.has_room
    kafka.resume()
    await flown.land(seconds=5)
    assert len(flown.take_landed()) == flights.WINDOW
    assert await flown.room() == flights.BATCH


async def test_a_row_that_nobody_foresaw_is_held_back_and_does_not_spin(flown: Flights, kafka: MadeUpKafka) -> None:
    broken = {**row(1, "a"), "headers": "[]"}
    assert await fly(flown, [broken, row(2, "b"), row(3, "a")]) == [2]
    assert flown.held_keys == ["a"]


async def test_closing_forgets_all_and_lets_nothing_land_later(flown: Flights, kafka: MadeUpKafka) -> None:
    kafka.paused = True
    await flown.room()
    flown.depart([row(1, "a")])
    await asyncio.sleep(0)
    await flown.close()
    kafka.resume()
    await asyncio.sleep(0.01)
    assert flown.take_landed() == []
    assert flown.aboard == []
    assert kafka.stopped == 1
