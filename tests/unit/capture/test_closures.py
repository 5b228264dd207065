"""Closed days and holidays."""

from datetime import date

import pytest

from capture.app import change_closures
from capture.domain import closures
from capture.domain.closures import ClosedDays, ClosureError

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("name", "first", "last", "field"),
    [
        ("", "2026-12-25", "", "name"),
        ("x" * 61, "2026-12-25", "", "name"),
        ("Christmas", "", "", "first"),
        ("Christmas", "12/25/2026", "", "first"),
        ("Christmas", "2026-02-30", "", "first"),
        ("Christmas", "2026-12-25", "2026-12-24", "last"),
        ("Gone by", "2026-11-20", "2026-11-24", "last"),
        ("For ever", "2026-12-25", "2028-12-25", "last"),
        ("Far", "2099-12-25", "2099-12-26", "last"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(name, first, last, field):
    with pytest.raises(ClosureError) as raised:
        closures.typed(name=name, first=first, last=last, today=TODAY)
    assert raised.value.field == field


def test_one_day_needs_no_last_day_and_the_last_day_counts():
    assert closures.typed(name=" Team  day ", first="2026-12-11", last="", today=TODAY) == ClosedDays(
        "Team day", date(2026, 12, 11), date(2026, 12, 11)
    )
    assert closures.typed(name="Today", first="2026-11-20", last="2026-11-25", today=TODAY).last_day == TODAY


def test_days_that_share_a_day_overlap_and_holidays_do_not_count():
    new = ClosedDays("New", date(2026, 12, 24), date(2026, 12, 26))
    typed = ClosedDays("Old", date(2026, 12, 26), date(2026, 12, 27))
    assert closures.overlapping(new, [typed]) == typed
    assert closures.overlapping(new, [typed._replace(holiday="Christmas Day")]) is None


def test_ended_days_go_by_themselves_after_a_month():
    old, recent = (ClosedDays("x", day, day) for day in (date(2026, 10, 24), date(2026, 10, 25)))
    assert closures.kept([old, recent], today=TODAY) == [recent]


def test_the_calendar_knows_moving_observed_and_later_holidays():
    found = dict(change_closures.federal(TODAY))
    assert found[date(2026, 11, 26)] == "Thanksgiving Day"
    assert found[date(2027, 11, 25)] == "Thanksgiving Day"
    assert found[date(2027, 12, 24)] == "Christmas Day (observed)"
    assert max(found).year == 2028
