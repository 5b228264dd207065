"""Delivery states only move forward; and what a provider's refusal means for the text, the number, the sender and the words."""

from datetime import datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

ErrorClass = Literal["permanent", "opted_out", "configuration", "content", "transient", "unknown"]

ORDER: Final = {"queued": 0, "sending": 1, "unsettled": 1, "sent": 2, "delivered": 3, "undelivered": 3, "failed": 3}
"""A state that is not in it is no state of delivery: planned, held, suppressed, cancelled."""
TOO_MANY_REQUESTS, SERVER_ERRORS = 429, 500
LARGEST_CODE: Final = 2**31 - 1

CLASSES: Final[dict[int, ErrorClass]] = {
    **dict.fromkeys((21211, 21614, 21635, 30004, 30005, 30006), "permanent"),
    21610: "opted_out",
    **dict.fromkeys((21408, 21606, 21612, 21212, 30002, 30032, 30034, 20003), "configuration"),
    **dict.fromkeys((30007, 21617), "content"),
    **dict.fromkeys((20429, 21611, 30001, 30003, 30008, 30022, 30023, 30027), "transient"),
}
"""Product rules, section 9; the codes are Twilio's error dictionary."""

TROUBLES: Final = {21211: "invalid", 21614: "landline", 21635: "landline", 30006: "landline"}
ONCE_LATER: Final = frozenset({30003, 30008})
"""The phone was out of reach, or nobody knows: one more try, when that may have changed."""
NEXT_DAY: Final = frozenset({30023, 30027})
"""The day's texts are used up."""
DAY_ENDS_IN: Final = ZoneInfo("America/Los_Angeles")
"""Where carriers count the day of 30023 and 30027: from midnight, Pacific time."""
TRIES: Final = 5
WAITS: Final = (timedelta(seconds=2), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""After the first try, the second, and so on."""
LATER: Final = timedelta(minutes=45)
LONGEST_TOLD: Final = timedelta(minutes=15)
"""A carrier that wants to be left alone for longer is tried again after this all the same."""
FIRST_HOUR: Final = timedelta(hours=1)


def moves_forward(present: str, reported: str) -> bool:
    """Whether a report is news: later ones win, an end never changes into another."""
    return ORDER.get(reported, -1) > ORDER.get(present, -1)


def error_class(code: int | None, *, http_status: int | None = None) -> ErrorClass:
    """Of a provider's error code, or of the HTTP status where there is none. An unknown code is `unknown`, never a crash."""
    if code is not None and code in CLASSES:
        return CLASSES[code]
    if http_status is not None and (http_status == TOO_MANY_REQUESTS or http_status >= SERVER_ERRORS):
        return "transient"
    return "configuration" if http_status in (401, 403) else "unknown"


def trouble_of(code: int | None) -> str:
    """What a permanent refusal says about the homeowner's number: `landline`, `invalid` or `unreachable`."""
    return TROUBLES.get(code or 0, "unreachable")


def storable(code: object) -> int | None:
    """A provider's code as we keep it; None for what is none."""
    told = int(code) if isinstance(code, str) and code.isascii() and code.isdigit() else code
    return told if type(told) is int and 0 < told <= LARGEST_CODE else None


def left_alone_until(retry_after: timedelta | datetime | None, *, now: datetime) -> datetime | None:
    """The moment before which the carrier wants no request, as far as that is heeded; None where it named none to come."""
    if retry_after is None:
        return None
    until = min(retry_after if isinstance(retry_after, datetime) else now + retry_after, now + LONGEST_TOLD)
    return until if until > now else None


def spread(until: datetime, *, now: datetime, jitter: float) -> datetime:
    """Up to a quarter of the wait later and never sooner: not everybody comes back at once. `jitter` is 0 to 1."""
    return until + (until - now) * jitter / 4


def next_try(
    attempt: int,
    *,
    code: int | None,
    now: datetime,
    jitter: float,
    failed_before: bool = False,
    not_before: datetime | None = None,
) -> datetime | None:
    """When this text is tried again after this attempt (1 is the first); None when it is not.

    `jitter` is 0 to 1. `failed_before` tells that a carrier took it once already and could not deliver it, `not_before`
    is when the carrier may be asked again.
    """
    if attempt >= TRIES or (code in ONCE_LATER and failed_before):
        return None
    if code in NEXT_DAY:
        return _midnight_after(now) + FIRST_HOUR * jitter
    wait = LATER if code in ONCE_LATER else WAITS[min(attempt, len(WAITS)) - 1]
    moment = now + wait * (0.75 + jitter / 2)
    return moment if not_before is None else max(moment, spread(not_before, now=now, jitter=jitter))


def _midnight_after(now: datetime) -> datetime:
    day = now.astimezone(DAY_ENDS_IN).date() + timedelta(days=1)
    return datetime.combine(day, time(), DAY_ENDS_IN).astimezone(now.tzinfo)
