"""What a row of the inbox says: the last words, why it stands where it stands, and its place in the list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from messaging.domain.leads import Turn

SEATS: Final[dict[Turn, int]] = {"office": 1, "automation": 2, "homeowner": 3, "nobody": 4}
URGENT_SEAT: Final = 0
SEAT_WIDTH: Final = 10_000_000_000_000
"""More milliseconds than any moment has."""
FAILED: Final = frozenset({"failed", "undelivered", "unsettled"})
ASKS: Final = "Asking the carrier whether it arrived"
NOBODY_KNOWS: Final = "Nobody knows whether it arrived"
MISSED_WORDS: Final[dict[str, str]] = {
    "no_answer": "nobody picked up",
    "busy": "the line was busy",
    "failed": "the call did not get through",
    "canceled": "it was canceled",
    "hung_up": "the caller hung up",
    "not_accepted": "nobody took it",
    "already_missed": "nobody picked up",
    "voicemail": "the caller was sent to voicemail",
}
REASONS: Final = ("lost", "spam", "wrong number", "duplicate", "out of area", "no response")
"""Why the office closes a lead: product rules, section 3."""


def place(turn: Turn, *, last_at: datetime, urgent: bool = False) -> int:
    """The office's turn first, urgent ones above all, then the newest: one number, so that a page continues exactly."""
    seat = URGENT_SEAT if urgent and turn == "office" else SEATS[turn]
    since = int(last_at.astimezone(UTC).timestamp() * 1000)
    return seat * SEAT_WIDTH + (SEAT_WIDTH - 1 - since)


def places(turn: Turn) -> tuple[int, int]:
    """The first place of a turn's group, and the first behind it."""
    first = URGENT_SEAT if turn == "office" else SEATS[turn]
    return first * SEAT_WIDTH, (SEATS[turn] + 1) * SEAT_WIDTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A lead as its row needs it. `item` is the newest call or text of the homeowner, `text` the newest of ours."""

    status: str
    turn: Turn
    hidden: bool
    ended_reason: str | None
    handed_over: str | None
    asked_for_a_call: bool
    draft_waits: bool
    opted_out: bool
    item: Mapping[str, Any] | None
    text: Mapping[str, Any] | None


def says(lead: Summary) -> str:
    """The last words, whoever said them."""
    text = _own_text(lead)
    if text is None:
        return "Opened by the office" if lead.item is None else _heard(lead.item)
    if text["state"] == "unsettled":
        return ASKS if lead.turn == "automation" else NOBODY_KNOWS
    if text["state"] in FAILED:
        return str(text["reason"] or "Text not delivered")
    words = text["body"] or "sent a photo"
    return str(words) if said_by(lead) else f"{'Office' if text['text_class'] == 'staff' else 'Automation'}: {words}"


def said_by(lead: Summary) -> str | None:
    """The id of the member whose words `says` are: the list puts a name before them, which is `You` to themselves."""
    text = _own_text(lead)
    return text.get("written_by") if text is not None and text["state"] not in FAILED else None


def _own_text(lead: Summary) -> Mapping[str, Any] | None:
    """Ours where it is the last word."""
    item, text = lead.item, lead.text
    if text is None or (item is not None and text["at"] < item["at"]):
        return None
    if text["state"] in FAILED or item is None:
        return text
    if lead.turn == "office" and text["text_class"] != "staff":
        return None  # what is to be answered, not what automation said to it
    return None if text["state"] in ("suppressed", "held", "awaiting_approval") else text


def _heard(item: Mapping[str, Any]) -> str:
    if item["kind"] == "text_in":
        return str(item["body"] or "Sent a photo")
    detail = item["detail"]
    seconds = detail.get("seconds")
    match detail.get("outcome"):
        case "voicemail":
            return "Missed call, left a voicemail"
        case "answered":
            return "Call answered"
        case "office":
            return "The office called"
        case _:
            return f"Missed call, rang {seconds} s" if seconds else "Missed call"


def why(lead: Summary) -> str:
    """Why it is this one's turn."""
    match lead.turn:
        case "office":
            return _why_office(lead)
        case "automation":
            text = lead.text or {}
            return str(text.get("sentence") or "") if text.get("state") == "held" else "A text is on its way"
        case "homeowner":
            if lead.status == "booked":
                return "Booked · not confirmed yet"
            return "Nobody wrote yet" if lead.text is None else "Waiting for an answer"
        case "nobody":
            return _why_nobody(lead)


def _why_office(lead: Summary) -> str:
    if lead.draft_waits:
        return "A draft waits for your OK"
    if lead.asked_for_a_call:
        return "Opted out · call about the visit" if lead.opted_out else "Call about the visit"
    if lead.handed_over:
        return lead.handed_over
    text, item = lead.text, lead.item
    if text is not None and text["state"] in FAILED and (item is None or text["at"] >= item["at"]):
        return "Call instead"
    if item is not None and item["kind"] == "call":
        unsent = text is not None and text["state"] == "suppressed"
        return str(text["sentence"]) if unsent and text else "Call back"
    return "Opted out · wrote again" if lead.opted_out else "Wrote, no answer yet"


def _why_nobody(lead: Summary) -> str:
    if lead.status == "closed":
        return f"Closed: {lead.ended_reason or 'by the office'}"
    if lead.status == "won":
        return "Won"
    if lead.hidden:
        return "Cannot be texted: hidden number"
    return "Booked · confirmed"
