"""Drives messaging through a span of time: the clock jumps from one happening, or one due text, to the next."""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from chassis import ids
from contracts.base import Event
from year.carrier import TakenText, YearCarrier
from year.journal import Journal, ShopFacts, Switched
from year.told import Teller

DUE: Final = """
SELECT min(due) AS moment, coalesce(bool_or(lost), false) AS lost FROM (
    (SELECT due_at AS due, false AS lost FROM texts WHERE state IN ('queued', 'held') AND due_at > $1 ORDER BY due_at LIMIT 1)
    UNION ALL (SELECT $1 + interval '30 seconds', false FROM texts WHERE state IN ('queued', 'held') AND due_at <= $1 LIMIT 1)
    UNION ALL (SELECT due_at, true FROM texts WHERE state = 'unsettled' AND due_at > $1 ORDER BY due_at LIMIT 1)
    UNION ALL (SELECT claimed_until + interval '1 second', true FROM texts WHERE state = 'sending'
        AND claimed_until > $1 - interval '1 second' ORDER BY claimed_until LIMIT 1)
) AS next
"""
OWN: Final = "UPDATE leads SET office_owns = $2 WHERE homeowner_id = $1 AND status IN ('new', 'active', 'booked') RETURNING lead_id"
IGNORE: Final = (
    "INSERT INTO ignored_numbers (organization_id, number, added_at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING"
)
IGNORE_NO_MORE: Final = "DELETE FROM ignored_numbers WHERE organization_id = $1 AND number = $2 AND added_at <= $3"

Happening = Callable[[], Awaitable[None]]


class World:
    """`messaging` is one process of it, as `messaging_shop.py` puts it together."""

    def __init__(self, messaging: Any, *, seed: int, start: datetime) -> None:
        self.messaging, self.random, self.journal = messaging, Random(seed), Journal()
        random.seed(seed)  # jitter
        self.clock, self.start = messaging.clock, start
        self.clock.moment = start
        self.tell = Teller(messaging.settings.keys.id_key)
        self.owners: dict[str, UUID] = {}
        self.on_taken: Callable[[TakenText], None] = lambda _: None
        self.carrier = YearCarrier(
            clock=self.clock, seed=seed, journal=self.journal, owners=self.owners.__getitem__, blocks=self._blocks,
            on_taken=self._taken,
        )  # fmt: skip
        messaging.carrier = self.carrier
        self._heap: list[tuple[datetime, int, Happening]] = []
        self._order = itertools.count()
        self._versions: dict[UUID, int] = {}
        self._lost = False
        self._unheard: list[Callable[[], Event]] = []

    @property
    def now(self) -> datetime:
        now: datetime = self.clock.now()
        return now

    @property
    def deaf(self) -> bool:
        """Whether what happens outside does not reach messaging now."""
        return any(since <= self.now < until for since, until in self.journal.silences)

    def shop(self, shop: UUID) -> ShopFacts:
        """As it stands now."""
        return next(each for each in reversed(self.journal.shops) if each.shop == shop)

    def at(self, moment: datetime, happening: Happening) -> None:
        heapq.heappush(self._heap, (max(moment, self.now), next(self._order), happening))

    async def change(self, facts: ShopFacts) -> None:
        """A newer snapshot arrives; from now on its settings count."""
        version = self._versions[facts.shop] = self._versions.get(facts.shop, 0) + 1
        self.owners.update(dict.fromkeys(facts.lines, facts.shop))
        async with self.messaging.database.work() as transaction:
            await self.messaging.organizations.apply(transaction, [self.tell.snapshot(facts, version)])
        self.journal.shops.append(facts)

    async def hear(self, make: Callable[[], Event]) -> None:
        """Something happened outside: messaging is told at once, or once the silence is over. `make` notes that moment."""
        if self.deaf:
            self._unheard.append(make)
        else:
            await self.messaging.hears(make())

    async def switch(self, shop: UUID, number: str, what: str, *, on: bool) -> None:
        """The office acts on a homeowner."""
        homeowner, lead_id = self.tell.homeowner(shop, number), None
        async with self.messaging.database.work() as transaction:
            match what:
                case "paused":
                    await transaction.execute(
                        "UPDATE homeowners SET paused = $2 WHERE homeowner_id = $1", homeowner, on
                    )
                case "owned":
                    lead_id = await transaction.fetch_value(OWN, homeowner, on)
                case _:
                    await transaction.execute(IGNORE if on else IGNORE_NO_MORE, shop, number, self.now)
        if what == "ignored" or lead_id is not None or (what == "paused" and await self._knows(homeowner)):
            switched = Switched(shop=shop, number=number, what=what, on=on, at=self.now, lead_id=lead_id)  # type: ignore[arg-type]  # by name
            self.journal.switched.append(switched)

    async def _knows(self, homeowner: UUID) -> bool:
        async with self.messaging.database.work() as transaction:
            return bool(await transaction.fetch_value("SELECT true FROM homeowners WHERE homeowner_id = $1", homeowner))

    async def run(self, until: datetime) -> None:
        """Everything that happens before `until`, and what follows from it."""
        while (moment := await self._next()) is not None and moment < until:
            self.clock.moment = max(self.now, moment)
            await self._watermark()
            while self._heap and self._heap[0][0] <= self.now:
                await heapq.heappop(self._heap)[2]()
            await self._beat()
        self.clock.moment = until
        self.journal.ended_at = until

    async def silence(self, length: timedelta) -> None:
        """Kafka is away: nothing comes in for a while, then all of it at once."""
        since = self.now
        self.journal.silences.append((since, since + length))
        self.at(since + length, self._catch_up)

    async def _catch_up(self) -> None:
        waiting, self._unheard = self._unheard, []
        if waiting:
            await self.messaging.hears(*[make() for make in waiting])

    async def _next(self) -> datetime | None:
        async with self.messaging.database.work() as transaction:
            due = await transaction.fetch_one(DUE, self.now)
        self._lost = due["lost"]
        known = [each for each in (due["moment"], self._heap[0][0] if self._heap else None) if each is not None]
        return min(known) if known else None

    async def _beat(self) -> None:
        """What messaging's loops do; lost answers are settled only while there are any, since looking costs."""
        await self._watermark()
        await self.messaging.sends()
        if self._lost:
            await self.messaging.settle()
            await self.messaging.sends()

    async def _watermark(self) -> None:
        """In real life it comes every five seconds."""
        if not self.deaf:
            await self.messaging.hears_nothing_new()

    def _taken(self, taken: TakenText) -> None:
        self.on_taken(taken)

    def _blocks(self, line: str) -> bool:
        return self.shop(self.owners[line]).keywords == "provider"


def ids_for(count: int) -> list[UUID]:
    return [ids.new_id() for _ in range(count)]
