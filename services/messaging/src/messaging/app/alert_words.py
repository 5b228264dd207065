"""What an alert says, as a text and as an e-mail: what it is about and where to click, never what the homeowner wrote."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from messaging.app.phone import as_people_write

SHOWN: Final = 3
HOW_TO_STOP: Final = "Reply STOP to end alerts."


class Thing(NamedTuple):
    """One thing that needs a person. `who` is the homeowner as one names them, None for what concerns the whole shop."""

    alert_id: UUID
    kind: str
    who: str | None
    sentence: str
    path: str


def named(name: str | None, number: str | None) -> str:
    if name:
        return name
    return as_people_write(number) if number else "A hidden caller"


def as_text(things: Sequence[Thing], *, shop: str, public_url: str, first: bool) -> str:
    """At most three things, the rest counted."""
    urgent = "URGENT. " if any(each.kind == "urgent" for each in things) else ""
    if len(things) == 1:
        body = f"{shop}: {urgent}{_line(things[0])} {public_url}{things[0].path}"
    else:
        lines = [f"- {_line(each)} {public_url}{each.path}" for each in things[:SHOWN]]
        more = len(things) - SHOWN
        lines += [f"and {more} more: {public_url}/inbox"] if more > 0 else []
        body = "\n".join((f"{shop}: {urgent}{len(things)} things need you.", *lines))
    return f"{body} {HOW_TO_STOP}" if first else body


def as_mail(things: Sequence[Thing], *, shop: str, public_url: str) -> tuple[str, str]:
    """Subject and text."""
    urgent = "Urgent: " if any(each.kind == "urgent" for each in things) else ""
    what = _line(things[0]).rstrip(".") if len(things) == 1 else f"{len(things)} things need you"
    lines = [f"{_line(each)}\n{public_url}{each.path}\n" for each in things]
    closing = f"{shop} sends you this since you chose so: {public_url}/settings/alerts"
    return f"{urgent}{what} ({shop})", "\n".join((*lines, closing))


def _line(thing: Thing) -> str:
    return f"{thing.who}: {thing.sentence}." if thing.who else f"{thing.sentence}."
