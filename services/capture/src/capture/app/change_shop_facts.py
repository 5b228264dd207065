"""The shop's name, zone, state, the line that rings and for how long, how it is texted back, what leaves while it is closed, and when a lead
closes by itself.
"""

import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import msgspec

from capture.app.change_settings import NotAccepted
from capture.app.shop_file import ShopFileError, phone
from capture.app.shop_state import ShopState
from capture.domain.places import STATES
from contracts.organizations import AfterHours, AtNight, MissedReason, OutsideHours

LONGEST_NAME: Final = 60
REASONS: Final[Sequence[str]] = get_args(MissedReason)


def shop_facts(state: ShopState, typed: Mapping[str, str]) -> ShopState:
    """Fields `name`, `zone`, `state`, `office_line`, `ring_seconds`. Raises NotAccepted."""
    errors: dict[str, str] = {}
    name = " ".join(typed.get("name", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        errors["name"] = f"The name that homeowners know, up to {LONGEST_NAME} characters."
    zone = typed.get("zone", "")
    if not _is_zone(zone):
        errors["zone"] = "Choose the zone of the shop’s clock."
    if typed.get("state", "") not in STATES:
        errors["state"] = "Choose the state: its rules hold where a homeowner’s is not known."
    line = _line(state, typed.get("office_line", ""), errors)
    ring = _whole(typed.get("ring_seconds", ""), 10, 20, "ring_seconds", errors)
    if errors:
        raise NotAccepted(errors)
    return _with(state, name=name, zone=zone, state=typed["state"], office_line=line, ring_seconds=ring)


def missed_when(state: ShopState, ticked: Sequence[str]) -> ShopState:
    """Which ends of a call count as missed. Raises NotAccepted."""
    chosen = tuple(each for each in REASONS if each in ticked)
    if not chosen:
        raise NotAccepted({"missed_when": "With none of them no call would ever be texted back. Choose at least one."})
    return _with(state, missed_when=chosen)


def first_reply(state: ShopState, typed: Mapping[str, str]) -> ShopState:
    """Fields `window_hours`, `after_hours`, `at_night`, `useful_minutes`. Raises NotAccepted."""
    errors: dict[str, str] = {}
    window = _whole(typed.get("window_hours", ""), 1, 72, "window_hours", errors)
    useful = _whole(typed.get("useful_minutes", ""), 1, 1440, "useful_minutes", errors)
    after_hours, at_night = typed.get("after_hours", ""), typed.get("at_night", "hold")
    if after_hours not in get_args(AfterHours):
        errors["after_hours"] = "Choose one of the three."
    if at_night not in get_args(AtNight):
        errors["at_night"] = "Choose one of the two."
    if errors:
        raise NotAccepted(errors)
    reply = msgspec.structs.replace(
        state.snapshot.first_reply,
        window_hours=window,
        useful_minutes=useful,
        after_hours=after_hours,
        at_night=at_night,
    )
    return _with(state, first_reply=reply)


def while_closed(state: ShopState, typed: Mapping[str, str]) -> ShopState:
    """Fields `response`, `follow_up`. Raises NotAccepted."""
    chosen = {name: typed.get(name, "") for name in ("response", "follow_up")}
    errors = {name: "Choose one of the two." for name, value in chosen.items() if value not in get_args(OutsideHours)}
    if errors:
        raise NotAccepted(errors)
    return _with(state, while_closed=msgspec.structs.replace(state.snapshot.while_closed, **chosen))


def silence(state: ShopState, typed: Mapping[str, str]) -> ShopState:
    """Field `silent_days`: after how many days without a sign of life a lead closes. Raises NotAccepted."""
    errors: dict[str, str] = {}
    days = _whole(typed.get("silent_days", ""), 1, 365, "silent_days", errors)
    if errors:
        raise NotAccepted(errors)
    return _with(state, silent_days=days)


def _with(shop: ShopState, /, **changes: Any) -> ShopState:
    return shop._replace(snapshot=msgspec.structs.replace(shop.snapshot, **changes))


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return "/" in name or name == "UTC"


def _line(state: ShopState, text: str, errors: dict[str, str]) -> str | None:
    """None is only for a shop none of whose numbers rings it."""
    if not text.strip():
        if any(each.mode == "ring" for each in state.snapshot.numbers):
            errors["office_line"] = "A number of yours rings the shop first, so it must be known where."
        return None
    try:
        number = phone(text, what="office_line")
    except ShopFileError:
        errors["office_line"] = "Not a phone number such as (312) 555-0100."
        return None
    if number in {each.number for each in state.snapshot.numbers}:
        errors["office_line"] = "That is a tracked number: it would ring itself. Use the line on your desk."
    return number


def _whole(text: str, least: int, most: int, field: str, errors: dict[str, str]) -> int:
    stripped = text.strip()
    number = int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 6 else -1  # noqa: PLR2004 -- far above most
    if not least <= number <= most:
        errors[field] = f"A whole number from {least} to {most}."
    return number
