"""A carrier in memory, for tests of what is made of its answers. It passes the suite that the real adapter passes."""

import asyncio

from chassis import ids
from chassis.clock import Clock
from messaging.gateway.carrier import Answer, AnswerLost, CarrierText, Fate, Outgoing, Taken


class PretendCarrier:
    """Keeps what it takes. `answers` are given first, one per text; then it takes everything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.took: list[tuple[Outgoing, CarrierText]] = []
        self.asked: list[Outgoing] = []
        self.answers: list[Answer] = []
        self.loses_answers = False
        self.lists = True
        self.fates: dict[str, Fate] = {}
        self.asked_for: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, outgoing: Outgoing) -> Answer:
        self.asked.append(outgoing)
        await self.gate.wait()
        if self.answers:
            return self.answers.pop(0)
        sid = f"SM{ids.new_id().hex}"
        self.took.append((outgoing, CarrierText("twilio", sid, outgoing.body, self._clock.now())))
        return AnswerLost("TimeoutError") if self.loses_answers else Taken("twilio", sid)

    async def texts(self, *, from_number: str, to_number: str) -> list[CarrierText] | None:
        if not self.lists:
            return None
        return [kept for sent, kept in self.took if (sent.from_number, sent.to_number) == (from_number, to_number)]

    async def fate(self, *, provider_id: str) -> Fate | None:
        self.asked_for.append(provider_id)
        known = any(kept.provider_id == provider_id for _, kept in self.took)
        return self.fates.get(provider_id, Fate("sent", None)) if known and self.lists else None

    def bodies(self, number: str) -> list[str]:
        return [sent.body for sent, _ in self.took if sent.to_number == number]
