"""After an outage the carrier is asked for its list, which costs no text a try; when it answers, texts leave again, one first."""

import asyncio

from chassis.clock import Clock
from messaging.app.lanes import Lane
from messaging.app.sending import Carriers, Sender


class AskCarriers:
    """A loop's step."""

    def __init__(self, *, sender: Sender, carriers: Carriers, clock: Clock) -> None:
        self._sender, self._carriers, self._clock = sender, carriers, clock

    async def __call__(self) -> bool:
        lanes = list(self._sender.lanes.to_ask(self._clock.now()))
        await asyncio.gather(*[self._ask(lane) for lane in lanes])
        return False

    async def _ask(self, lane: Lane) -> None:
        """Of the line to itself: no such text exists, and none is needed."""
        carrier = self._carriers(lane.organization_id, lane.line)
        listed = await carrier.texts(from_number=lane.line, to_number=lane.line) if carrier is not None else None
        self._sender.lanes.asked(lane, works=listed is not None, now=self._clock.now())
        if listed is not None:
            self._sender.bell.ring()
