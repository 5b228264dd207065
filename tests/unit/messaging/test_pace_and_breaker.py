"""How fast a sender may hand over, and how an outage is noticed, waited out and recovered from."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.breaker import FAILURES, WHOLE, Breaker
from messaging.domain.pace import BURST_SECONDS, UNTOLD_BURST_SECONDS, Grant, Pace, granted

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("line", "rate"), [("+13125550123", 1.0), ("+18885550123", 3.0), ("+18005550123", 3.0), ("+18015550123", 1.0)])  # fmt: skip
def test_a_number_is_granted_what_its_kind_is(line: str, rate: float) -> None:
    assert granted(line) == Grant(rate, UNTOLD_BURST_SECONDS)
    assert granted(line, told=75.0) == Grant(75.0, BURST_SECONDS)


@pytest.mark.parametrize(("told", "burst_seconds"), [(None, UNTOLD_BURST_SECONDS), (75.0, BURST_SECONDS)])
def test_processes_that_send_share_what_a_number_is_granted(told: float | None, burst_seconds: float) -> None:
    alone, one_of_three = granted("+13125550123", told=told), granted("+13125550123", told=told, among=3)
    assert one_of_three.rate * 3 == pytest.approx(alone.rate)
    assert one_of_three.burst * 3 == pytest.approx(alone.burst)
    assert one_of_three.burst_seconds == burst_seconds


def test_a_quiet_line_sends_a_burst_and_then_its_rate() -> None:
    pace, left, now = Pace(Grant(1.0)), 0, NOON
    for _ in range(60):
        while pace.free(now) > 0:
            pace.take(1, now=now)
            left += 1
        now += SECOND
    assert left == BURST_SECONDS + 59


def test_a_long_text_may_leave_on_credit_and_is_waited_for() -> None:
    pace = Pace(Grant(1.0))
    pace.take(int(BURST_SECONDS) - 1, now=NOON)
    assert pace.free(NOON) == 1
    pace.take(4, now=NOON)
    assert pace.free(NOON + 3 * SECOND) == 0
    assert pace.free(NOON + 4 * SECOND) > 0


@given(
    st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 6)), max_size=60), st.sampled_from([0.5, 1.0, 3.0, 100.0])
)
def test_over_any_time_no_more_leaves_than_burst_and_rate_allow(steps: list[tuple[int, int]], rate: float) -> None:
    pace, now, newest, left, longest = Pace(Grant(rate)), NOON, NOON, 0, 0
    for seconds, segments in steps:
        now += seconds * SECOND
        newest = max(newest, now)
        if pace.free(now) > 0:
            pace.take(segments, now=now)
            left, longest = left + segments, max(longest, segments)
        assert left <= rate * (BURST_SECONDS + (newest - NOON).total_seconds()) + longest


def test_a_changed_setting_counts_at_once() -> None:
    pace = Pace(Grant(100.0))
    pace.become(Grant(1.0))
    assert pace.free(NOON) == BURST_SECONDS
    pace.take(int(BURST_SECONDS), now=NOON)
    pace.become(Grant(10.0))
    assert pace.free(NOON + SECOND) == 10


def test_where_nobody_told_the_rate_a_storm_of_calls_is_answered_at_once() -> None:
    pace, left = Pace(granted("+13125550123")), 0
    while pace.free(NOON) > 0:
        pace.take(1, now=NOON)
        left += 1
    assert left == 600


def opened(now: datetime = NOON) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.left()
        breaker.answered(works=False, now=now, jitter=0.5)
    return breaker


def test_a_few_failures_in_a_row_open_it_and_one_success_between_does_not() -> None:
    breaker = Breaker()
    for works in [False] * (FAILURES - 1) + [True] + [False] * (FAILURES - 1):
        breaker.left()
        assert not breaker.answered(works=works, now=NOON, jitter=0.5)
    assert breaker.state == "closed"
    assert opened().state == "open"
    assert opened().room == 0


def test_it_asks_after_ever_longer_waits_up_to_a_minute() -> None:
    breaker, now, waits = opened(), NOON, []
    for _ in range(7):
        assert breaker.retry_at is not None
        assert not breaker.asks(breaker.retry_at - SECOND)
        waits.append((breaker.retry_at - now).total_seconds())
        now = breaker.retry_at
        assert breaker.asks(now)
        assert not breaker.asked(works=False, now=now, jitter=0.5)
    assert waits == [5, 10, 20, 40, 60, 60, 60]


def test_after_an_answer_one_text_leaves_then_twice_as_many_until_it_is_whole() -> None:
    breaker, rooms = opened(), []
    assert breaker.asked(works=True, now=NOON, jitter=0.5)
    while breaker.state == "trying":
        rooms.append(breaker.room)
        breaker.left()
        breaker.answered(works=True, now=NOON, jitter=0.5)
    assert rooms == [1, 2, 4, 8, 16]
    assert breaker.room > WHOLE


def test_a_failure_while_trying_opens_it_for_longer() -> None:
    breaker = opened()
    breaker.asked(works=True, now=NOON, jitter=0.5)
    breaker.left()
    assert breaker.room == 0
    assert breaker.answered(works=False, now=NOON, jitter=0.5)
    assert breaker.retry_at == NOON + 10 * SECOND


def test_a_text_that_never_reached_the_carrier_says_nothing() -> None:
    breaker = opened()
    breaker.asked(works=True, now=NOON, jitter=0.5)
    breaker.left()
    assert not breaker.answered(works=None, now=NOON, jitter=0.5)
    assert (breaker.state, breaker.room) == ("trying", 1)


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_a_carrier_that_names_a_moment_is_left_alone_until_then_after_a_single_refusal(jitter: float) -> None:
    breaker, until = Breaker(), NOON + 200 * SECOND
    breaker.left()
    assert breaker.answered(works=False, now=NOON, jitter=jitter, not_before=until)
    assert breaker.room == 0
    assert not breaker.asks(until - SECOND)
    assert breaker.asks(until + 50 * SECOND)


def test_the_latest_moment_that_was_named_counts() -> None:
    breaker = Breaker()
    for seconds in (1, 300, 20):
        breaker.left()
        breaker.answered(works=False, now=NOON, jitter=0.0, not_before=NOON + seconds * SECOND)
    assert breaker.retry_at == NOON + 300 * SECOND


def test_answers_from_before_it_opened_do_not_close_it() -> None:
    breaker = opened()
    breaker.answered(works=True, now=NOON, jitter=0.5)
    assert breaker.state == "open"
