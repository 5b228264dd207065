"""Closed days: typed by hand, or holidays that are laid out for the years ahead. They end by themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

LONGEST: Final = timedelta(days=366)
FURTHEST: Final = timedelta(days=3 * 366)
KEPT_AFTER: Final = timedelta(days=31)
"""An ended closure stays on record this long: a text planned before it may still be explained by it."""


class ClosureError(Exception):
    """`field` is name, first or last; the message a sentence for whoever typed it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class ClosedDays(NamedTuple):
    """`last_day` included. `holiday` names the one it stands for."""

    name: str
    first_day: date
    last_day: date
    holiday: str | None = None


def typed(*, name: str, first: str, last: str, today: date) -> ClosedDays:
    """As it was typed into a form, days as `2026-12-25`. Raises ClosureError."""
    words = " ".join(name.split())
    if not words:
        raise ClosureError("name", "Give it a name that the office recognizes.")
    if len(words) > 60:  # noqa: PLR2004 -- fits a row
        raise ClosureError("name", "A shorter name, please: 60 characters at most.")
    first_day = _day("first", first)
    last_day = _day("last", last) if last.strip() else first_day
    if last_day < first_day:
        raise ClosureError("last", "The last closed day lies before the first.")
    if last_day < today:
        raise ClosureError("last", "These days are over already.")
    if last_day - first_day >= LONGEST or last_day - today > FURTHEST:
        raise ClosureError("last", "That is too long or too far ahead: a year long and three years ahead at most.")
    return ClosedDays(words, first_day, last_day)


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ClosureError(field, "A day such as 2026-12-25." if text.strip() else "A day is missing here.") from None


def overlapping(new: ClosedDays, known: Iterable[ClosedDays]) -> ClosedDays | None:
    """One that is typed by hand and holds some of the same days."""
    return next(
        (each for each in known if each.holiday is None and each.first_day <= new.last_day and new.first_day <= each.last_day),
        None,
    )  # fmt: skip


def laid_out(chosen: Collection[str], calendar: Sequence[tuple[date, str]]) -> list[ClosedDays]:
    """The chosen holidays of a calendar as closed days."""
    return [ClosedDays(name, day, day, name) for day, name in calendar if name in chosen]


def kept(known: Iterable[ClosedDays], *, today: date) -> list[ClosedDays]:
    """Without those that ended long ago."""
    return [each for each in known if each.last_day >= today - KEPT_AFTER]
