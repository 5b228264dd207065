"""When a text may arrive and when a shop is open: tables of the product's section 6, written down a second time."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from year.areas import Area, area_of
from year.journal import ShopFacts

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE: Final = timedelta(minutes=1)
HOLIDAYS: Final = frozenset(
    date.fromisoformat(each)
    for each in (
        "2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-07-05", "2027-09-06", "2027-11-11", "2027-11-25",
        "2027-12-24",
    )
)  # fmt: skip
"""Federal holidays that fall on weekdays, on the day on which they are observed; Juneteenth and Columbus Day are below, since states see them differently."""
JUNETEENTH, COLUMBUS_DAY = ("2027-06-18", "2027-06-19"), "2027-10-11"
OF_A_STATE: Final = {
    # Confederate Memorial Day, Jefferson Davis' birthday
    "AL": (*JUNETEENTH, COLUMBUS_DAY, "2027-04-26", "2027-06-07"),
    "LA": (*JUNETEENTH, "2027-02-09", "2027-03-26"),  # Mardi Gras, Good Friday
    "RI": (*JUNETEENTH, COLUMBUS_DAY, "2027-08-09"),  # Victory Day
    "UT": (*JUNETEENTH, COLUMBUS_DAY, "2027-07-23"),  # Pioneer Day, on a Saturday
}
"""What is no federal holiday everywhere, in the states that look at holidays."""

DAYTIME: Final = (8, 21)


def hours_there(state: str | None, day: date) -> tuple[int, int] | None:
    """From and to, in whole hours; None: not at all on this day."""
    sunday, weekend = day.weekday() == 6, day.weekday() >= 5
    holiday = day in HOLIDAYS or day.isoformat() in OF_A_STATE.get(state or "", ())
    strict: dict[str | None, tuple[int, int] | None] = {
        **dict.fromkeys(("FL", "OK", "OR", "WA", "MD", "MA", "NJ"), (8, 20)),
        **dict.fromkeys(("MI", "MN", "NM"), (9, 21)),
        **dict.fromkeys(("CT", "NV"), (9, 20)),
        **dict.fromkeys(("AL", "LA"), None if sunday or holiday else (8, 20)),
        "MS": None if sunday else (8, 20),
        "TX": (12, 21) if sunday else (9, 21),
        "KY": (10, 21),
        "RI": None if holiday else (10, 17) if weekend else (9, 18),
        "UT": None if holiday else DAYTIME,
    }
    return strict.get(state, DAYTIME)


def whereabouts(number: str, shop: ShopFacts) -> Area:
    """All places that may be the homeowner's; a number that says nothing is at the shop's place."""
    return area_of(number) or Area(shop.state, (shop.zone,))


def is_quiet(number: str, shop: ShopFacts, moment: datetime) -> bool:
    """Whether a text may not arrive at some place that may be the homeowner's."""
    area = whereabouts(number, shop)
    return any(_is_quiet(area.state, zone, moment) for zone in area.zones)


@lru_cache(maxsize=100_000)
def _is_quiet(state: str | None, zone: str, moment: datetime) -> bool:
    there = moment.astimezone(ZoneInfo(zone))
    hours = hours_there(state, there.date())
    return hours is None or not hours[0] * 60 <= there.hour * 60 + there.minute < hours[1] * 60


def is_open(shop: ShopFacts, moment: datetime) -> bool:
    """By the shop's week and closures. A shop without any hours never closes."""
    if not any(shop.hours.values()):
        return True
    there = moment.astimezone(ZoneInfo(shop.zone))
    if any(first <= there.date() <= last for first, last in shop.closures):
        return False
    minute = there.hour * 60 + there.minute
    return any(start <= minute < end for start, end in shop.hours.get(DAYS[there.weekday()], ()))


def first_allowed(number: str, shop: ShopFacts, since: datetime, *, hours_count: bool, quiet_counts: bool) -> datetime:
    """The first minute at or after `since` that business hours (where they count) and quiet hours (likewise) allow."""
    moment = since
    whole = (since.astimezone(UTC) + MINUTE - timedelta(microseconds=1)).replace(second=0, microsecond=0)
    for step in range(14 * 24 * 60):
        if not (quiet_counts and is_quiet(number, shop, moment)) and not (hours_count and not is_open(shop, moment)):
            return moment
        moment = whole + step * MINUTE
    return moment
