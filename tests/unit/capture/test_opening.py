"""Opening hours as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.domain import opening
from capture.domain.opening import HoursError


@pytest.mark.parametrize(
    "text", ["", "8", "8:00", "5:30", "13 PM", "0 AM", "25:00", "24:01", "8:60 AM", "soon", "8 AM PM", "-1", "٣ AM"]
)
def test_what_is_no_time_or_could_be_two_is_refused(text):
    with pytest.raises(HoursError):
        opening.read_time(text)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("7:30 AM", 450), ("7:30am", 450), (" 7 a.m. ", 420), ("7p", 1140), ("12 AM", 0), ("12 PM", 720), ("12:30 AM", 30), ("noon", 720),
        ("midnight", 0), ("0730", 450), ("07:30", 450), ("19:00", 1140), ("00:00", 0), ("24:00", 1440),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them(text, minute):
    assert opening.read_time(text) == minute


@pytest.mark.parametrize("text", ["midnight", "12:00 AM", "00:00", "24:00"])
def test_closing_at_midnight_is_the_end_of_the_day(text):
    assert opening.read_time(text, closing=True) == 1440


@given(st.integers(min_value=0, max_value=1439))
def test_what_is_written_is_read_again(minute):
    assert opening.read_time(opening.written(minute)) == minute


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("8 AM", "noon"), ("11:30 AM", "5 PM")], "overlap"),
        ([("8 AM", "noon"), ("8 AM", "noon")], "overlap"),
        ([("5 PM", "8 AM")], "is not after"),
        ([("8 AM", "8 AM")], "is not after"),
        ([("10 PM", "2 AM")], "next day"),
        ([("8 AM", "")], "missing"),
        ([("1 AM", "2 AM")] * 7, "At most 6"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(rows, told):
    with pytest.raises(HoursError, match=told):
        opening.read_day(rows)


def test_spans_that_touch_stay_two_and_come_in_order():
    assert opening.read_day([("1 PM", "5 PM"), ("", ""), ("8 AM", "1 PM")]) == ((480, 780), (780, 1020))


def test_a_week_is_told_in_one_line():
    week = {day: [(480, 1020)] for day in ("mon", "tue", "wed", "fri")} | {"thu": [(480, 720), (780, 1020)]}
    assert opening.summary(week) == (
        "Mon–Wed 8:00 AM–5:00 PM, Thu 8:00 AM–12:00 PM and 1:00 PM–5:00 PM, Fri 8:00 AM–5:00 PM"
    )
    assert opening.summary({}) == ""
    assert opening.summary({day: [(0, 1440)] for day in opening.DAYS}) == "Mon–Sun all day"
