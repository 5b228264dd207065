"""Parts of a day and hours of the clock in what a homeowner wants; days themselves are read in app."""

import re
from typing import Final, NamedTuple

_I: Final = re.IGNORECASE
NUMBERS: Final = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11",
    "twelve": "12", "fifteen": "15", "thirty": "30", "forty-five": "45", "forty five": "45",
}  # fmt: skip
_HALF: Final = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (thirty|fifteen|forty[ -]five)\b", _I
)
_NUMBER: Final = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b(?= ?(?:o'?clock|am|pm|a\.m|p\.m|days?|weeks?|or|to|and|-|,|\.|!|$|tomorrow|today|in the|on))",
    _I,
)
_CLOCK: Final = r"(\d{1,2})(?:[:.](\d{2}))?\s*(a\.?m\b\.?|p\.?m\b\.?|[ap]\b|o'?clock)?"
_AFTER_CLOCK: Final = r"(?![\d:/])(?!\s*(?:years?|yrs?|yo\b|days?|weeks?|months?|mins?|minutes|hours?|hrs?|degrees|times?|tries|calls?|ton|units?|of\b|st\b|nd\b|rd\b|th\b|kids|people|bed|stor(?:y|ies)|%|\$|star))"
_BETWEEN: Final = re.compile(
    rf"\b(?:between|btwn|from|entre(?: las)?)\s+{_CLOCK}\s*(?:and|to|-|–|until|till|y(?: las)?|a(?: las)?)\s*{_CLOCK}{_AFTER_CLOCK}",
    _I,
)
_RANGE: Final = re.compile(rf"(?<![\d/.-]){_CLOCK}\s*(?:-|–|to)\s*{_CLOCK}(?![\d-]){_AFTER_CLOCK}", _I)
_AFTER: Final = re.compile(
    rf"\b(?:after|past|from|any ?time after|later than|despu[eé]s de(?: las)?|not before)\s+{_CLOCK}{_AFTER_CLOCK}", _I
)
_BEFORE: Final = re.compile(rf"\b(?:before|by|until|till|antes de(?: las)?)\s+{_CLOCK}{_AFTER_CLOCK}", _I)
_AT: Final = re.compile(
    rf"(?:\b(?:at|around|about|@|by around|say|a las|sobre las|como a las)\s*|@\s*){_CLOCK}{_AFTER_CLOCK}", _I
)
_PLAIN: Final = re.compile(r"\b(\d{1,2})(?:[:.](\d{2}))?\s*(a\.?m\.?|p\.?m\.?|o'?clock)(?!\w)", _I)
_COLON: Final = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])()", _I)
_PARTS: Final[tuple[tuple[re.Pattern[str], str, int, int], ...]] = (
    (re.compile(r"\bfirst thing\b", _I), "first thing in the morning", 8, 10),
    (re.compile(r"\b(?:early|earlier) (?:in the )?(?:morning|am)\b", _I), "early morning", 8, 10),
    (re.compile(r"\blate (?:in the )?(?:morning)\b", _I), "late morning", 10, 12),
    (re.compile(r"\blate (?:in the )?afternoon\b", _I), "late afternoon", 15, 18),
    (re.compile(r"\bearly (?:in the )?afternoon\b", _I), "early afternoon", 12, 15),
    (
        re.compile(
            r"\bbefore noon\b|\bantes del mediod[ií]a\b|\bmornings?\b|\bmorn\b|\b(?:en|por|de) la ma[nñ]ana\b|\b(?<!\d )(?<!\d)(?:the |in the )am\b",
            _I,
        ),
        "in the morning",
        8,
        12,
    ),
    (
        re.compile(
            r"\bafter ?noons?\b|\baftn\b|\bafter lunch\b|\bafter noon\b|\b(?:en|por|de) la tarde\b|\besta tarde\b|\b(?<!\d )(?<!\d)(?:the |in the )pm\b",
            _I,
        ),
        "in the afternoon",
        12,
        17,
    ),
    (
        re.compile(
            r"\bafter (?:work|school)\b|\bevenings?\b|\btonight\b|\bat night\b|\bdespu[eé]s del trabajo\b|\b(?:en|por|de|esta) (?:la )?noche\b",
            _I,
        ),
        "in the evening",
        17,
        20,
    ),
    (
        re.compile(r"\b(?:at |around |by )?noon\b|\blunch ?time\b|\bmid ?day\b|\bmediod[ií]a\b", _I),
        "around noon",
        11,
        13,
    ),
)
ANY_TIME: Final = re.compile(
    r"\bany ?(?:time|day)s?\b|\bwhenever\b|\bflexible\b|\b(?:home|free|available|here|around) (?:all day|all week|all the time|24/7|anytime)\b|\bdoesn'?t matter\b|\bdont matter\b|\bup to you\b|\byou (?:pick|tell me|choose)\b|\bcuando (?:pueda|puedan|quiera)\w*\b|\bcualquier (?:hora|d[ií]a)\b|\ball day\b|\bopen schedule\b",
    _I,
)
AS_SOON: Final = re.compile(
    r"\basap\b|\ba\.s\.a\.p\b|\b(?:as )?soon as (?:possible|you can|u can|u guys can|possibly)\b|\bfirst (?:available|opening|open|slot)\b|\bright away\b|\bimmediately\b|\b(?:earliest|soonest|next available)\b|\bhow (?:soon|fast|quick\w*)\b|\bwhen (?:can|could) (?:you|u|someone|somebody|a tech\w*)\b|\bsooner the better\b|\bright now\b|\bnow\W*$"
    r"|\blo antes posible\b|\bcuanto antes\b|\blo m[aá]s pronto\b|\bahora\b",
    _I,
)
_UNTIL_NOON: Final = re.compile(r"\b(and|to|til|till|until) noon\b", _I)
_WORKS_UNTIL: Final = re.compile(
    r"\b(?:i |we )?(?:work|works|working|at work|in class|busy) (?:til|till|until) (?=\d)", _I
)
NOON_HOUR, FIRST_MORNING_HOUR, LAST_HOUR = 12, 7, 23


class Clock(NamedTuple):
    """Minutes since local midnight; `words` as people say it. `start` or `end` is None where that side is open."""

    words: str
    start: int | None
    end: int | None


def in_digits(body: str) -> str:
    """`two thirty` as `2:30`, `three o'clock` as `3 o'clock`."""
    halves = _HALF.sub(lambda found: f"{NUMBERS[found[1].lower()]}:{NUMBERS[found[2].lower().replace('-', ' ')]}", body)
    numbers = _NUMBER.sub(lambda found: NUMBERS[found[1].lower()], halves)
    return _UNTIL_NOON.sub(r"\1 12pm", _WORKS_UNTIL.sub("after ", numbers))


def clock_in(body: str) -> Clock | None:
    """Hours as said: `after 3`, `between 2 and 4`, `at 9:30am`. An hour without am or pm is one at which shops work."""
    if (found := _BETWEEN.search(body) or _RANGE.search(body)) is not None:
        return _span(found)
    if (found := _AFTER.search(body)) is not None and (start := _minute(*found.groups()[:3])) is not None:
        return Clock(f"after {_said(start)}", start, None)
    if (found := _BEFORE.search(body)) is not None and (end := _minute(*found.groups()[:3])) is not None:
        return Clock(f"before {_said(end)}", None, end)
    for pattern in (_AT, _PLAIN, _COLON):
        if (found := pattern.search(body)) is not None and (at := _minute(*found.groups()[:3])) is not None:
            return Clock(f"around {_said(at)}", at, at + 60)
    return None


def part_in(body: str) -> Clock | None:
    """A part of the day: `morning`, `after work`, `por la tarde`."""
    for pattern, words, start, end in _PARTS:
        if pattern.search(body):
            return Clock(words, start * 60, end * 60)
    return None


def _span(found: re.Match[str]) -> Clock | None:
    first, second = found.groups()[:3], found.groups()[3:6]
    end = _minute(*second)
    start = _minute(first[0], first[1], first[2] or (second[2] if _fits(first, second) else None))
    if start is None or end is None:
        return None
    if end <= start:
        end += 12 * 60
    return Clock(f"between {_said(start)} and {_said(end)}", start, end)


def _fits(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """`2-4pm` is two in the afternoon, `10-2pm` ten in the morning."""
    return int(second[0]) != NOON_HOUR and int(first[0]) % NOON_HOUR < int(second[0]) % NOON_HOUR


def _minute(hour: str, minute: str | None, half: str | None) -> int | None:
    number, past = int(hour), int(minute or 0)
    if number > LAST_HOUR or past > 59:  # noqa: PLR2004 -- minutes of an hour
        return None
    mark = (half or "").lower().replace(".", "")[:1]
    if number < NOON_HOUR and (mark == "p" or (mark != "a" and 0 < number < FIRST_MORNING_HOUR)):
        number += NOON_HOUR
    elif mark == "a" and number == NOON_HOUR:
        number = 0
    return number * 60 + past


def _said(minute: int) -> str:
    hour, past = minute // 60 % 24, minute % 60
    return f"{hour % 12 or 12}{f':{past:02}' if past else ''} {'AM' if hour < NOON_HOUR else 'PM'}"
