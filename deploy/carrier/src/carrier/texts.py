"""Texts: taken from the shop and delivered, or written by a homeowner."""

import asyncio
import re
from typing import Final
from xml.etree.ElementTree import Element

from carrier import shapes, twiml
from carrier.callbacks import Callbacks
from carrier.world import Message, Number, World, new_sid, now

STOP: Final = frozenset({"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START: Final = frozenset({"START", "UNSTOP", "YES"})
HELP: Final = frozenset({"HELP", "INFO"})
ANSWERS: Final = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
STEP_SECONDS: Final = 0.15
LONGEST: Final = 1600
MOST_MEDIA: Final = 10
NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")


class Texts:
    """Both directions."""

    def __init__(self, world: World, callbacks: Callbacks) -> None:
        self._world, self._callbacks = world, callbacks

    def take(self, account: str, form: dict[str, str], media: tuple[str, ...] = ()) -> Message:
        """A text of the shop, with the addresses of its photos. Raises ApiError as Twilio refuses."""
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        self._refuse(account, to, sender, body, form)
        if len(media) > MOST_MEDIA:
            raise shapes.ApiError(21623)
        message = Message(
            sid=new_sid("SM"), account=account, from_number=sender, to_number=to, body=body, direction="outbound-api", status="queued", created_at=now(),
            status_callback=form.get("StatusCallback"), service=form.get("MessagingServiceSid"), segments=_segments(body),
            media=media,
        )  # fmt: skip
        self._world.keep_message(message)
        self._world.taken += 1
        self._world.tell(
            "text", direction="out", sid=message.sid, from_number=sender, to_number=to, body=body, status="queued"
        )
        self._callbacks.later(self._deliver(message))
        return message

    def _refuse(self, account: str, to: str, sender: str, body: str, form: dict[str, str]) -> None:
        code = shapes.MAGIC_TO.get(to) or shapes.MAGIC_FROM.get(sender) or self._world.faults.refuse.get(to)
        if code:
            raise shapes.ApiError(code)
        if not to:
            raise shapes.ApiError(21604)
        if not (sender or form.get("MessagingServiceSid")):
            raise shapes.ApiError(21603)
        if not (body or form.get("MediaUrl")):
            raise shapes.ApiError(21602)
        if len(body) > LONGEST:
            raise shapes.ApiError(21617)
        if not NUMBER.fullmatch(to):
            raise shapes.ApiError(21211, detail=f"The 'To' number {to} is not a valid phone number.")
        if to == shapes.LANDLINE:
            raise shapes.ApiError(21614)
        line = self._world.numbers.get(sender)
        if line is not None and line.account != account:
            raise shapes.ApiError(21606)
        if (sender, to) in self._world.blocked:
            raise shapes.ApiError(21610)

    async def _deliver(self, message: Message) -> None:
        code = self._world.faults.undeliverable.get(message.to_number) or self._world.faults.undeliverable.get("*")
        for status in ("queued", "sent", "undelivered" if code else "delivered"):
            if status != "queued":
                await asyncio.sleep(STEP_SECONDS)
                message.sent_at = message.sent_at or now()
            message.status = status
            message.error_code = code if status == "undelivered" else None
            if status not in ("queued", "sent"):
                self._world.tell("delivery", sid=message.sid, to_number=message.to_number, status=status, code=code)
            if message.status_callback:
                form = _status_form(message)
                await self._callbacks.tell(message.status_callback, form, account=message.account, summary=status)

    async def write(self, *, from_number: str, to_number: str, body: str, media: tuple[str, ...] = ()) -> Message:
        """A homeowner's text. Raises LookupError for a line that nobody has."""
        line = self._world.numbers.get(to_number)
        if line is None:
            raise LookupError(f"no line {to_number}")
        message = Message(
            sid=new_sid("MM" if media else "SM"), account=line.account, from_number=from_number, to_number=to_number, body=body, direction="inbound",
            status="received", created_at=now(), sent_at=now(), segments=_segments(body), media=media,
        )  # fmt: skip
        self._world.keep_message(message)
        self._world.tell(
            "text",
            direction="in",
            sid=message.sid,
            from_number=from_number,
            to_number=to_number,
            body=body,
            status="received",
        )
        word = self._word(line, from_number, body)
        self._callbacks.later(self._announce(line, message, word))
        return message

    def _word(self, line: Number, homeowner: str, body: str) -> str | None:
        """What the carrier itself does with STOP, START and HELP; nothing where the account answers them."""
        said = body.strip().upper()
        word = "STOP" if said in STOP else "START" if said in START else "HELP" if said in HELP else None
        pair = (line.number, homeowner)
        if (
            line.keywords != "provider"
            or word is None
            or (word == "START" and said == "YES" and pair not in self._world.blocked)
        ):
            return None
        if word == "STOP":
            self._world.blocked.add(pair)
        elif word == "START":
            self._world.blocked.discard(pair)
        self._reply(line, homeowner, ANSWERS[word])
        return word

    def _reply(self, line: Number, homeowner: str, body: str) -> None:
        message = Message(
            sid=new_sid("SM"), account=line.account, from_number=line.number, to_number=homeowner, body=body, direction="outbound-reply", status="delivered",
            created_at=now(), sent_at=now(), segments=_segments(body),
        )  # fmt: skip
        self._world.keep_message(message)
        self._world.tell(
            "text",
            direction="out",
            sid=message.sid,
            from_number=line.number,
            to_number=homeowner,
            body=body,
            status="by the carrier",
        )

    async def _announce(self, line: Number, message: Message, word: str | None) -> None:
        answer = await self._callbacks.post(
            line.sms_url, _inbound_form(message, word), account=line.account, summary=_short(message.body)
        )
        for verb in twiml.verbs(answer):
            if verb.tag == "Message":
                self._reply(line, message.from_number, _words(verb))


def _inbound_form(message: Message, word: str | None) -> dict[str, str]:
    form = {
        "ToCountry": "US", "ToState": "IL", "SmsMessageSid": message.sid, "NumMedia": str(len(message.media)), "ToCity": "CHICAGO", "FromZip": "60601",
        "SmsSid": message.sid, "FromState": "IL", "SmsStatus": "received", "FromCity": "CHICAGO", "Body": message.body, "FromCountry": "US",
        "To": message.to_number, "ToZip": "60601", "NumSegments": str(message.segments), "MessageSid": message.sid, "AccountSid": message.account,
        "From": message.from_number, "ApiVersion": shapes.VERSION,
    }  # fmt: skip
    for index, url in enumerate(message.media):
        form |= {f"MediaUrl{index}": url, f"MediaContentType{index}": "image/jpeg"}
    return form | ({"OptOutType": word} if word else {})


def _status_form(message: Message) -> dict[str, str]:
    form = {
        "SmsSid": message.sid, "SmsStatus": message.status, "MessageStatus": message.status, "To": message.to_number, "MessageSid": message.sid,
        "AccountSid": message.account, "From": message.from_number, "ApiVersion": shapes.VERSION,
    }  # fmt: skip
    if message.error_code:
        form["ErrorCode"] = str(message.error_code)
    if message.service:
        form["MessagingServiceSid"] = message.service
    return form


def _words(verb: Element) -> str:
    return " ".join("".join(verb.itertext()).split())


def _short(body: str) -> str:
    return f"“{body[:30]}…”" if len(body) > 31 else f"“{body}”"  # noqa: PLR2004 -- a line's room


def _segments(body: str) -> int:
    plain = all(ord(letter) < 128 for letter in body)  # noqa: PLR2004 -- near enough for a stand-in's bill
    one, many = (160, 153) if plain else (70, 67)
    return 1 if len(body) <= one else -(-len(body) // many)
