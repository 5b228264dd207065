"""Where a homeowner may be: by the postal code of their address and by their number, both where the two disagree."""

from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
import zipcodes
from phonenumbers import timezone

from chassis.zones import city
from contracts.organizations import OrganizationChanged
from messaging.app.area_codes import SPLIT, STATE_OF, STATES
from messaging.domain.quiet_hours import Place

NAMES: Final = {code: name for name, code in STATES.items() if name != "Washington State"}
UNKNOWN_ZONE: Final = "Etc/Unknown"
NORTH_AMERICAN_LENGTH: Final = len("+13125550100")
POSTAL_CODE_DIGITS: Final = 5
MOST_ZONES: Final = 5
"""A number that may be in more zones than any state has (toll-free ones) says nothing about where its owner lives."""


class Where(NamedTuple):
    """All places that may be the homeowner's, and how to say it. `disagree`: address and number name different ones."""

    places: tuple[Place, ...]
    words: str
    disagree: bool = False


def where_is(*, number: str | None, postal_code: str | None, shop: OrganizationChanged) -> Where:
    """What neither address nor number tells is the shop's zone and state."""
    home = _by_postal_code(postal_code[:POSTAL_CODE_DIGITS]) if postal_code else None
    line = _with_state_of(shop, _by_number(number)) if number else ()
    if home is None and not line:
        return Where((Place(shop.zone, shop.state),), f"{_name(shop.state, shop.zone)}, the shop's place")
    if home is None:
        return Where(line, f"{_name(line[0].state, line[0].zone)}, by the number")
    if not line or set(line) == {home}:
        return Where((home,), _name(home.state, home.zone))
    by_number, by_address = _name(line[0].state, line[0].zone), _name(home.state, home.zone)
    if by_number == by_address:  # one state, and more zones than the address has
        return Where((home,) if home in line else (home, *line), by_address)
    return Where((home, *line), f"{by_address} (address) and {by_number} (number)", disagree=True)


def trouble_of(number: str | None) -> str | None:
    """Why a number cannot be texted at all, as far as it tells itself."""
    if number is None:
        return None
    return None if _valid(number) else "invalid"


def _name(state: str | None, zone: str) -> str:
    return NAMES.get(state or "") or city(zone)


def _with_state_of(shop: OrganizationChanged, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """A place whose state is not known is in the shop's where the shop is in the same zone."""
    return tuple(Place(at.zone, at.state or (shop.state if at.zone == shop.zone else None)) for at in places)


@lru_cache(maxsize=10_000)
def _by_postal_code(postal_code: str) -> Place | None:
    """None for one that is not in the list, and for those of forces abroad, which have no place."""
    if not (len(postal_code) == POSTAL_CODE_DIGITS and postal_code.isdecimal()):
        return None
    for found in zipcodes.matching(postal_code):  # type: ignore[no-untyped-call]  # a list of dicts of strings
        if found["timezone"]:
            return Place(found["timezone"], found["state"])
    return None


def _valid(number: str) -> bool:
    if number.startswith("+1"):  # what libphonenumber says of North America, without its parsing
        return len(number) == NORTH_AMERICAN_LENGTH and number[2] not in "01"
    return _possible(number)


@lru_cache(maxsize=10_000)
def _possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _by_number(number: str) -> tuple[Place, ...]:
    """An area code is as close as a number tells: it stays with whoever moves within it, and often beyond."""
    return _by_area_code(number[2:5]) if number.startswith("+1") else _abroad(number)


@lru_cache(maxsize=1_000)
def _by_area_code(area_code: str) -> tuple[Place, ...]:
    try:
        parsed = phonenumbers.parse(f"+1{area_code}5550100")
    except phonenumbers.NumberParseException:
        return ()
    zones = SPLIT.get(area_code) or _zones(parsed)
    return tuple(Place(zone, STATE_OF.get(area_code)) for zone in zones)


@lru_cache(maxsize=1_000)
def _abroad(number: str) -> tuple[Place, ...]:
    try:
        return tuple(Place(zone, None) for zone in _zones(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return ()


def _zones(parsed: phonenumbers.PhoneNumber) -> tuple[str, ...]:
    zones = tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != UNKNOWN_ZONE)
    return zones if len(zones) <= MOST_ZONES else ()
