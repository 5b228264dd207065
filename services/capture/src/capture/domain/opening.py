"""Opening hours as people write them: `7:30 AM` to `5 PM`, several spans a day, in minutes since local midnight."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES: Final = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
NOON, MIDNIGHT, DAY_MINUTES, HOUR = 720, 0, 1440, 60
MOST_SPANS: Final = 6
TIME: Final = re.compile(r"^(\d{1,2})(?::?([0-5]\d))?(?:([ap])\.?m?\.?)?$", re.ASCII)

Span = tuple[int, int]
Spans = tuple[Span, ...]


class HoursError(Exception):
    """A sentence for whoever typed it."""


def read_time(text: str, *, closing: bool = False) -> int:
    """Minutes since midnight; as a closing time, midnight is the day's end. Raises HoursError.

    `7:30 AM`, `7am`, `0730`, `19:00`, `noon`, `midnight`. `5` or `5:30` alone could be either half of the day: refused.
    """
    told = re.sub(r"\s+", "", text).lower()
    if told == "noon":
        return NOON
    if told == "midnight":
        return DAY_MINUTES if closing else MIDNIGHT
    found = TIME.match(told)
    if found is None:
        raise HoursError(f"“{text.strip()[:20]}” is no time such as 7:30 AM." if told else "A time is missing here.")
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half is None:
        moment = _of_24_hours(found[1], hour, minute, text)
    elif 1 <= hour <= 12:  # noqa: PLR2004 -- a clock's face
        moment = (hour % 12 + (12 if half == "p" else 0)) * HOUR + minute
    else:
        raise HoursError(f"“{text.strip()[:20]}” is no time: hours before AM and PM run from 1 to 12.")
    return DAY_MINUTES if closing and moment == MIDNIGHT else moment


def _of_24_hours(digits: str, hour: int, minute: int, text: str) -> int:
    if hour * HOUR + minute > DAY_MINUTES:
        raise HoursError(f"“{text.strip()[:20]}” is no time of a day.")
    if 1 <= hour <= 12 and not digits.startswith("0"):  # noqa: PLR2004 -- as above
        raise HoursError(f"Say AM or PM: “{text.strip()[:20]}” could be either.")
    return hour * HOUR + minute


def written(minute: int) -> str:
    """`7:30 AM`; the day's end is `12:00 AM`."""
    hour, rest = divmod(minute % DAY_MINUTES, HOUR)
    return f"{hour % 12 or 12}:{rest:02} {'AM' if hour < 12 else 'PM'}"  # noqa: PLR2004 -- as above


def read_day(typed: Sequence[tuple[str, str]]) -> Spans:
    """A day's spans in order; rows that are empty on both sides do not count. Raises HoursError."""
    spans = sorted(_span(*pair) for pair in typed if any(each.strip() for each in pair))
    if len(spans) > MOST_SPANS:
        raise HoursError(f"At most {MOST_SPANS} spans a day.")
    for earlier, later in pairwise(spans):
        if later[0] < earlier[1]:
            raise HoursError(f"{_words(earlier)} and {_words(later)} overlap.")
    return tuple(spans)


def _span(opens: str, closes: str) -> Span:
    start, end = read_time(opens), read_time(closes, closing=True)
    if start >= end:
        raise HoursError(
            f"{written(end)} is not after {written(start)}. Hours past midnight go to the next day, from 12:00 AM on."
        )
    return start, end


def _words(span: Span) -> str:
    if span == (MIDNIGHT, DAY_MINUTES):
        return "all day"
    return f"{written(span[0])}–{written(span[1])}"


def summary(week: Mapping[str, Sequence[Span]]) -> str:
    """`Mon–Fri 8:00 AM–5:00 PM, Sat 9:00 AM–12:00 PM`; empty for a shop that never opens."""
    told = []
    for spans, days in groupby(DAYS, key=lambda day: tuple(week.get(day, ()))):
        names = [DAY_NAMES[day][:3] for day in days]
        if spans:
            range_of_days = names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
            told.append(f"{range_of_days} {' and '.join(map(_words, spans))}")
    return ", ".join(told)
