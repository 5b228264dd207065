"""Business hours: several spans a day in the shop's zone, less closures that end by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS: Final = 400

Spans = tuple[tuple[tuple[int, int], ...], ...]
"""By weekday, Monday first: start and end in minutes since local midnight, the end excluded."""


def week(spans: Mapping[str, Sequence[tuple[int, int]]]) -> Spans:
    """Spans by the names of their days; a day that is missing is closed."""
    return tuple(tuple(sorted(spans.get(day, ()))) for day in DAYS)


@dataclass(frozen=True, slots=True)
class Closure:
    """Closed on these days, the last one included."""

    name: str
    first_day: date
    last_day: date


@lru_cache(maxsize=1024)
def is_open(moment: datetime, *, zone: str, spans: Spans, closures: tuple[Closure, ...]) -> bool:
    """Whether the shop is open at this instant: a span's start is inside, its end is not."""
    local = moment.astimezone(ZoneInfo(zone))
    if _closed_on(local.date(), closures):
        return False
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in spans[local.weekday()])


def next_opening(moment: datetime, *, zone: str, spans: Spans, closures: tuple[Closure, ...]) -> datetime | None:
    """The first open instant at or after this one; None for a shop that never opens."""
    if is_open(moment, zone=zone, spans=spans, closures=closures):
        return moment
    first = moment.astimezone(ZoneInfo(zone)).date()
    for ahead in range(LOOK_AHEAD_DAYS):
        day = first + timedelta(days=ahead)
        if _closed_on(day, closures):
            continue
        for start, _ in spans[day.weekday()]:
            opening = instant(day, start, zone)
            if opening >= moment:
                return opening
    return None


def instant(day: date, minute: int, zone: str) -> datetime:
    """A local wall-clock minute as an instant; one that daylight saving skips moves to the end of the gap."""
    whole, rest = divmod(minute, 24 * 60)
    wall = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), ZoneInfo(zone))
    return wall.astimezone(UTC)


def _closed_on(day: date, closures: tuple[Closure, ...]) -> bool:
    return any(closure.first_day <= day <= closure.last_day for closure in closures)
