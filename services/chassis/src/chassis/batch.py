"""The records of one poll, read and sorted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from chassis import records
from chassis.records import Taken
from contracts.base import Event
from contracts.envelope import Malformed, Unknown
from contracts.watermarks import StreamHeard


class Item(NamedTuple):
    """A record that holds an event."""

    taken: Taken
    event: Event

    @property
    def key(self) -> str:
        return self.taken.key


@dataclass
class Batch:
    """What is left to do. `spoiled` is by partition and offset: what `before` said of a record,
    `origins` by event the traceparent that it came with.

    stubborn: trouble stays though the engines answer; from now on it is taken for the record's own.
    """

    rest: list[Item] = field(default_factory=list)
    malformed: list[tuple[Taken, str]] = field(default_factory=list)
    heard: dict[int, datetime] = field(default_factory=dict)
    unknown: int = 0
    unwanted: int = 0
    origins: dict[UUID, str] = field(default_factory=dict)
    spoiled: dict[tuple[int, int], Exception] = field(default_factory=dict)
    prepared: bool = False
    one_by_one: bool = False
    stubborn: bool = False

    def note(self, partition: int, moment: datetime) -> None:
        known = self.heard.get(partition)
        if known is None or known < moment:
            self.heard[partition] = moment


def sorted_out(polled: Sequence[ConsumerRecord], *, wanted: Callable[[Event], bool] | None = None) -> Batch:
    """Each record read once. What is not wanted was heard all the same."""
    batch = Batch()
    for record in polled:
        taken = records.read(record)
        found = taken.found
        if type(found) is Unknown:
            batch.unknown += 1
        elif type(found) is Malformed:
            batch.malformed.append((taken, found.error))
        elif type(found) is StreamHeard:
            batch.note(record.partition, found.heard_until)
        elif isinstance(found, Event):
            batch.note(record.partition, found.occurred_at)
            if wanted is not None and not wanted(found):
                batch.unwanted += 1
                continue
            batch.rest.append(Item(taken, found))
            if traceparent := taken.headers.get("traceparent"):
                batch.origins[found.event_id] = traceparent
    return batch
