"""Calls: a homeowner rings, we follow the TwiML that the shop's software answers with, and tell what happened."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from carrier import shapes, twiml
from carrier.callbacks import Callbacks
from carrier.world import Leg, Number, Recording, World, new_sid, now

How = Literal["no_answer", "busy", "answers", "failed", "voicemail", "hangs_up", "declines"]
HIDDEN: Final = "+266696687"
DIAL_STATUS: Final = {
    "no_answer": "no-answer",
    "busy": "busy",
    "failed": "failed",
    "answers": "completed",
    "declines": "completed",
    "voicemail": "no-answer",
    "hangs_up": "canceled",
}
SPEECH_SECONDS: Final = 0.05
MOST_VERBS: Final = 30
OVERTAKEN_SHARE: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a call goes. `ring_seconds` replaces the dial's own time-out; `declines`: a person takes the dialled phone and presses nothing.

    `voicemail`: the shop's own takes a dialled call that asks for a 1, else nobody does; where we record, the caller leaves a message.
    """

    how: How = "no_answer"
    ring_seconds: float | None = None
    talk_seconds: float = 1.0
    message_seconds: int = 7


class Calls:
    """One task per call."""

    def __init__(self, world: World, callbacks: Callbacks) -> None:
        self._world, self._callbacks = world, callbacks

    def ring(self, *, from_number: str, to_number: str, plan: Plan) -> Leg:
        """Returns at once with the caller's leg. Raises LookupError for a line that nobody has."""
        line = self._world.numbers.get(to_number)
        if line is None:
            raise LookupError(f"no line {to_number}")
        leg = Leg(
            sid=new_sid("CA"),
            account=line.account,
            from_number=from_number,
            to_number=to_number,
            direction="inbound",
            status="ringing",
            started_at=now(),
        )
        self._world.keep_leg(leg)
        self._world.tell("call", sid=leg.sid, from_number=from_number, to_number=to_number, status="ringing")
        self._callbacks.later(self._run(line, leg, plan))
        return leg

    async def _run(self, line: Number, leg: Leg, plan: Plan) -> None:
        answer = await self._callbacks.post(
            line.voice_url, form_of(leg), account=line.account, summary="a homeowner rings"
        )
        run = Run(self._world, self._callbacks, line, leg, plan)
        with suppress(HungUp):
            await run.follow(answer, line.voice_url)
        leg.ended_at = now()
        leg.status = "completed" if leg.answered_at else ("no-answer" if not leg.hung_up.is_set() else "canceled")
        self._world.tell(
            "call", sid=leg.sid, from_number=leg.from_number, to_number=leg.to_number, status="ended", end=leg.status
        )
        form = form_of(leg) | {
            "CallDuration": str(leg.seconds),
            "Duration": str(-(-leg.seconds // 60)),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": "0",
            "Timestamp": shapes.rfc2822(now()) or "",
        }
        await self._callbacks.tell(line.voice_status_url, form, account=line.account, summary=f"call {leg.status}")

    def hang_up(self, sid: str) -> bool:
        """The caller hangs up. False when there is no such call under way."""
        leg = self._world.legs.get(sid)
        if leg is None or leg.ended_at is not None:
            return False
        leg.hung_up.set()
        return True


class HungUp(Exception):
    """The caller is gone."""


class Run:
    """Follows one call's TwiML."""

    def __init__(self, world: World, callbacks: Callbacks, line: Number, leg: Leg, plan: Plan) -> None:
        self._world, self._callbacks, self._line, self._leg, self._plan = world, callbacks, line, leg, plan

    async def follow(self, answer: str | None, base: str) -> None:
        """Verb by verb; an `action` or `Redirect` brings new ones."""
        waiting, done = twiml.verbs(answer), 0
        while waiting and done < MOST_VERBS:
            verb, waiting, done = waiting[0], waiting[1:], done + 1
            following = await self._do(verb, base)
            if following is not None:
                waiting = following

    async def _do(self, verb: Element, base: str) -> list[Element] | None:
        match verb.tag:
            case "Dial":
                return await self._dial(verb, base)
            case "Record":
                return await self._record(verb, base)
            case "Redirect":
                return await self._ask(urljoin(base, (verb.text or "").strip()), {})
            case "Hangup" | "Reject":
                return []
            case "Say" | "Play" | "Pause" | "Gather":
                self._pick_up()
                await self._wait(SPEECH_SECONDS)
                return None
            case _:
                return None

    async def _dial(self, verb: Element, base: str) -> list[Element] | None:
        number = verb.find("Number")
        to = (number.text if number is not None else verb.text) or ""
        child = Leg(
            sid=new_sid("CA"), account=self._line.account, from_number=self._leg.from_number, to_number=to.strip(), direction="outbound-dial", status="ringing",
            started_at=now(), parent=self._leg.sid,
        )  # fmt: skip
        self._world.keep_leg(child)
        gone = await self._ring(twiml.seconds(verb, "timeout", 30))
        bridged = False if gone else await self._shop(child, number, base)
        child.ended_at = now()
        child.status = self._dialled(child, gone=gone)
        self._world.tell(
            "call",
            sid=self._leg.sid,
            from_number=self._leg.from_number,
            to_number=self._leg.to_number,
            status="dialled",
            end=child.status,
            bridged=bridged,
            rang_seconds=round(((child.answered_at or child.ended_at) - child.started_at).total_seconds()),
        )
        form = {"DialCallSid": child.sid, "DialCallStatus": child.status, "DialBridged": "true" if bridged else "false"}
        form |= {"DialCallDuration": str(child.seconds)} if child.answered_at else {}
        action = urljoin(base, verb.get("action", "")) if verb.get("action") else None
        if action and self._overtaken():
            self._callbacks.later(self._ask(action, form))
            return []
        following = await self._ask(action, form) if action else None
        if gone:
            raise HungUp
        return following

    def _dialled(self, child: Leg, *, gone: bool) -> str:
        """A phone that somebody or something took is `completed`, whoever it was."""
        if gone and child.answered_at is None:
            return "canceled"
        return "completed" if child.answered_at else DIAL_STATUS[self._plan.how]

    def _overtaken(self) -> bool:
        """Out of order: every other time the call's end is told while this one is still on its way."""
        faults = self._world.faults
        return faults.reorder and faults.random.random() < OVERTAKEN_SHARE

    async def _ring(self, longest: float) -> bool:
        """True when the caller hung up while it rang."""
        rings = longest if self._plan.ring_seconds is None else self._plan.ring_seconds
        if self._plan.how == "hangs_up":
            await self._sleep(rings / 2)
            self._leg.hung_up.set()
        elif self._plan.how in ("no_answer", "voicemail"):
            await self._sleep(rings)
        else:
            await self._sleep(min(rings, 1.0))
        return self._leg.hung_up.is_set()

    async def _shop(self, child: Leg, number: Element | None, base: str) -> bool:
        """What the dialled phone does; True when the two spoke. The shop's own voicemail takes the call and presses nothing."""
        whisper = number.get("url") if number is not None else None
        if self._plan.how not in ("answers", "declines") and not (self._plan.how == "voicemail" and whisper):
            return False
        child.answered_at, child.status = now(), "in-progress"
        if whisper and not await self._whisper(child, urljoin(base, whisper)):
            return False
        self._pick_up()
        await self._sleep(self._plan.talk_seconds)
        return True

    async def _whisper(self, child: Leg, address: str) -> bool:
        """Press 1 on the shop's phone: a person does, a voicemail does not."""
        answer = await self._callbacks.post(
            address,
            form_of(child) | {"ParentCallSid": self._leg.sid},
            account=child.account,
            summary="press 1 to take the call",
        )
        for verb in twiml.verbs(answer):
            if verb.tag != "Gather" or self._plan.how != "answers":
                continue
            form = form_of(child) | {"ParentCallSid": self._leg.sid, "Digits": "1", "msg": "Gather End"}
            pressed = await self._callbacks.post(
                urljoin(address, verb.get("action", "")), form, account=child.account, summary="pressed 1"
            )
            return not any(each.tag == "Hangup" for each in twiml.verbs(pressed))
        return False

    async def _record(self, verb: Element, base: str) -> list[Element] | None:
        self._pick_up()
        await self._wait(SPEECH_SECONDS)
        if self._plan.how != "voicemail":
            raise HungUp
        sid, seconds = new_sid("RE"), str(self._plan.message_seconds)
        address = f"https://api.twilio.com/{shapes.VERSION}/Accounts/{self._line.account}/Recordings/{sid}"
        form = {"RecordingSid": sid, "RecordingUrl": address, "RecordingDuration": seconds}
        self._world.keep_recording(
            Recording(sid=sid, account=self._line.account, call=self._leg.sid, seconds=int(seconds), started_at=now())
        )
        callback = verb.get("recordingStatusCallback")
        if callback:
            told = (
                form_of(self._leg)
                | form
                | {"RecordingStatus": "completed", "RecordingChannels": "1", "RecordingSource": "RecordVerb"}
            )
            self._callbacks.later(
                self._callbacks.post(
                    urljoin(base, callback), told, account=self._line.account, summary=f"voicemail, {seconds} s"
                )
            )
        return (
            await self._ask(urljoin(base, verb.get("action", "")), form | {"Digits": "hangup"})
            if verb.get("action")
            else None
        )

    async def _ask(self, address: str, form: dict[str, str]) -> list[Element]:
        summary = form.get("DialCallStatus") or ("voicemail" if "RecordingSid" in form else "go on")
        answer = await self._callbacks.post(
            address, form_of(self._leg) | form, account=self._line.account, summary=summary
        )
        return twiml.verbs(answer)

    def _pick_up(self) -> None:
        if self._leg.answered_at is None:
            self._leg.answered_at, self._leg.status = now(), "in-progress"

    async def _wait(self, seconds: float) -> None:
        await self._sleep(seconds)
        if self._leg.hung_up.is_set():
            raise HungUp

    async def _sleep(self, seconds: float) -> None:
        """Ends early when the caller hangs up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._leg.hung_up.wait()


def form_of(leg: Leg) -> dict[str, str]:
    return {
        "AccountSid": leg.account, "ApiVersion": shapes.VERSION, "CallSid": leg.sid, "CallStatus": leg.status, "Called": leg.to_number, "CalledCity": "CHICAGO",
        "CalledCountry": "US", "CalledState": "IL", "CalledZip": "60601", "Caller": leg.from_number, "CallerCity": "CHICAGO", "CallerCountry": "US",
        "CallerState": "IL", "CallerZip": "60601", "Direction": leg.direction, "From": leg.from_number, "FromCity": "CHICAGO", "FromCountry": "US",
        "FromState": "IL", "FromZip": "60601", "To": leg.to_number, "ToCity": "CHICAGO", "ToCountry": "US", "ToState": "IL", "ToZip": "60601",
    }  # fmt: skip
