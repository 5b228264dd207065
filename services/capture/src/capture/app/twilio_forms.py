"""Twilio's forms as the product's facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote, urlencode

import msgspec

from capture.domain.call_story import FINAL, Heard, Recording
from contracts.inbound import DeliveryState, Media

Form = Mapping[str, str]

MOST_FIELDS: Final = 300
MOST_MEDIA: Final = 10
JSON: Final = "application/json"
STATES: Final[dict[str, DeliveryState]] = {
    "accepted": "queued", "scheduled": "queued", "queued": "queued", "sending": "sending", "sent": "sent", "delivered": "delivered",
    "read": "delivered", "undelivered": "undelivered", "failed": "failed", "canceled": "failed",
}  # fmt: skip
WORDS: Final = frozenset({"STOP", "START", "HELP"})


class MalformedBodyError(Exception):
    """Neither a form nor a flat JSON object."""


def fields(*, content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Name and value in the order sent. Raises MalformedBodyError."""
    try:
        if content_type.partition(";")[0].strip().lower() == JSON:
            found = msgspec.json.decode(body, type=dict[str, Any])
            return [(name, _plain(value)) for name, value in found.items()]
        return _split(body.decode())
    except ValueError as error:  # msgspec's and unicode's errors are ValueErrors too
        raise MalformedBodyError from error


def form(found: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The first value of each field. NUL, which no text column can hold, becomes the replacement character."""
    values: dict[str, str] = {}
    for name, value in found:
        values.setdefault(name, value.replace("\0", "\ufffd"))
    return values


def encoded(values: Form) -> bytes:
    """A form as it would have come."""
    return urlencode(values).encode()


def heard(kind: str, values: Form, at: datetime) -> Heard:
    """What one voice callback tells. `kind` is the last part of its route, or `fetched` for a look at the provider's record."""
    caller = values.get("From", values.get("Caller"))
    status = values.get("CallStatus", "")
    final = status if status in FINAL else None
    match kind:
        case "inbound":
            return Heard(at=at, caller=caller or "", came_in=True)
        case "dial-complete":
            bridged = {"true": True, "false": False}.get(values.get("DialBridged", ""))
            talked = _number(values.get("DialCallDuration"))
            return Heard(
                at=at, caller=caller, dial=values.get("DialCallStatus"), bridged=bridged, talked_seconds=talked
            )
        case "accept":
            return Heard(at=at, accepted=values.get("Digits") == "1")
        case "recording":
            return Heard(at=at, caller=caller, recording=_recording(values))
        case "fetched":
            return _fetched(values, at, caller or "", final)
        case _:
            return Heard(at=at, caller=caller, final=final, ended_at=at if final else None)


def _fetched(values: Form, at: datetime, caller: str, final: str | None) -> Heard:
    ended = values.get("EndedAt")
    return Heard(
        at=at, caller=caller, came_in=True, leg=values.get("LegStatus") or None, talked_seconds=_number(values.get("LegDuration")), final=final,
        ended_at=datetime.fromisoformat(ended) if ended else None, looked_up=final is not None, recording=_recording(values),
    )  # fmt: skip


def _recording(values: Form) -> Recording | None:
    recording_id, seconds = values.get("RecordingSid"), _number(values.get("RecordingDuration"))
    if not recording_id or not seconds or values.get("RecordingStatus", "completed") != "completed":
        return None
    return Recording(recording_id=recording_id, url=values.get("RecordingUrl", ""), seconds=seconds)


def media(values: Form) -> tuple[Media, ...]:
    """Pictures that came with a text."""
    count = min(_number(values.get("NumMedia")) or 0, MOST_MEDIA)
    found = [(values.get(f"MediaUrl{index}"), values.get(f"MediaContentType{index}", "")) for index in range(count)]
    return tuple(Media(url=url, content_type=kind) for url, kind in found if url)


def delivery(values: Form) -> tuple[DeliveryState, str, int | None]:
    """State, the provider's own word for it, and its error code; a word that we do not know is `unknown`."""
    raw = values.get("MessageStatus") or values.get("SmsStatus") or ""
    return STATES.get(raw, "unknown"), raw, _number(values.get("ErrorCode")) or None


def _number(text: str | None) -> int | None:
    """At most nine digits: what is longer is no count."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004 -- as said


def _split(text: str) -> list[tuple[str, str]]:
    """As `urllib.parse.parse_qsl` does it strictly, in half of the time: most fields have nothing to decode. Raises ValueError."""
    parts = text.replace("+", " ").split("&")
    if len(parts) > MOST_FIELDS:
        raise ValueError("too many fields")
    found = []
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError("a field without a value")
        found.append((unquote(name) if "%" in name else name, unquote(value) if "%" in value else value))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
