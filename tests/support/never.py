"""What must never happen, said of what left and of what happened, without a word of how it is decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

DAY, HALF_A_MINUTE = timedelta(hours=24), timedelta(seconds=30)
CAPPED = {"first_reply", "follow_up", "response", "slot_offer", "review_request"}
BY_THE_CLOCK = CAPPED | {"confirmation", "change_notice", "cancel_notice", "reminder"}
ANYTIME = {"compliance", "safety", "staff_alert"}
HOURS = {"FL": (8, 20), "TX": (9, 21), "CT": (9, 20), "KY": (10, 21), "UT": (8, 21), "RI": (9, 18)}
NO_SUNDAYS = {"UT", "RI"}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A text that left; `answers` is when the homeowner wrote what it answers."""

    at: datetime
    to: str
    text_class: str
    answers: datetime | None = None
    visit: str | None = None
    version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Happened:
    """`word` of a homeowner, or a `visit` that has this version from now on."""

    at: datetime
    who: str
    kind: Literal["stop", "start", "visit"]
    visit: str | None = None
    version: int = 0


def violations(
    sent: list[Sent], happened: list[Happened], *, places: dict[str, tuple[str, str]], window: timedelta = DAY
) -> list[str]:
    """In words; `places` are zone and state by number."""
    found = []
    for text in sorted(sent, key=lambda each: each.at):
        before = [each for each in happened if each.who == text.to and each.at <= text.at]
        if text.text_class != "compliance" and _is_opted_out(before, text.at):
            found.append(f"{text.text_class} after an opt-out: {text}")
        if text.text_class in BY_THE_CLOCK and _is_quiet(text, *places[text.to]):
            found.append(f"{text.text_class} in quiet hours: {text}")
        newest = max(
            (each.version for each in before if each.visit and each.visit == text.visit and each.at < text.at),
            default=None,
        )
        if text.version is not None and newest is not None and text.version < newest:
            found.append(f"a text of an old version of a visit: {text}")
    for number in {each.to for each in sent}:
        found += _too_often(number, [each for each in sent if each.to == number], happened, places[number][1], window)
    return found


def _is_opted_out(before: list[Happened], at: datetime) -> bool:
    words = [each for each in before if each.kind != "visit"]
    if not words or words[-1].kind == "start":
        return False
    return at - words[-1].at > HALF_A_MINUTE


def _is_quiet(text: Sent, zone: str, state: str) -> bool:
    if text.answers is not None and text.text_class != "reminder" and text.at - text.answers <= timedelta(minutes=15):
        return False
    local = text.at.astimezone(ZoneInfo(zone))
    first, last = HOURS.get(state, (8, 21))
    if local.weekday() == 6:
        first = 12 if state == "TX" else first
    return not first <= local.hour < last or (state in NO_SUNDAYS and local.weekday() == 6)


def _too_often(number: str, sent: list[Sent], happened: list[Happened], state: str, window: timedelta) -> list[str]:
    found = []
    replies = sorted(each.at for each in sent if each.text_class == "first_reply")
    starts = [each.at for each in happened if each.who == number and each.kind == "start"]
    for one, next_one in pairwise(replies):
        if next_one - one < window and not any(one <= start <= next_one for start in starts):
            found.append(f"two first replies in a window: {number} at {one} and {next_one}")
    capped = sorted(each.at for each in sent if each.text_class in CAPPED and each.answers is None)
    most = 3 if state in ("FL", "OK", "OR", "MD") else 5
    for index, last in enumerate(capped):
        if sum(last - each < DAY for each in capped[: index + 1]) > most:
            found.append(f"more than {most} in a day: {number} at {last}")
    return found
