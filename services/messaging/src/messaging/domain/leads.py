"""A lead's life, and whose turn it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

Status = Literal["new", "active", "booked", "won", "closed"]
Turn = Literal["office", "automation", "homeowner", "nobody"]

OPEN: Final = frozenset({"new", "active", "booked"})
TERMINAL: Final = frozenset({"won", "closed"})
REOPENS_WITHIN: Final = timedelta(days=7)

CHANGES: Final[dict[Status, frozenset[Status]]] = {
    "new": frozenset({"active", "booked", "closed"}),
    "active": frozenset({"booked", "closed"}),
    "booked": frozenset({"won", "active"}),
    "won": frozenset({"active"}),
    "closed": frozenset({"active"}),
}
"""Product rules, section 3; a booked lead closes only after its visits are cancelled, so by way of active."""


def may_change(present: Status, wanted: Status) -> bool:
    """Whether the table has this step."""
    return wanted in CHANGES[present]


def by_hand(present: Status, wanted: Status) -> str | None:
    """Why the office may not make this step, in words; None where it may. `booked` follows from a visit, never from a hand."""
    if wanted == "booked":
        return "It becomes booked by itself once a visit is in the calendar."
    if wanted == "won":
        return "It is won by itself once its visit is done."
    if present == "booked":
        return "A visit is booked. Cancel it in the calendar first, then the lead is open again."
    if not may_change(present, wanted):
        return f"A lead that is {present} cannot become {wanted}."
    return None


def after_reply(status: str) -> str:
    """The homeowner's first reply makes a new lead active."""
    return "active" if status == "new" else status


def after_late_text(status: str | None, *, ended_at: datetime | None, at: datetime) -> Status | None:
    """What a text makes of the newest ended lead: a won one stays, a closed one comes back for a week, None: it stays shut."""
    if status == "won":
        return "won"
    if status == "closed" and ended_at is not None and at - ended_at <= REOPENS_WITHIN:
        return "active"
    return None


def first_reply_is_due(status: str, *, last_word_at: datetime | None, window: timedelta, now: datetime) -> bool:
    """A new lead gets a first reply, an active one after a silent window, any other none."""
    if status == "active":
        return last_word_at is None or now - last_word_at >= window
    return status == "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What the turn depends on. `newest_word` is of texts, voicemails and missed calls; bare rings of hidden callers do not count."""

    status: Status
    hidden: bool = False
    draft_waits: bool = False
    handed_over: bool = False
    newest_text_failed: bool = False
    asked_for_a_call: bool = False
    automation_answers: bool = False
    newest_word: Literal["homeowner", "shop", "none"] = "none"
    confirmed: bool = False


def who_acts_next(thread: Thread) -> Turn:
    """The first line that applies."""
    if thread.draft_waits or thread.handed_over or thread.newest_text_failed or thread.asked_for_a_call:
        return "office"
    if thread.automation_answers:
        return "automation"
    if thread.newest_word == "homeowner":
        return "office"
    if thread.status in TERMINAL or thread.hidden or (thread.status == "booked" and thread.confirmed):
        return "nobody"
    return "homeowner"
