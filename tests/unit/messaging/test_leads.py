"""A lead's life, whose turn it is, and what a carrier's answer means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.leads import (
    CHANGES,
    OPEN,
    TERMINAL,
    Status,
    Thread,
    after_late_text,
    after_reply,
    first_reply_is_due,
    may_change,
    who_acts_next,
)

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_table_names_every_status_and_no_other() -> None:
    assert set(CHANGES) == set(get_args(Status)) == OPEN | TERMINAL
    assert not may_change("booked", "closed")  # its visits are cancelled first
    assert not may_change("new", "won")
    assert not any(status in wanted for status, wanted in CHANGES.items())


@given(st.lists(st.sampled_from(get_args(Status)), max_size=12))
def test_no_way_through_the_table_makes_an_old_lead_new(wanted: list[Status]) -> None:
    status: Status = "new"
    for step in wanted:
        before = status
        status = step if may_change(status, step) else status
        assert status != "new" or before == "new"


def test_a_late_text_reopens_a_closed_lead_for_a_week_and_leaves_a_won_one() -> None:
    assert after_late_text("closed", ended_at=NOW - 7 * DAY, at=NOW) == "active"
    assert after_late_text("closed", ended_at=NOW - 7 * DAY - timedelta(seconds=1), at=NOW) is None
    assert after_late_text("won", ended_at=NOW - 90 * DAY, at=NOW) == "won"
    assert after_late_text(None, ended_at=None, at=NOW) is None
    assert [after_reply(status) for status in ("new", "active", "booked")] == ["active", "active", "booked"]


@pytest.mark.parametrize(
    ("status", "silent_for", "due"),
    [
        ("new", 0, True),
        ("active", 23, False),
        ("active", 24, True),
        ("booked", 99, False),
        ("won", 99, False),
        ("closed", 99, False),
    ],
)
def test_who_gets_a_first_reply(status: str, silent_for: int, due: bool) -> None:
    last = NOW - timedelta(hours=silent_for)
    assert first_reply_is_due(status, last_word_at=last, window=DAY, now=NOW) is due


def test_whose_turn_it_is_by_the_first_line_that_applies() -> None:
    plain = Thread(status="active", newest_word="shop")
    assert who_acts_next(plain) == "homeowner"
    assert who_acts_next(replace(plain, newest_word="homeowner")) == "office"
    assert who_acts_next(replace(plain, newest_word="homeowner", automation_answers=True)) == "automation"
    answering = replace(plain, automation_answers=True)
    for before_automation in (
        replace(answering, draft_waits=True),
        replace(answering, handed_over=True),
        replace(answering, newest_text_failed=True),
        replace(answering, asked_for_a_call=True),
    ):
        assert who_acts_next(before_automation) == "office"
    assert who_acts_next(replace(plain, status="won")) == "nobody"
    assert who_acts_next(replace(plain, status="won", newest_word="homeowner")) == "office"
    assert who_acts_next(replace(plain, hidden=True, newest_word="none")) == "nobody"
    assert who_acts_next(replace(plain, hidden=True, newest_word="homeowner")) == "office"  # a voicemail
    assert who_acts_next(replace(plain, status="booked", confirmed=True)) == "nobody"
