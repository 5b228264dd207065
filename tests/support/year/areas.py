"""Where North American area codes lie, written from the numbering plan and maps: state and every zone that the code covers."""

from typing import Final, NamedTuple

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


class Area(NamedTuple):
    """`state` is None outside of the States."""

    state: str | None
    zones: tuple[str, ...]


_ONE_ZONE: Final = {
    EASTERN: "CT 203 DE 302 DC 202 FL 305 FL 407 GA 404 IN 317 IN 260 KY 502 KY 859 ME 207 MD 410 MD 301 MA 617 MI 313 MI 616 NH 603 NJ 201"
    " NJ 973 NY 212 NY 716 NC 919 OH 216 OH 614 PA 215 RI 401 SC 803 TN 865 VT 802 VA 703 WV 304",
    CENTRAL: "AL 205 AL 251 AR 501 IA 515 IL 312 IL 217 KS 316 LA 504 LA 225 MN 612 MS 601 MS 228 MO 314 NE 402 OK 405 OK 918 TN 615 TX 512"
    " TX 713 TX 214 WI 414",
    MOUNTAIN: "CO 303 MT 406 NM 505 TX 915 UT 801 WY 307",
    "America/Phoenix": "AZ 602 AZ 520",
    PACIFIC: "CA 213 CA 415 NV 702 OR 503 WA 206 WA 509",
    "Pacific/Honolulu": "HI 808",
    "America/Puerto_Rico": "PR 787",
}  # fmt: skip
_SEVERAL: Final = {
    "850": Area("FL", (EASTERN, CENTRAL)),
    "812": Area("IN", (EASTERN, CENTRAL)),
    "219": Area("IN", (CENTRAL, EASTERN)),
    "270": Area("KY", (EASTERN, CENTRAL)),
    "423": Area("TN", (EASTERN, CENTRAL)),
    "906": Area("MI", (EASTERN, CENTRAL)),
    "785": Area("KS", (CENTRAL, MOUNTAIN)),
    "308": Area("NE", (CENTRAL, MOUNTAIN)),
    "701": Area("ND", (CENTRAL, MOUNTAIN)),
    "605": Area("SD", (CENTRAL, MOUNTAIN)),
    "208": Area("ID", (MOUNTAIN, PACIFIC)),
    "541": Area("OR", (MOUNTAIN, PACIFIC)),
    "775": Area("NV", (PACIFIC, MOUNTAIN)),
    "928": Area("AZ", ("America/Phoenix", MOUNTAIN)),
    "907": Area("AK", ("America/Anchorage", "America/Adak")),
}
ABROAD: Final = {"604": Area(None, ("America/Vancouver",)), "416": Area(None, ("America/Toronto",))}
TOLL_FREE: Final = frozenset({"800", "888", "877"})


def _written() -> dict[str, Area]:
    found: dict[str, Area] = {}
    for zone, told in _ONE_ZONE.items():
        words = told.split()
        found |= {code: Area(state, (zone,)) for state, code in zip(words[::2], words[1::2], strict=True)}
    return found


AREAS: Final = {**_written(), **_SEVERAL, **ABROAD}


def area_of(number: str) -> Area | None:
    """None for a number that may be anywhere."""
    return AREAS.get(number[2:5]) if number.startswith("+1") else None
