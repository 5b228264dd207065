"""A thread in words: one line for each call, text, note and act of the office, as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from messaging.domain.acts import Told, act
from messaging.domain.inbox import ASKS, MISSED_WORDS, NOBODY_KNOWS
from messaging.domain.mending import Mend, mend_of_stored
from messaging.domain.wording import clock_time

Kind = Literal["in", "out", "event", "note"]
MINUTE: Final = 60
HELD_LONGER: Final = timedelta(minutes=1)
"""A text that waited less was not held for anybody to notice."""
CALL_INSTEAD: Final = frozenset({"failed", "undelivered", "unsettled"})
LEFT: Final = frozenset({"sent", "delivered", "undelivered", "queued", "sending", "unsettled"})
CLASS_WORDS: Final[Mapping[str, str]] = {
    "first_reply": "First reply",
    "follow_up": "Follow-up",
    "response": "Answer",
    "slot_offer": "Open times",
    "confirmation": "Confirmation",
    "change_notice": "Changed visit",
    "cancel_notice": "Cancelled visit",
    "reminder": "Reminder",
    "on_my_way": "On my way",
    "review_request": "Review request",
    "staff": "Text of the office",
    "compliance": "Answer to a carrier word",
    "safety": "Safety text",
    "staff_alert": "Alert",
}
PLAIN: Final[Mapping[str, Told]] = {
    "queued": Told("clock", "", "Sending"),
    "sending": Told("clock", "", "Sending"),
    "sent": Told("check", "", "Sent"),
    "delivered": Told("check-check", "", "Delivered"),
    "awaiting_approval": Told("eye", "waiting", "Waits for your OK"),
}
WORDS_OF_CARRIERS: Final[Mapping[str, str]] = {
    "stop": "opts out of texts",
    "plain_stop": "opts out of texts",
    "start": "wants texts again",
    "help": "asked for help",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`key` names it on the page; `icon` and `tone` are the design's. A text of ours has `text_id` and can be explained;
    one that did not leave may have something to `mend`.
    """

    key: str
    kind: Kind
    at: datetime
    icon: str = ""
    tone: str = ""
    title: str = ""
    words: str = ""
    body: str = ""
    by: str = ""
    staff: bool = False
    segments: int = 0
    text_id: str = ""
    why: str = ""
    call_instead: bool = False
    mend: Mend | None = None
    template: str = ""
    media: Sequence[Mapping[str, Any]] = ()


def of_item(item: Mapping[str, Any], *, lines: Mapping[str, str], homeowner: str) -> Line:
    """A call, a homeowner's text, a note, or what the office did. `lines` are the shop's numbers in words."""
    key, at, detail = f"i-{item['item_id']}", item["at"], item["detail"]
    match item["kind"]:
        case "text_in":
            words = WORDS_OF_CARRIERS.get(detail.get("word") or "", "")
            return Line(key=key, kind="in", at=at, body=item["body"] or "", by=homeowner, words=words)
        case "note":
            return Line(key=key, kind="note", at=at, body=item["body"] or "", by=detail.get("name") or "The office")
        case "call":
            told = call(detail, lines)
        case _:
            told = act(item["kind"], detail)
    return Line(key=key, kind="event", at=at, icon=told.icon, tone=told.tone, title=told.title, words=told.words)


def call(detail: Mapping[str, Any], lines: Mapping[str, str]) -> Told:
    """How a call ended, on which line, how long."""
    seconds, line = detail.get("seconds"), lines.get(detail.get("line") or "", "")
    on = f"on {line}" if line else ""
    match detail.get("outcome"):
        case "answered":
            return Told("phone", "good", "Call answered", _joined(on, f"talked {_span(seconds)}" if seconds else ""))
        case "voicemail":
            left = (detail.get("recording") or {}).get("seconds")
            return Told("phone-missed", "bad", "Missed call", _joined(on, f"left a voicemail of {_span(left)}"))
        case "office":
            return Told("phone-outgoing", "good", f"{detail.get('name') or 'The office'} called", "noted by hand")
        case _:
            rang = f"rang {seconds} s" if seconds else ""
            ended = MISSED_WORDS.get(detail.get("reason") or "", "nobody picked up")
            return Told("phone-missed", "bad", "Missed call", _joined(on, rang, ended))


def of_text(text: Mapping[str, Any], *, zone: str, writer: str | None) -> list[Line]:
    """A text of ours: its bubble, and the line of a decision that somebody may want to understand."""
    decision = text["decision"]
    newest = text["latest_decision"] or decision
    first = [_held(text)] if _was_held(text) else []
    if text["state"] == "suppressed" and not newest["sentence"].startswith("Preview"):
        return [*first, _not_sent(text, newest)]
    told = delivery(text, zone=zone, sentence=newest["sentence"])
    staff = text["text_class"] == "staff"
    bubble = Line(
        key=f"t-{text['text_id']}",
        kind="out",
        at=text["sent_at"] or text["created_at"],
        icon=told.icon,
        tone=told.tone,
        words=told.title,
        body=text["body"],
        by=writer or ("The office" if staff else "Automation"),
        staff=staff,
        segments=text["segments"],
        text_id=str(text["text_id"]),
        why=_why(text["state"]),
        call_instead=text["state"] in CALL_INSTEAD,
    )
    return [*first, bubble]


def delivery(text: Mapping[str, Any], *, zone: str, sentence: str) -> Told:
    """Icon, look (plain, waiting, failed), and how it fares in words."""
    state, reason = text["state"], text["reason"] or ""
    if state == "queued" and text["attempt"] and text["due_at"] is not None:
        return Told("clock", "", f"Tried again at {clock_time(text['due_at'], zone=zone)}: {reason}")
    if state in ("undelivered", "failed"):
        return Told("circle-alert", "failed", reason)
    if state == "unsettled":
        asking = text["due_at"] is not None
        return Told("circle-alert", "" if asking else "failed", ASKS if asking else NOBODY_KNOWS)
    if state == "cancelled":
        return Told("ban", "waiting", reason if reason.startswith("Not sent") else f"Not sent — {reason}")
    return PLAIN.get(state) or Told("moon" if state == "held" else "eye", "waiting", sentence)


def _why(state: str) -> str:
    if state == "failed":  # the carrier's refusal says why not: what stands here let it through
        return "What was checked"
    return "Why it was sent" if state in LEFT else "Why"


def _was_held(text: Mapping[str, Any]) -> bool:
    """And is not any more: while it waits, its bubble says so."""
    if text["decision"]["outcome"] != "hold" or text["state"] in ("held", "cancelled"):
        return False
    sent_at = text["sent_at"]
    return sent_at is None or sent_at - text["created_at"] > HELD_LONGER


def _held(text: Mapping[str, Any]) -> Line:
    return Line(
        key=f"t-{text['text_id']}-held",
        kind="event",
        at=text["created_at"],
        icon="moon",
        tone="hold",
        title=CLASS_WORDS.get(text["text_class"], "Text"),
        words=f"— {text['decision']['sentence'][0].lower()}{text['decision']['sentence'][1:]}",
        text_id=str(text["text_id"]),
        why="Why",
    )


def _not_sent(text: Mapping[str, Any], decision: Mapping[str, Any]) -> Line:
    return Line(
        key=f"t-{text['text_id']}",
        kind="event",
        at=text["created_at"],
        icon="ban",
        tone="none",
        title=f"{CLASS_WORDS.get(text['text_class'], 'Text')} not sent",
        words=f"— {decision['sentence'].removeprefix('Not sent — ')}",
        text_id=str(text["text_id"]),
        why="Why",
        mend=mend_of_stored(decision),
        template=text["template"] or "",
    )


def _span(seconds: int | None) -> str:
    if not seconds:
        return "a few seconds"
    whole, rest = divmod(seconds, MINUTE)
    return f"{whole} min {rest} s" if whole else f"{rest} s"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
