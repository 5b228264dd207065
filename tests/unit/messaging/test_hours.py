"""The shop's hours and the homeowner's quiet hours, over both daylight-saving days and in every state with a rule."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain import hours, quiet_hours
from messaging.domain.hours import Closure
from messaging.domain.quiet_hours import Place
from messaging.domain.rules_in_words import hours_at
from messaging.domain.state_hours import STATES

CHICAGO = ZoneInfo("America/Chicago")
LUNCH = hours.week({"mon": ((480, 720), (780, 1020)), "sat": ((540, 720),), "sun": ((0, 1440),)})
MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/Vancouver",
]


def _local(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T07:59", False), ("2026-11-23T08:00", True), ("2026-11-23T12:00", False), ("2026-11-23T12:59", False), ("2026-11-23T13:00", True),
        ("2026-11-23T17:00", False), ("2026-11-22T00:00", True), ("2026-11-22T23:59", True), ("2026-11-24T10:00", False), ("2026-12-26T10:00", False),
    ],
)  # fmt: skip
def test_spans_closures_and_whole_days(moment: str, is_open: bool) -> None:
    closed = (Closure("Christmas", date(2026, 12, 25), date(2026, 12, 26)),)
    assert hours.is_open(_local(moment), zone="America/Chicago", spans=LUNCH, closures=closed) is is_open


def test_a_closure_ends_by_itself_and_the_next_opening_is_after_it() -> None:
    closed = (Closure("Christmas", date(2026, 12, 25), date(2026, 12, 28)),)
    opening = hours.next_opening(_local("2026-12-25T09:00"), zone="America/Chicago", spans=LUNCH, closures=closed)
    assert opening == _local("2027-01-02T09:00")  # Tuesday to Friday have no hours


def test_a_shop_that_never_opens_has_no_next_opening() -> None:
    assert (
        hours.next_opening(_local("2026-12-25T09:00"), zone="America/Chicago", spans=hours.week({}), closures=())
        is None
    )


def test_an_opening_that_daylight_saving_skips_is_the_end_of_the_gap() -> None:
    spans = hours.week({"sun": ((150, 600),)})  # 2:30 AM, which 2027-03-14 does not have
    opening = hours.next_opening(_local("2027-03-14T00:00"), zone="America/Chicago", spans=spans, closures=())
    assert opening == datetime(2027, 3, 14, 8, 30, tzinfo=UTC)
    assert opening.astimezone(CHICAGO).hour == 3


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_next_opening_is_open_and_nothing_before_it_is(moment: datetime, zone: str) -> None:
    opening = hours.next_opening(moment, zone=zone, spans=LUNCH, closures=())
    assert opening is not None
    assert opening >= moment
    assert hours.is_open(opening, zone=zone, spans=LUNCH, closures=())
    just_before = opening - timedelta(minutes=1)
    assert just_before < moment or not hours.is_open(just_before, zone=zone, spans=LUNCH, closures=())


def test_vancouver_keeps_utc_minus_seven_in_the_winter_of_2027() -> None:
    assert datetime(2027, 1, 15, tzinfo=ZoneInfo("America/Vancouver")).utcoffset() == timedelta(hours=-7)


QUIET = [
    ("IL", "2026-11-24T08:00", True), ("IL", "2026-11-24T07:59", False), ("IL", "2026-11-24T20:59", True), ("IL", "2026-11-24T21:00", False),
    ("FL", "2026-11-24T20:00", False), ("TX", "2026-11-24T08:30", False), ("TX", "2026-11-29T11:59", False), ("TX", "2026-11-29T12:00", True),
    ("CT", "2026-11-24T08:59", False), ("NV", "2026-11-24T09:00", True), ("RI", "2026-11-24T18:00", False), ("RI", "2026-11-28T09:59", False),
    ("RI", "2026-11-28T16:59", True), ("KY", "2026-11-24T09:59", False), ("KY", "2026-11-24T20:59", True), ("AL", "2026-11-29T12:00", False),
    ("RI", "2026-11-29T12:00", False), ("UT", "2026-11-29T12:00", False), ("UT", "2026-11-28T20:59", True), ("LA", "2026-11-29T12:00", False),
    ("MS", "2026-11-29T12:00", False), ("MI", "2026-11-24T08:59", False), (None, "2026-11-24T08:00", True),
]  # fmt: skip


@pytest.mark.parametrize(("state", "moment", "may"), QUIET)
def test_states_are_as_strict_as_the_table(state: str | None, moment: str, may: bool) -> None:
    place = Place("America/Chicago", state)
    assert quiet_hours.allowed(_local(moment), places=[place], holidays=frozenset()) is may


def test_no_state_is_laxer_than_the_federal_rule() -> None:
    for state in STATES:
        for hour in (*range(8), 21, 22, 23):
            moment = _local(f"2026-11-24T{hour:02}:30")
            assert not quiet_hours.allowed(moment, places=[Place("America/Chicago", state)], holidays=frozenset()), (
                state
            )


def test_a_holiday_counts_where_the_state_says_so() -> None:
    thanksgiving = frozenset({("AL", date(2026, 11, 26)), ("IL", date(2026, 11, 26))})
    noon = _local("2026-11-26T12:00")
    assert not quiet_hours.allowed(noon, places=[Place("America/Chicago", "AL")], holidays=thanksgiving)
    assert quiet_hours.allowed(noon, places=[Place("America/Chicago", "IL")], holidays=thanksgiving)


@given(MOMENTS, st.lists(st.builds(Place, st.sampled_from(ZONES), st.sampled_from([*STATES, None])), max_size=3))
def test_the_next_allowed_moment_is_allowed_under_every_place(moment: datetime, places: list[Place]) -> None:
    found = quiet_hours.next_allowed(moment, places=places, holidays=frozenset())
    assert found >= moment
    assert quiet_hours.allowed(found, places=places, holidays=frozenset())
    just_before = found - timedelta(minutes=1)
    assert just_before < moment or not quiet_hours.allowed(just_before, places=places, holidays=frozenset())


@pytest.mark.parametrize("day", ["2027-03-14", "2026-11-01"])
def test_both_daylight_saving_days_begin_at_eight_by_the_clock(day: str) -> None:
    found = quiet_hours.next_allowed(
        _local(f"{day}T00:30"), places=[Place("America/Chicago", "IL")], holidays=frozenset()
    )
    assert found.astimezone(CHICAGO).isoformat().startswith(f"{day}T08:00")


@pytest.mark.parametrize(
    ("state", "spans", "source"),
    [
        ("IL", ("8 AM–9 PM every day",), "47 CFR 64.1200(c)(1)"),
        (None, ("8 AM–9 PM every day",), "47 CFR 64.1200(c)(1)"),
        ("TX", ("Mon–Sat 9 AM–9 PM", "Sun noon–9 PM"), "Tex. Bus. & Com. Code 301.051"),
        ("RI", ("Mon–Fri 9 AM–6 PM", "Sat 10 AM–5 PM", "never on Sundays and holidays"), "R.I. Gen. Laws 5-61-2, 5-61-3.6"),
        ("MS", ("Mon–Sat 8 AM–8 PM", "never on Sundays"), "Miss. Code 77-3-723"),
    ],
)  # fmt: skip
def test_quiet_hours_are_told_in_words_with_their_source(
    state: str | None, spans: tuple[str, ...], source: str
) -> None:
    told = hours_at(state)
    assert (told.spans, told.source, told.stricter) == (spans, source, state in STATES)
    assert told.looked_at == "Nov 2026"
