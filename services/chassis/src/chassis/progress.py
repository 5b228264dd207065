"""Whether a consumer gets on: how far it is behind, and for how long it has stood still though there is something to do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiokafka import ConsumerRebalanceListener, TopicPartition

from chassis import broker
from chassis.intake import Intake
from chassis.metrics import gauge

ASK_SECONDS: Final = 5.0
REVOKE_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.05

_lag: Final = gauge("consumer_lag_records", "Records not handled yet in the partitions of this process", ("consumer",))
_moved: Final = gauge("consumer_progress_timestamp_seconds", "When a batch was last done", ("consumer",))


class Progress(ConsumerRebalanceListener):  # type: ignore[misc]
    """Of one subscription. aiokafka has been seen alive and deaf after a broker's restart: only what comes through counts."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.subscriber: Any = None
        self._marker = intake.last_progress
        self._still_since: float | None = None

    async def on_partitions_revoked(self, revoked: Any) -> None:  # noqa: ARG002 -- aiokafka's listener
        """The batch in hand ends first, so that the next owner comes after it. If it takes too long, the inbox parts them."""
        self.intake.give_up()
        if self.consumer is not None:
            await asyncio.wait({asyncio.ensure_future(self.consumer.at_rest.wait())}, timeout=REVOKE_SECONDS)
            await self.consumer.commit_now()

    async def on_partitions_assigned(self, assigned: Any) -> None:  # noqa: ARG002 -- as above
        self.intake.carry_on()

    @property
    def consumer(self) -> broker.PatientConsumer | None:
        consumer: broker.PatientConsumer | None = self.subscriber and self.subscriber.consumer
        return consumer

    @property
    def stuck_seconds(self) -> float:
        return 0.0 if self._still_since is None else time.monotonic() - self._still_since

    def forgive(self) -> None:
        """It could not have done anything."""
        self._still_since = None

    async def look(self, *, kafka_answers: Callable[[], Awaitable[bool]]) -> None:
        """Called every few seconds. Who waits for an engine is not stuck: a restart would not help."""
        lag = await self._behind()
        marker, self._marker = self._marker, self.intake.last_progress
        if lag is not None:
            _lag.labels(self.intake.name).set(lag)
        if marker != self._marker:
            _moved.labels(self.intake.name).set_to_current_time()
        elif lag != 0 and not self.intake.waits_for_engine and await kafka_answers():
            self._still_since = self._still_since or time.monotonic()
            return
        self.forgive()

    async def catch_up(self) -> None:
        """Returns once all that was there a moment ago is done. aiokafka tells nobody when it has an assignment or a position."""
        while self.consumer is None or await self._behind() != 0 or not self.consumer.at_rest.is_set():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    async def _behind(self) -> int | None:
        """Records to come in the partitions that are ours; None when that cannot be found out."""
        consumer = self.consumer
        if consumer is None or consumer.failing_since is not None or consumer.is_rebalancing:
            return None
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await _lag_of(consumer)
        except broker.Trouble:
            return None


async def _lag_of(consumer: broker.PatientConsumer) -> int:
    ours: set[TopicPartition] = consumer.assignment()
    if not ours:
        return 0
    ends = await consumer.end_offsets(list(ours))
    positions = {each: await consumer.position(each) for each in ours}
    return sum(max(0, ends[each] - positions[each]) for each in ours)
