"""When a homeowner wants a visit: days by dateparser, hours by our own words, as a span in the shop's zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from messaging.domain.response import Wanted
from messaging.domain.wanted_times import ANY_TIME, AS_SOON, Clock, clock_in, in_digits, part_in

_I: Final = re.IGNORECASE
DAY_START, DAY_END = 8 * 60, 20 * 60
WEEK: Final = 7
FEW_WORDS: Final = 4
_WEEKDAYS: Final = r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|wensday|wendsday|thrusday|saterday"
_MONTHS: Final = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
_PAST: Final = re.compile(
    rf"\b(?:since|last|this past|yesterday|started(?: on)?|stopped(?: working)?|quit(?: working)?|died|broke(?: down)?|went out|out|noticed|woke up|happened|installed|serviced|came|called|bought|gone|off|down|been|was)\b(?: (?:late|early|working|just|again|on|it|you|u|y'?all))*\s+(?:(?:on|late|early|in|this|it|at|just)\s+)*(?:today|tonight|\d{{1,2}}|this (?:morning|afternoon|evening|week)|morning|night|(?:{_WEEKDAYS})\b)[^.!?,;]*",
    _I,
)
_GREETING: Final = re.compile(r"\bgood (?:morning|afternoon|evening|day)\b|\bbuen[oa]s (?:d[ií]as|tardes|noches)\b", _I)
_SINCE: Final = re.compile(
    r"\b(?:since|for the (?:last|past)|last|yesterday|the other|ago|ever since|anoche|ayer|desde|supposed to)\b[^.!?,;]*",
    _I,
)
_TOMORROW: Final = re.compile(r"\b(?:tomm?orr?ow|tomm?orow|tmrw|tmr|tmw|tmmrw|2mor+ow|2moro|2mrw|tomoro+w?)\b", _I)
_SPANISH_TOMORROW: Final = re.compile(r"(?<!la )(?<!pasado )\bma[nñ]ana\b", _I)
_AFTER_TOMORROW: Final = re.compile(r"\b(?:the )?day after (?:tomorrow|tmrw)\b|\bpasado ma[nñ]ana\b", _I)
_TODAY: Final = re.compile(
    r"\b(?:today|2day|tonight|this (?:morning|afternoon|evening)|hoy|esta (?:tarde|noche))\b", _I
)
_WEEKEND: Final = re.compile(r"\b(?:(this|next) )?week ?ends?\b|\bfin de semana\b", _I)
_NEXT_WEEK: Final = re.compile(r"\bnext week\b|\b(?:pr[oó]xima semana|semana que viene)\b", _I)
_THIS_WEEK: Final = re.compile(r"\bthis week\b|\besta semana\b|\bweekdays?\b", _I)
_THE_NTH: Final = re.compile(r"\b(?:the |el )(\d{1,2})(?:st|nd|rd|th)?\b(?! (?:floor|time|house|door|one|unit))", _I)
_DATE: Final = re.compile(
    rf"\b{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?\b|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of| de)? {_MONTHS}\b|(?<![\d/$])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?:/\d{{2,4}})?(?![\d/])|\bin (?:a|\d+) (?:days?|weeks?)\b|\ben \d+ d[ií]as\b",
    _I,
)
_WEEKDAY: Final = re.compile(rf"\b(?:(next|this|every|on|el|este) )?({_WEEKDAYS})\b", _I)
_ENGLISH: Final = {
    day[:3]: day for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
} | {"wen": "wednesday", "thr": "thursday"}
"""By their first letters, however they go on: `weds`, `thurs`, `saterday`."""
_SHORT_WORDS: Final = frozenset({"sat", "sun", "mon", "wed"})


class Day(NamedTuple):
    """One day or several, the last one included."""

    words: str
    first: date
    last: date


def wanted_in(body: str, *, zone: str, now: datetime, asked: bool) -> Wanted | None:
    """What the text says of a visit's time, None for nothing. `asked`: it answers our question, so a bare `3` is an hour."""
    told = in_digits(_SINCE.sub(" ", _PAST.sub(" ", _GREETING.sub(" ", body))))
    local = now.astimezone(ZoneInfo(zone))
    day, clock = _day_in(told, local), clock_in(told)
    if clock is None and asked and (bare := re.fullmatch(r"\W*(\d{1,2})\W*", told)):
        clock = clock_in(f"at {bare[1]}")
    clock = clock or part_in(_SPANISH_TOMORROW.sub(" ", told) if day else told)
    if day is None and clock is None:
        if AS_SOON.search(told):
            return Wanted(words="as soon as possible", start=now)
        return Wanted(words="any time") if ANY_TIME.search(told) else None
    if day is None and clock is not None:
        return _without_day(told, clock, local)
    return _on(day, clock, local) if day else None


def _on(day: Day, clock: Clock | None, local: datetime) -> Wanted:
    start = clock.start if clock and clock.start is not None else DAY_START
    end = clock.end if clock and clock.end is not None else DAY_END
    words = f"{day.words}, {clock.words}" if clock else day.words
    return Wanted(words=words, start=_instant(day.first, start, local), end=_instant(day.last, end, local))


def _without_day(told: str, clock: Clock, local: datetime) -> Wanted | None:
    """`at 3` is today's three o'clock, or tomorrow's when that has passed; `mornings` is any morning."""
    if not re.search(r"\d", clock.words):
        return Wanted(words=clock.words if not ANY_TIME.search(told) else f"any day, {clock.words}")
    minute = clock.start if clock.start is not None else clock.end or 0
    passed = local.hour * 60 + local.minute >= minute
    if clock.words.startswith("around"):
        return _on(_one(local.date() + timedelta(days=passed)), clock, local)
    return Wanted(words=clock.words)


def _day_in(told: str, local: datetime) -> Day | None:
    today = local.date()
    if _AFTER_TOMORROW.search(told):
        return _one(today + timedelta(days=2))
    if _TOMORROW.search(told) or _SPANISH_TOMORROW.search(told):
        return _one(today + timedelta(days=1))
    if (found := _DATE.search(told)) is not None and (day := _parsed(found[0], local)) is not None:
        return _one(day)
    if (found := _WEEKDAY.search(told)) is not None and (named := _weekday(found, local, told)) is not None:
        return named
    return _one(today) if _TODAY.search(told) else _loose_day(told, today)


def _loose_day(told: str, today: date) -> Day | None:
    if (found := _THE_NTH.search(told)) is not None:
        return _nth(int(found[1]), today)
    if (found := _WEEKEND.search(told)) is not None:
        saturday = today + timedelta(
            days=(5 - today.weekday()) % WEEK + (WEEK if found[1] and found[1].lower() == "next" else 0)
        )
        return Day(f"the weekend of {_named(saturday)}", saturday, saturday + timedelta(days=1))
    if _NEXT_WEEK.search(told):
        monday = today + timedelta(days=WEEK - today.weekday())
        return Day(f"the week of {_named(monday)}", monday, monday + timedelta(days=4))
    if _THIS_WEEK.search(told):
        return Day("this week", today, max(today, today + timedelta(days=4 - today.weekday())))
    return None


def _weekday(found: re.Match[str], local: datetime, told: str) -> Day | None:
    """`sat` and `sun` are also words: they count with a capital, a word before them, or nothing else in the text."""
    name = found[2].lower()
    if name in _SHORT_WORDS and not found[1] and not found[2][:1].isupper() and len(told.split()) > FEW_WORDS:
        return None
    if name.endswith("days") or (found[1] or "").lower() == "every":
        return Day(f"{name.removesuffix('s').capitalize()}s", *(2 * (_coming(name, local),)))
    day = _coming(name, local)
    if (found[1] or "").lower() == "next" and (day - local.date()).days < _days_to_monday(local.date()):
        day += timedelta(days=WEEK)
    return _one(day)


def _coming(name: str, local: datetime) -> date:
    spanish = re.fullmatch(r"lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo", name)
    return _parsed(name if spanish else _ENGLISH[name[:3]], local) or local.date()


def _days_to_monday(day: date) -> int:
    return WEEK - day.weekday()


def _nth(number: int, today: date) -> Day | None:
    """The next day of that number."""
    for ahead in range(62):
        day = today + timedelta(days=ahead)
        if day.day == number and ahead > 0:
            return _one(day)
    return None


def _one(day: date) -> Day:
    return Day(_named(day), day, day)


def _named(day: date) -> str:
    return f"{day:%a %b} {day.day}"


def _instant(day: date, minute: int, local: datetime) -> datetime:
    wall = datetime.combine(day, time(minute // 60 % 24, minute % 60), local.tzinfo) + timedelta(days=minute // 1440)
    return wall.astimezone(UTC)


def _parsed(words: str, local: datetime) -> date | None:
    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": local.replace(tzinfo=None)}
    found: datetime | None = _parser().parse(words, languages=["en", "es"], settings=settings)
    return None if found is None else found.date()


@cache
def _parser() -> Any:
    """Loaded when the first text needs it: it takes a second."""
    import dateparser  # noqa: PLC0415 -- see above

    return dateparser
