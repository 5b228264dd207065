"""Up to when the streams of capture and booking are known in this process, by partition: what rule 12 looks at."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from chassis.clock import Clock
from chassis.partitions import partition_of
from contracts.topics import INBOUND
from messaging.domain.matrix import HEARD_FIRST
from messaging.domain.rules_true import is_fresh
from messaging.store.texts import ANY_PARTITION


class Heard:
    """Nothing is stored: after a start the watermarks of the partitions that this process consumes are waited for."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[int, datetime] = {}
        self._bookings: dict[int, datetime] = {}
        self.came_back: Callable[[], None] = lambda: None

    def note(self, partition: int, moment: datetime) -> None:
        """From the consumer, after the effects of what it heard."""
        known, now = self._until.get(partition), self._clock.now()
        if known is not None and moment <= known:
            return
        self._until[partition] = moment
        if is_fresh(moment, now) and not is_fresh(known, now):
            self.came_back()  # texts that waited for this are looked at now, not at the next round

    def note_bookings(self, partition: int, moment: datetime) -> None:
        """The same of booking's stream."""
        known = self._bookings.get(partition)
        self._bookings[partition] = moment if known is None else max(known, moment)

    def until(self, homeowner_id: UUID) -> datetime | None:
        return self._until.get(_partition(homeowner_id))

    def bookings_until(self, homeowner_id: UUID) -> datetime | None:
        """Both topics have as many partitions and the same key."""
        return self._bookings.get(_partition(homeowner_id))

    def fresh_partitions(self) -> list[int]:
        """Those in which nothing can be on its way for longer than rule 12 allows."""
        now = self._clock.now()
        return [partition for partition, moment in self._until.items() if is_fresh(moment, now)]


def waits_for(homeowner_id: UUID, text_class: str) -> int:
    """The partition that has to be heard before such a text may leave."""
    return _partition(homeowner_id) if text_class in HEARD_FIRST else ANY_PARTITION


@lru_cache(maxsize=4096)
def _partition(homeowner_id: UUID) -> int:
    return partition_of(homeowner_id, INBOUND.partitions)
