"""Calls that the shop's software places: whoever is called takes the phone, and the TwiML is followed."""

import asyncio
import re
from contextlib import suppress
from typing import Final

from carrier import shapes
from carrier.callbacks import Callbacks
from carrier.calls import HungUp, Plan, Run, form_of
from carrier.world import Leg, Number, World, new_sid, now

NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
RING_SECONDS: Final = 0.2


class Outgoing:
    """One task per call."""

    def __init__(self, world: World, callbacks: Callbacks) -> None:
        self._world, self._callbacks = world, callbacks

    def place(self, account: str, form: dict[str, str]) -> Leg:
        """Raises ApiError as Twilio refuses."""
        to, sender = form.get("To", ""), form.get("From", "")
        self._refuse(to, sender, form)
        leg = Leg(
            sid=new_sid("CA"),
            account=account,
            from_number=sender,
            to_number=to,
            direction="outbound-api",
            status="queued",
            started_at=now(),
        )
        self._world.keep_leg(leg)
        self._callbacks.later(self._run(leg, form))
        return leg

    def _refuse(self, to: str, sender: str, form: dict[str, str]) -> None:
        code = shapes.MAGIC_CALL_TO.get(to) or shapes.MAGIC_FROM.get(sender)
        if not to:
            code = 21201
        elif not sender:
            code = 21213
        elif not (form.get("Url") or form.get("Twiml")):
            code = 21205
        elif code is None and not NUMBER.fullmatch(to):
            code = 21217
        if code:
            raise shapes.ApiError(code)

    async def _run(self, leg: Leg, form: dict[str, str]) -> None:
        line = self._world.numbers.get(leg.from_number) or Number(leg.from_number, leg.account, "", "", "")
        leg.status = "ringing"
        await asyncio.sleep(RING_SECONDS)
        leg.status, leg.answered_at = "in-progress", now()
        url, answer = form.get("Url", ""), form.get("Twiml")
        if not answer:
            answer = await self._callbacks.post(url, form_of(leg), account=leg.account, summary="we are called")
        with suppress(HungUp):
            await Run(self._world, self._callbacks, line, leg, Plan(how="answers")).follow(answer, url)
        leg.status, leg.ended_at = "completed", now()
        if form.get("StatusCallback"):
            told = form_of(leg) | {"CallDuration": str(leg.seconds), "SequenceNumber": "3"}
            await self._callbacks.tell(form["StatusCallback"], told, account=leg.account, summary=f"call {leg.status}")
