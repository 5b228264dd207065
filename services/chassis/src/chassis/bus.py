"""Runs a service's subscriptions: starts when Kafka is there, survives its absence, begins anew when one stands still."""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

from chassis import broker as kafka
from chassis.clock import Clock
from chassis.consumer import Subscription
from chassis.database import Database
from chassis.housekeeping import Housekeeping
from chassis.intake import Intake
from chassis.log import get_logger
from chassis.loops import Loop
from chassis.metrics import counter, gauge
from chassis.organizations import SHARE_SECONDS, Follower, Organizations
from chassis.progress import Progress
from chassis.retries import Retries
from chassis.runner import Component
from chassis.settings import Settings
from contracts import topics

AWAY_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 3.0
RETRY_SECONDS: Final = 1.0
HOUSEKEEPING_SECONDS: Final = 10.0
JOIN_SECONDS: Final = 40.0
REPLICA_SECONDS: Final = 10.0
LEAVE_SECONDS: Final = 15.0
ANEW_SECONDS: Final = 30.0
UNHEALTHY_SECONDS: Final = 90.0

log = get_logger(__name__)
_connected: Final = gauge("bus_connected", "1 while this process's consumers run")
_anew: Final = counter("bus_begun_anew", "Times that all consumers were made anew since one stood still")


class Bus:
    """All consumers of one process. `state` is `ok` or says why not.

    `followers` keep the organizations' map fresh; a process without consumers runs them alone.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        clock: Clock,
        organizations: Organizations | None,
        subscriptions: Sequence[Subscription],
    ) -> None:
        self._service, self._bootstrap = settings.service, settings.kafka
        intakes = [Intake(each, database=database, organizations=organizations, clock=clock) for each in subscriptions]
        owned = [topic for topic in topics.ALL if settings.service in topic.owners]
        self._topics = list(dict.fromkeys([*owned, *(each.topic for each in subscriptions)]))
        self._consumers = [Progress(intake) for intake in intakes]
        self._has_replica = organizations is not None
        self.followers: list[Component] = []
        if organizations is not None:
            self.followers.append(Follower(organizations, dsn=settings.database.work, name=settings.service))
        self._beside = [*self.followers, *_beside(intakes, database, clock, organizations)]
        self._task: asyncio.Task[None] | None = None
        self._mismatch: str | None = None
        self.state = "starting"

    async def start(self) -> None:
        """Does not wait for Kafka: without it a service is only degraded.

        Raises TopicsMismatchError when Kafka is there with topics that would break the order of keys.
        """
        with suppress(*kafka.KafkaTrouble):
            await self._require_topics()
        for component in self._beside:
            await component.start()
        self._task = asyncio.create_task(self._run(), name="bus")

    async def stop(self) -> None:
        """Finishes the batches in hand, or rolls them back when that takes too long."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None
        await self._leave(for_good=True)
        for component in reversed(self._beside):
            await component.stop()

    def healthy(self) -> bool:
        """False when only a restart may help."""
        return self.trouble() is None

    def trouble(self) -> str | None:
        """What is wrong with the consumers though Kafka and Postgres answer; None when nothing is."""
        if self._task is not None and self._task.done():
            return "nobody looks after the consumers any more"
        stuck = [each.intake.name for each in self._consumers if each.stuck_seconds > UNHEALTHY_SECONDS]
        return f"no progress in {', '.join(stuck)} though there are records" if stuck else self._mismatch

    async def _run(self) -> None:
        while True:
            try:
                await self._require_topics()
                async with asyncio.timeout(JOIN_SECONDS):
                    await self._join()
                await self._watch()
            except kafka.TopicsMismatchError as error:
                self._say(str(error))
            except kafka.KafkaTrouble as error:
                self._say(f"degraded: Kafka is away ({type(error).__name__})")
                if not await self._kafka_answers():
                    for each in self._consumers:
                        each.forgive()
            except Exception:
                log.exception("bus_failed")
            await self._leave()
            await asyncio.sleep(AWAY_SECONDS)

    def _say(self, state: str) -> None:
        if state != self.state:
            log.warning("bus_waits", reason=state)
        self.state = state

    async def _require_topics(self) -> None:
        try:
            await kafka.require_topics(bootstrap=self._bootstrap, topics=self._topics)
        except kafka.TopicsMismatchError as error:
            self._mismatch = str(error)
            raise
        self._mismatch = None

    async def _kafka_answers(self) -> bool:
        try:
            await self._require_topics()
        except (kafka.TopicsMismatchError, *kafka.KafkaTrouble):
            return False
        return True

    async def _join(self) -> None:
        """The organizations' replica first: whatever came before a snapshot would have to be parked until it is here."""
        broker = await kafka.connected(self._bootstrap, client=self._service)
        for each in self._consumers:
            each.intake.carry_on()
            each.subscriber = kafka.subscribe(
                broker,
                topic=each.intake.subscription.topic.name,
                group=f"{self._service}.{each.intake.name}",
                handle=each.intake.take,
                listener=each,
                may_wait=each.intake.subscription.may_wait,
            )
        first = [each for each in self._consumers if each.intake.subscription.topic == topics.ORGANIZATIONS]
        await _all(each.subscriber.start() for each in first)
        if self._has_replica:
            await _caught_up(first)
        await _all(each.subscriber.start() for each in self._consumers if each not in first)
        self.state = "ok"
        _connected.set(1)
        log.info("bus_connected", consumers=len(self._consumers))

    async def _watch(self) -> None:
        """Returns when a consumer stands still."""
        since = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for each in self._consumers:
                await each.look(kafka_answers=self._kafka_answers)
            stuck = [each.intake.name for each in self._consumers if each.stuck_seconds > ANEW_SECONDS]
            if stuck and time.monotonic() - since > ANEW_SECONDS:
                log.error("consumers_begin_anew", stuck=stuck)
                _anew.inc()
                return

    async def _leave(self, *, for_good: bool = False) -> None:
        _connected.set(0)
        for each in self._consumers:
            each.intake.give_up(for_good=for_good)
        leaving = [asyncio.create_task(each.subscriber.stop()) for each in self._consumers if each.subscriber]
        if leaving:
            _, late = await asyncio.wait(leaving, timeout=LEAVE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.wait(leaving, timeout=AWAY_SECONDS)
        for task in leaving:
            if task.done() and not task.cancelled() and task.exception() is not None:
                log.warning("consumer_stopped_badly", error=type(task.exception()).__name__)
        for each in self._consumers:
            each.subscriber = None


def _beside(
    intakes: Sequence[Intake], database: Database, clock: Clock, organizations: Organizations | None
) -> list[Component]:
    """The loops that need no Kafka."""
    bell = None if organizations is None else organizations.bell
    arrivals = (lambda: 0) if organizations is None else (lambda: organizations.arrivals)
    retries = Retries(intakes, database=database, clock=clock, arrivals=arrivals)
    housekeeping = Housekeeping(intakes, database=database, clock=clock)
    return [
        Loop("retries", retries.step, bell=bell, idle_seconds=RETRY_SECONDS),
        Loop("housekeeping", housekeeping.step, idle_seconds=HOUSEKEEPING_SECONDS),
        *([Loop("heard", organizations.share, idle_seconds=SHARE_SECONDS)] if organizations else []),
    ]


async def _all(starting: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Side by side; when one fails, the others end too."""
    tasks = [asyncio.create_task(each) for each in starting]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _caught_up(consumers: Sequence[Progress]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(REPLICA_SECONDS):
            for each in consumers:
                await each.catch_up()
