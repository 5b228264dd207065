"""Time zones as people say them: `Central time, Chicago`."""

from collections.abc import Mapping, Sequence
from typing import Final

TIMES: Final[Mapping[str, Sequence[str]]] = {
    "Eastern": (
        "America/New_York", "America/Detroit", "America/Toronto", "America/Indiana/Indianapolis", "America/Indiana/Marengo",
        "America/Indiana/Petersburg", "America/Indiana/Vevay", "America/Indiana/Vincennes", "America/Indiana/Winamac",
        "America/Kentucky/Louisville", "America/Kentucky/Monticello",
    ),
    "Central": (
        "America/Chicago", "America/Indiana/Knox", "America/Indiana/Tell_City", "America/Menominee", "America/North_Dakota/Beulah",
        "America/North_Dakota/Center", "America/North_Dakota/New_Salem", "America/Winnipeg",
    ),
    "Mountain": ("America/Denver", "America/Boise", "America/Edmonton"),
    "Arizona": ("America/Phoenix",),
    "Pacific": ("America/Los_Angeles", "America/Vancouver"),
    "Alaska": ("America/Anchorage", "America/Juneau", "America/Metlakatla", "America/Nome", "America/Sitka", "America/Yakutat"),
    "Hawaii": ("Pacific/Honolulu",),
    "Atlantic": ("America/Puerto_Rico", "America/St_Thomas", "America/Halifax"),
}  # fmt: skip
"""By the name that people there give their time. Arizona's own keeps no daylight saving."""
OFFERED: Final = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu",
    "America/Puerto_Rico", "America/Indiana/Indianapolis", "America/Detroit", "America/Boise",
)  # fmt: skip
_NAMES: Final = {zone: name for name, zones in TIMES.items() for zone in zones}


def city(zone: str) -> str:
    """`New York` of `America/New_York`."""
    return zone.rpartition("/")[2].replace("_", " ")


def in_words(zone: str) -> str:
    """`Central time, Chicago`; a zone whose time has no name of its own is its city's: `Paris time`."""
    name = _NAMES.get(zone)
    return f"{name} time, {city(zone)}" if name else f"{city(zone)} time"


def offered(present: str) -> dict[str, str]:
    """The zones of a form, with the one that is set."""
    return {zone: in_words(zone) for zone in dict.fromkeys((*OFFERED, present))}
