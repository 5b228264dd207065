"""What the office and automation did in a thread, in words."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple


class Told(NamedTuple):
    """The design's icon and tone, a bold title, and what follows it."""

    icon: str
    tone: str
    title: str
    words: str = ""


Detail = Mapping[str, Any]


def _assigned(detail: Detail) -> str:
    to = detail.get("to")
    if to is None:
        return f"{_who(detail)} took the name off this lead"
    return f"{_who(detail)} took this lead" if to == detail.get("name") else f"{_who(detail)} gave this lead to {to}"


def _who(detail: Detail) -> str:
    return str(detail.get("name") or "Automation")


ACTS: Final[Mapping[str, tuple[str, str, Callable[[Detail], str]]]] = {
    "took_over": ("headset", "office", lambda detail: f"{_who(detail)} took over"),
    "handed_back": ("zap", "auto", lambda detail: f"{_who(detail)} handed back to automation"),
    "assigned": ("headset", "none", _assigned),
    "status": ("check", "none", lambda detail: f"{_who(detail)} set this to {detail.get('status')}"),
    "opened": ("plus", "none", lambda detail: f"{_who(detail)} opened this lead"),
    "renamed": ("house", "none", lambda detail: f"{_who(detail)} changed the name"),
    "paused": ("zap", "none", lambda detail: f"{_who(detail)} paused automation for this homeowner"),
    "resumed": ("zap", "auto", lambda detail: f"{_who(detail)} let automation speak again"),
    "opted_out": ("ban", "bad", lambda _: "No more texts"),
    "ignored": ("ban", "none", lambda detail: f"{_who(detail)} put this number on the ignore list"),
    "handed_over": ("headset", "office", lambda _: "Automation stepped back."),
}
FOLLOWS: Final[Mapping[str, Callable[[Detail], str]]] = {
    "status": lambda detail: f"because: {detail['reason']}" if detail.get("reason") else "",
    "renamed": lambda detail: f"to {detail['to']}" if detail.get("to") else "away",
    "opted_out": lambda detail: f"— recorded by {_who(detail)}" + (f": {detail['how']}" if detail.get("how") else ""),
    "handed_over": lambda detail: str(detail.get("reason") or "It is your turn."),
}


def act(kind: str, detail: Detail) -> Told:
    """Of an item that is neither call, text nor note. One of a kind that is not known is shown all the same."""
    what = detail.get("what") or ""
    if what not in ACTS:
        visit = kind == "booking"
        title = str(detail.get("title") or ("Visit" if visit else "Noted"))
        return Told(
            "calendar-check" if visit else "info", "good" if visit else "none", title, str(detail.get("words") or "")
        )
    icon, tone, title_of = ACTS[what]
    return Told(icon, tone, title_of(detail), FOLLOWS[what](detail) if what in FOLLOWS else "")
