"""A carrier with a will of its own: outages, lost answers, refusals, blocks after STOP, reports late, twice and out of order."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from chassis import ids
from chassis.clock import Clock
from messaging.gateway.carrier import Answer, AnswerLost, CarrierText, NeverSent, Outgoing, Refused, Taken
from year.journal import Journal, Left
from year.sayings import CARRIER_STOPS, STARTS

BLOCKING: Final = frozenset(CARRIER_STOPS) - {"ALTO", "PARAR", "STOP ALL", "OPT OUT"}
BAD_LUCK: Final = 0.03
REFUSALS: Final = {"landline": 21614, "blocked": 21610, "busy": 20429}


class Trouble(NamedTuple):
    """`down`: nobody answers; `mute`: it takes and does not say so; `deaf`: neither; `busy`: 429; `dies`: our process does."""

    since: datetime
    until: datetime
    kind: str


class TakenText(NamedTuple):
    """A text that the carrier has, for whoever schedules what follows from it."""

    shop: UUID
    outgoing: Outgoing
    text_id: UUID
    provider_id: str
    at: datetime


@dataclass(kw_only=True)
class YearCarrier:
    """Every line is known to it; `owners` says whose each is, `blocks` whether it heeds STOP by itself for that line."""

    clock: Clock
    seed: int
    journal: Journal
    owners: Callable[[str], UUID]
    blocks: Callable[[str], bool]
    on_taken: Callable[[TakenText], None]

    def __post_init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.landlines: set[str] = set()
        self.blocked: set[tuple[str, str]] = set()
        self.took: dict[tuple[str, str], list[CarrierText]] = {}
        self._tries: Counter[str] = Counter()
        self._count, self._world = 0, ids.new_id().hex[-12:]

    def hears(self, number: str, line: str, body: str) -> None:
        """A homeowner's text passes through it on its way to us."""
        word = body.strip(" .!\"'()*…\n").upper()
        if self.blocks(line) and word in BLOCKING:
            self.blocked.add((line, number))
        if word in (*STARTS, "YES"):
            self.blocked.discard((line, number))

    async def send(self, outgoing: Outgoing) -> Answer:
        trouble, known = self._trouble() or self._bad_luck(outgoing.to_number), self._refusal(outgoing)
        if trouble == "busy" or (trouble is None and known is not None):
            code = REFUSALS["busy"] if known is None or trouble == "busy" else known
            self._note(outgoing, taken=False, code=code)
            return Refused(code, 429 if code == REFUSALS["busy"] else 400)
        if trouble in ("down", "deaf") or known is not None:
            self._note(outgoing, taken=False)
            return NeverSent("refused") if trouble == "down" else AnswerLost("TimeoutError")
        sid = self._take(outgoing)
        if trouble == "dies":
            task = asyncio.current_task()
            if task is not None:
                task.cancel()
            await asyncio.sleep(0)
        return AnswerLost("TimeoutError") if trouble == "mute" else Taken("twilio", sid)

    async def fate(self, *, provider_id: str) -> None:
        """In that year nobody asks."""

    async def texts(self, *, from_number: str, to_number: str) -> list[CarrierText] | None:
        """Its list cannot be read while it is down."""
        return None if self._trouble() == "down" else list(self.took.get((from_number, to_number), ()))

    def _trouble(self) -> str | None:
        now = self.clock.now()
        return next((each.kind for each in self.troubles if each.since <= now < each.until), None)

    def _bad_luck(self, number: str) -> str | None:
        """By the number and how often it was texted: the same seed has the same luck, whatever else happens at that moment."""
        self._tries[number] += 1
        dice = Random(f"{self.seed} {number} {self._tries[number]}")
        return dice.choice(("mute", "deaf", "busy", "dies")) if dice.random() < BAD_LUCK else None

    def _refusal(self, outgoing: Outgoing) -> int | None:
        if outgoing.to_number in self.landlines:
            return REFUSALS["landline"]
        return REFUSALS["blocked"] if (outgoing.from_number, outgoing.to_number) in self.blocked else None

    def _take(self, outgoing: Outgoing) -> str:
        self._count += 1
        sid, now = f"SM{self._world}{self._count:020}", self.clock.now()
        pair = (outgoing.from_number, outgoing.to_number)
        self.took.setdefault(pair, []).insert(0, CarrierText("twilio", sid, outgoing.body, now))
        left = self._note(outgoing, taken=True, provider_id=sid)
        self.on_taken(TakenText(left.shop, outgoing, left.text_id, sid, now + timedelta(seconds=1)))
        return sid

    def _note(
        self, outgoing: Outgoing, *, taken: bool, code: int | None = None, provider_id: str | None = None
    ) -> Left:
        text_id = UUID(parse_qs(urlsplit(outgoing.status_callback).query)["text"][0])
        left = Left(
            shop=self.owners(outgoing.from_number),
            line=outgoing.from_number,
            number=outgoing.to_number,
            text_id=text_id,
            body=outgoing.body,
            at=self.clock.now(),
            taken=taken,
            code=code,
            provider_id=provider_id,
        )
        self.journal.left.append(left)
        return left
