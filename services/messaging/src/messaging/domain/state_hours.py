"""Hours in which a homeowner may be texted, federal and by state: data, each with its source and the day it was looked at."""

from dataclasses import dataclass
from datetime import date
from typing import Final

Window = tuple[int, int]
"""Whole hours of the local day, the end excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Windows by the kind of day; None: not at all on that day."""

    source: str
    weekdays: Window = (8, 21)
    saturday: Window | None = (8, 21)
    sunday: Window | None = (8, 21)
    on_holidays: bool = True
    looked_at: date = date(2026, 11, 25)


def _every_day(start: int, end: int, source: str) -> State:
    return State(weekdays=(start, end), saturday=(start, end), sunday=(start, end), source=source)


FEDERAL: Final = State(source="47 CFR 64.1200(c)(1)")
"""Not before 8 a.m. nor after 9 p.m., local time of the called party."""

STATES: Final[dict[str, State]] = {
    # The product's table (section 6); the decision record "quiet-hours-data" says what was read and what differs.
    "FL": _every_day(8, 20, "Fla. Stat. 501.616(6)"),
    "OK": _every_day(8, 20, "Okla. Stat. tit. 15, 775C.4"),
    "OR": _every_day(8, 20, "ORS 646.563"),
    "WA": _every_day(8, 20, "RCW 19.158.110, 80.36.390"),
    "MD": _every_day(8, 20, "Md. Code, Com. Law 14-4502"),
    "MA": _every_day(8, 20, "M.G.L. c. 159C, s. 3"),
    "NJ": _every_day(8, 20, "N.J.S.A. 56:8-128, and an hour earlier in the evening than it asks"),
    "CT": _every_day(9, 20, "Conn. Gen. Stat. 42-288a"),
    "NV": _every_day(9, 20, "NRS 598.0918"),
    "TX": State(weekdays=(9, 21), saturday=(9, 21), sunday=(12, 21), source="Tex. Bus. & Com. Code 301.051"),
    "RI": State(
        weekdays=(9, 18), saturday=(10, 17), sunday=None, on_holidays=False, source="R.I. Gen. Laws 5-61-2, 5-61-3.6"
    ),
    "KY": _every_day(10, 21, "KRS 367.46955(16)"),
    "AL": State(
        weekdays=(8, 20), saturday=(8, 20), sunday=None, on_holidays=False, source="Ala. Admin. Code 770-X-5-.17"
    ),
    "LA": State(
        weekdays=(8, 20), saturday=(8, 20), sunday=None, on_holidays=False, source="La. PSC General Order R-29617, V(A)"
    ),
    "MS": State(weekdays=(8, 20), saturday=(8, 20), sunday=None, source="Miss. Code 77-3-723"),
    "MI": _every_day(9, 21, "MCL 750.540e(1)(f)"),
    "MN": _every_day(9, 21, "Minn. Stat. 325E.30"),
    "NM": _every_day(9, 21, "N.M. Stat. 57-12-22(B)"),
    "UT": State(sunday=None, on_holidays=False, source="Utah Code 13-25a-103(3)"),
}
