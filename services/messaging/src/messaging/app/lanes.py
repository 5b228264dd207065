"""Who may send now: a lane for each sender (a number and the account behind it), with its pace, its breaker and its share of the hands."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis import ids
from chassis.log import get_logger
from chassis.metrics import counter, gauge
from chassis.organizations import Organizations
from chassis.rush import Rush
from messaging.domain.breaker import Breaker
from messaging.domain.delivery import error_class, left_alone_until
from messaging.domain.pace import Grant, Pace, granted
from messaging.gateway.carrier import Answer, Refused, Taken
from messaging.store.texts import Text

HANDS: Final = 128
"""Texts on their way at a time in this process."""
HANDS_MEANWHILE: Final = 8
"""While a backlog is worked off: what was heard goes before what is to be said, a STOP among it."""
FEW: Final = 8
"""A sender that may send more than this is not asked for less: what is too much is looked at in vain, and stays."""

log = get_logger(__name__)
_lanes: Final = gauge("senders", "Senders that were used since the start, by the state of their breaker", ("state",))
_turns: Final = counter("sender_breaker_turns", "Breakers that changed their state", ("to",))
_waits: Final = counter("texts_kept_waiting", "Times that a text was not let through, by what it waits for", ("what",))


class Lane:
    """One sender."""

    def __init__(self, organization_id: UUID, line: str, grant: Grant) -> None:
        self.organization_id, self.line = organization_id, line
        self.pace, self.breaker = Pace(grant), Breaker()


class Lanes:
    """In memory, for this process alone, which is one of `processes`. Nobody holds more hands than are free, so there is
    always one for a newcomer.
    """

    def __init__(self, *, organizations: Organizations, rush: Rush | None = None) -> None:
        self._organizations, self._rush = organizations, rush
        self.processes = 1
        self._lanes: dict[str, Lane] = {}
        self._held: Counter[UUID] = Counter()

    @property
    def free(self) -> int:
        """Hands that have nothing to do."""
        rush = self._rush is not None and self._rush.on
        return max(0, (HANDS_MEANWHILE if rush else HANDS) - self._held.total())

    def held_by(self, organization_id: UUID) -> int:
        return self._held[organization_id]

    def of(self, organization_id: UUID, line: str) -> Lane:
        """With the pace as the shop's snapshot tells it."""
        grant = self._grant(organization_id, line)
        lane = self._lanes.get(line)
        if lane is None or lane.organization_id != organization_id:
            lane = self._lanes[line] = Lane(organization_id, line, grant)
            self._count()
        lane.pace.become(grant)
        return lane

    def draft(self, now: datetime) -> "Draft":
        """What may leave now, before anything of it has left."""
        return Draft(self, now)

    def budgets(self, now: datetime) -> Mapping[str, int]:
        """How many texts may leave of each sender that has little left just now."""
        budgets = {
            lane.line: min(lane.breaker.room, max(0, math.ceil(lane.pace.free(now)))) for lane in self._lanes.values()
        }
        return {line: budget for line, budget in budgets.items() if budget < FEW}

    def shares(self) -> Mapping[UUID, int]:
        """How many more each shop may have that has texts on their way: as many as leave it no more than are free then."""
        return {own: max(0, (self.free - held + 1) // 2) for own, held in self._held.items()}

    @property
    def shares_are_used_up(self) -> bool:
        """Some shop has all the hands that it may have: texts of it that wait were not even looked at."""
        return any(share <= 0 for share in self.shares().values())

    def left(self, text: Text, now: datetime) -> None:
        """A hand took it."""
        self._held[text.organization_id] += 1
        lane = self.of(text.organization_id, text.from_number or "")
        lane.pace.take(text.segments, now=now)
        lane.breaker.left()

    def came_back(self, text: Text, answer: Answer | None, now: datetime) -> bool:
        """The hand is free again; None: the carrier was never asked. True when texts may wait for just this."""
        self._held -= Counter([text.organization_id])
        lane = self.of(text.organization_id, text.from_number or "")
        not_before = left_alone_until(answer.retry_after, now=now) if isinstance(answer, Refused) else None
        works = None if answer is None else _works(answer)
        turned = lane.breaker.answered(works=works, now=now, jitter=_jitter(), not_before=not_before)
        if turned:
            self._turned(lane)
        return turned or lane.breaker.state == "trying"

    def to_ask(self, now: datetime) -> Iterable[Lane]:
        """Those whose carrier may be back."""
        return [lane for lane in self._lanes.values() if lane.breaker.asks(now)]

    def asked(self, lane: Lane, *, works: bool, now: datetime) -> None:
        """After a harmless question to its carrier."""
        if lane.breaker.asked(works=works, now=now, jitter=_jitter()):
            self._turned(lane)

    def _turned(self, lane: Lane) -> None:
        state = lane.breaker.state
        _turns.labels(state).inc()
        self._count()
        tell = log.warning if state == "open" else log.info
        sender = ids.derived_id("sender", lane.line).hex[:12]  # a number stands in no log
        tell("sender_turned", organization_id=str(lane.organization_id), sender=sender, state=state)

    def _count(self) -> None:
        states = Counter(lane.breaker.state for lane in self._lanes.values())
        for state in ("closed", "open", "trying"):
            _lanes.labels(state).set(states[state])

    def _grant(self, organization_id: UUID, line: str) -> Grant:
        shop = self._organizations.get(organization_id)
        told = next((each.segments_per_second for each in shop.numbers if each.number == line), None) if shop else None
        return granted(line, told=told, among=self.processes)


class Draft:
    """Texts that are to leave together: each that is admitted takes of what the next may have."""

    def __init__(self, lanes: Lanes, now: datetime) -> None:
        self._lanes, self._now = lanes, now
        self._hands: Counter[UUID] = Counter()
        self._texts: Counter[str] = Counter()
        self._segments: Counter[str] = Counter()
        self.refused = 0

    @property
    def free(self) -> int:
        return self._lanes.free - self._hands.total()

    def admits(self, text: Text) -> bool:
        """Whether a hand, its sender's breaker and its sender's pace let it leave now."""
        what = self._waits_for(text)
        if what is not None:
            self.refused += 1
            _waits.labels(what).inc()
            return False
        line = text.from_number or ""
        self._hands[text.organization_id] += 1
        self._texts[line] += 1
        self._segments[line] += text.segments
        return True

    def _waits_for(self, text: Text) -> str | None:
        own = self._lanes.held_by(text.organization_id) + self._hands[text.organization_id]
        if own >= self.free:
            return "hand"
        line = text.from_number or ""
        lane = self._lanes.of(text.organization_id, line)
        if lane.breaker.room <= self._texts[line]:
            return "carrier"
        return "pace" if lane.pace.free(self._now) - self._segments[line] <= 0 else None


def _works(answer: Answer) -> bool:
    """A refusal for good is an answer of a carrier that works; what may pass by itself, or never came, is none."""
    if isinstance(answer, Refused):
        return error_class(answer.code, http_status=answer.http_status) != "transient"
    return isinstance(answer, Taken)


def _jitter() -> float:
    return random.random()  # noqa: S311 -- jitter
