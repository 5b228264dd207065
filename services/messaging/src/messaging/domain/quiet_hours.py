"""Quiet hours where the homeowner lives: a moment must be allowed under every place that may be theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from messaging.domain.hours import instant
from messaging.domain.state_hours import FEDERAL, STATES, Window

LOOK_AROUND_DAYS: Final = 14
ROUNDS: Final = LOOK_AROUND_DAYS * 4
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """One place that may be the homeowner's. `state` is a two-letter code or None."""

    zone: str
    state: str | None


Holidays = frozenset[tuple[str, date]]
"""Days off, each with its state as two-letter code."""


def allowed(moment: datetime, *, places: Sequence[Place], holidays: Holidays) -> bool:
    """Whether a text may arrive now under every one of the places."""
    return all(_allowed_at(moment, place, holidays) for place in places)


def next_allowed(moment: datetime, *, places: Sequence[Place], holidays: Holidays) -> datetime:
    """The first instant at or after this one that is allowed under every place."""
    candidate = moment
    for _ in range(ROUNDS):
        later = max((_next_at(candidate, place, holidays) for place in places), default=candidate)
        if later == candidate:
            return candidate
        candidate = later
    return candidate


def last_allowed(moment: datetime, *, places: Sequence[Place], holidays: Holidays) -> datetime | None:
    """The last instant at or before this one that is allowed under every place: itself, else the last whole minute of a
    window. None where there is none in two weeks.
    """
    candidate, earliest = moment, moment - timedelta(days=LOOK_AROUND_DAYS)
    for _ in range(ROUNDS):
        earlier = min((_last_at(candidate, place, holidays) for place in places), default=candidate)
        if earlier == candidate:
            return candidate
        if earlier <= earliest:
            return None
        candidate = earlier
    return None


def _window(day: date, place: Place, holidays: Holidays) -> Window | None:
    state = STATES.get(place.state or "", FEDERAL)
    if not state.on_holidays and (place.state, day) in holidays:
        return None
    own = {5: state.saturday, 6: state.sunday}.get(day.weekday(), state.weekdays)
    if own is None:
        return None
    federal = FEDERAL.weekdays
    return max(own[0], federal[0]), min(own[1], federal[1])


@lru_cache(maxsize=4096)
def _allowed_at(moment: datetime, place: Place, holidays: Holidays) -> bool:
    local = moment.astimezone(ZoneInfo(place.zone))
    window = _window(local.date(), place, holidays)
    return window is not None and window[0] <= local.hour < window[1]


def _next_at(moment: datetime, place: Place, holidays: Holidays) -> datetime:
    if _allowed_at(moment, place, holidays):
        return moment
    first = moment.astimezone(ZoneInfo(place.zone)).date()
    for ahead in range(LOOK_AROUND_DAYS):
        day = first + timedelta(days=ahead)
        window = _window(day, place, holidays)
        if window is not None:
            start = instant(day, window[0] * 60, place.zone)
            if start >= moment:
                return start
    return moment + timedelta(days=LOOK_AROUND_DAYS)


def _last_at(moment: datetime, place: Place, holidays: Holidays) -> datetime:
    if _allowed_at(moment, place, holidays):
        return moment
    last = moment.astimezone(ZoneInfo(place.zone)).date()
    for back in range(LOOK_AROUND_DAYS):
        day = last - timedelta(days=back)
        window = _window(day, place, holidays)
        if window is not None:
            end = instant(day, window[1] * 60, place.zone) - MINUTE
            if end <= moment:
                return end
    return moment - timedelta(days=LOOK_AROUND_DAYS)
