"""Where a visit goes: street address by usaddress, postal code checked against the list of `zipcodes`."""

import re
from functools import cache
from typing import Any, Final, NamedTuple

import zipcodes

from messaging.app.places import NAMES

_NUMBER: Final = re.compile(r"(?<![\w$#/:.-])(\d{1,6}[A-Za-z]?(?:-\d{1,4})?(?: 1/2)?)\s+(?=[\w#])")
_ZIP: Final = re.compile(r"(?<![\d$#-])(\d{5})(?:-\d{4})?(?![\d-])")
_NOT_STREETS: Final = re.compile(
    r"(?:years?|yrs?|yo|months?|mos?|weeks?|wks?|days?|hours?|hrs?|min\w*|degrees?|deg|f|am|pm|a\.m|p\.m|o'?clock|times?|calls?|kids?|people|units?|tons?|rooms?|bed\w*|stor(?:y|ies)|zones?|dollars|percent|of|or|to|and|in|weeks?|ft|feet|sq\w*|different|more|other|babies|adults|ac|furnaces?|systems?|thermostats?|guys?|techs?|messages?|texts?|is|was|works?|please|tomorrow|today|tonight|btu|gallons?|filters?|vents?)\b",
    re.IGNORECASE,
)
_STREET: Final = frozenset({"AddressNumber", "AddressNumberPrefix", "AddressNumberSuffix", "StreetNamePreModifier", "StreetNamePreDirectional", "StreetNamePreType", "StreetName", "StreetNamePostType", "StreetNamePostDirectional", "StreetNamePostModifier", "SubaddressType", "SubaddressIdentifier", "BuildingName", "OccupancyType", "OccupancyIdentifier", "PlaceName", "StateName", "ZipCode", "ZipPlus4"})  # fmt: skip
_TYPE: Final = frozenset({"StreetNamePostType", "StreetNamePreType"})
_TYPES: Final = re.compile(
    r"\b(?:st|street|str|ave?|avenue|rd|road|dr|drive|ln|lane|ct|court|blvd|boulevard|way|pl|place|ter|terr|terrace|cir|circle|pkwy|parkway|hwy|highway|trl|trail|loop|sq|square|pike|row|run|path|alley|xing|crossing|cv|cove|pt|point|broadway|route|rte|county road|cr)\b\.?",
    re.IGNORECASE,
)
_STOPS: Final = re.compile(
    r"[\n!?;]|,?\s+(?:and (?:my|i|the|we|it|can|need)|but|because|since|please|pls|plz|thanks|thank you|thx|tomorrow|tmrw|today|tonight|asap|can|could|when|anytime|any time|after|before|between|around|my|i|i'm|im|we|it|it's|its|this|need|needs|is|has|no heat|name|the|furnace|ac|heater|heat|upstairs|for|not|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mornings?|afternoons?)\b|\.\s+(?=(?-i:[A-Z][a-z]+ [a-z]))|\s+-\s+|,?\s+(?:back|front|side|rear) (?:door|entrance|house|gate)\b|,\s+(?=(?:no|our|my)\b)",
    re.IGNORECASE,
)
LONGEST_STREET: Final = 120
_ABBREVIATED: Final = {"st": "Saint", "ft": "Fort", "mt": "Mount"}
"""As people write the first word of a city, and as the list has it."""


class Whereabouts(NamedTuple):
    """As said; both None when the text names no place. `before` and `after` are what stands around the street."""

    address: str | None
    postal_code: str | None
    before: str
    after: str = ""

    @property
    def rest(self) -> str:
        """The text without the street, for others to read."""
        return f"{self.before} {self.after}" if self.after else self.before


def whereabouts_in(body: str, *, asked: bool) -> Whereabouts:
    """Street and postal code. `asked`: `12 Oakwood` will do."""
    flat = " ".join(body.replace("’", "'").split(" "))
    for found in _NUMBER.finditer(flat):
        if _NOT_STREETS.match(flat[found.end() :]):
            continue
        street = _street(flat[found.start() :], asked=asked)
        if street:
            length = len(street)
            postal = _postal(flat.replace(flat[found.start() : found.start() + len(found[1])], " ", 1))
            return Whereabouts(_tidy(street), postal, flat[: found.start()], flat[found.start() + length :])
    return Whereabouts(None, _postal(flat), flat)


def is_city(words: str, *, postal_code: str | None) -> bool:
    """The post knows a place of that name somewhere, or calls this postal code's so too."""
    first, *others = words.split()
    spelled = " ".join([_ABBREVIATED.get(first.lower().rstrip("."), first), *others])
    if zipcodes.filter_by(city=spelled):  # type: ignore[no-untyped-call]  # it has no types
        return True
    here = zipcodes.matching(postal_code) if postal_code else ()  # type: ignore[no-untyped-call]  # a list of dicts
    return any(words.casefold() == name.casefold() for code in here for name in code["acceptable_cities"])


def _street(tail: str, *, asked: bool) -> str | None:
    """The longest beginning of `tail` that usaddress takes for an address."""
    stop = _STOPS.search(tail, 1)
    piece = tail[: stop.start() if stop else None][:LONGEST_STREET]
    labels = _parser().parse(piece)
    taken: list[tuple[str, str]] = []
    for token, label in labels:
        if label not in _STREET or label == "ZipCode" or (taken and _postal(token)):
            break
        taken.append((token, label))
    kinds = {label for _, label in taken}
    placed = {"PlaceName", "StateName"} <= kinds or any(
        label == "ZipCode" for _, label in labels[len(taken) : len(taken) + 1]
    )
    if not {"AddressNumber", "StreetName"} <= kinds:
        return None
    end = 0
    for token, _ in taken:
        end = piece.index(token, end) + len(token)
    said = piece[:end]
    named = bool(kinds & _TYPE) or _TYPES.search(said) is not None
    return said if named or placed or asked else None


def _postal(text: str) -> str | None:
    """The last five digits that the post knows."""
    known = [found[1] for found in _ZIP.finditer(text) if _is_real(found[1])]
    return known[-1] if known else None


@cache
def _is_real(code: str) -> bool:
    return bool(zipcodes.is_real(code))  # type: ignore[no-untyped-call]  # it has no types


def _tidy(street: str) -> str:
    """`1422 west elm ST,` becomes `1422 West Elm St`; what has small and capital letters stays."""
    bare = street.strip(" ,.;-")
    if not (bare.islower() or bare.isupper()):
        return bare
    *words, last = bare.split(" ")
    return " ".join([*(_capital(word) for word in words), last.upper() if last.upper() in NAMES else _capital(last)])


def _capital(word: str) -> str:
    if re.fullmatch(r"[NSEWnsew]|[NSns][EWew]", word):
        return word.upper()
    return word.lower() if re.match(r"\d", word) else word.capitalize()


@cache
def _parser() -> Any:
    """Loaded when the first text needs it."""
    import usaddress  # noqa: PLC0415 -- see above

    return usaddress
