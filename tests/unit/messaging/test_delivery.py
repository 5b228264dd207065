"""Every code of the provider's table, and codes that nobody has heard of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain import delivery
from messaging.domain.carrier_words import WORDS, dead_end, in_words, what_to_do
from messaging.domain.delivery import (
    CLASSES,
    LONGEST_TOLD,
    ORDER,
    TRIES,
    error_class,
    left_alone_until,
    moves_forward,
    next_try,
    storable,
    trouble_of,
)

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
TABLE = {
    "permanent": (21211, 21614, 21635, 30004, 30005, 30006),
    "opted_out": (21610,),
    "configuration": (21408, 21606, 21612, 21212, 30002, 30032, 30034, 20003),
    "content": (30007, 21617),
    "transient": (20429, 21611, 30001, 30003, 30008, 30022, 30023, 30027),
}


@given(st.lists(st.sampled_from([*ORDER, "unheard of"]), max_size=10))
def test_a_delivery_state_never_goes_back(reports: list[str]) -> None:
    present = "queued"
    for reported in reports:
        if moves_forward(present, reported):
            assert ORDER[reported] > ORDER[present]
            present = reported
    ends = [each for each in reports if ORDER.get(each) == 3]
    assert not ends or present == ends[0]


def test_the_table_is_the_product_s() -> None:
    assert {code: kind for kind, codes in TABLE.items() for code in codes} == CLASSES


@pytest.mark.parametrize("code", CLASSES)
def test_every_code_of_the_table_has_words_and_those_that_stop_something_say_what_to_do(code: int) -> None:
    assert in_words(code) == WORDS[code]
    assert str(code) not in in_words(code)
    if CLASSES[code] in ("configuration", "content"):
        assert code == 20003 or what_to_do(code) != what_to_do(20003)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [(None, 401, "configuration"), (None, 403, "configuration"), (None, 429, "transient"), (None, 503, "transient"), (99999, 400, "unknown"),
     (99999, 503, "transient"), (None, 400, "unknown"), (None, None, "unknown"), (0, None, "unknown")],
)  # fmt: skip
def test_without_a_known_code_the_status_tells(code: int | None, status: int | None, kind: str) -> None:
    assert error_class(code, http_status=status) == kind
    assert in_words(code, http_status=status)


@given(st.integers(-5, 10**12), st.integers(100, 700))
def test_no_code_is_unheard_of(code: int, status: int) -> None:
    assert error_class(code, http_status=status)
    assert in_words(code)
    assert what_to_do(code)


@pytest.mark.parametrize(
    ("told", "kept"),
    [(21610, 21610), ("21610", 21610), (True, None), (-1, None), (0, None), (2**31, None), ("²", None), ("x", None), (None, None), ([], None), (2.5, None)],
)  # fmt: skip
def test_what_is_no_code_is_not_kept(told: object, kept: int | None) -> None:
    assert storable(told) == kept


def test_a_number_s_trouble_is_told_apart() -> None:
    troubles = {code: trouble_of(code) for code in TABLE["permanent"]}
    assert troubles == {
        21211: "invalid", 21614: "landline", 21635: "landline", 30004: "unreachable", 30005: "unreachable", 30006: "landline"
    }  # fmt: skip


def test_tries_come_after_seconds_then_minutes_and_end() -> None:
    moments = [next_try(attempt, code=20429, now=NOON, jitter=0.5) for attempt in range(1, TRIES + 1)]
    assert moments[-1] is None
    assert [(moment - NOON).total_seconds() for moment in moments if moment is not None] == [2, 10, 60, 300]


@given(st.integers(1, 4), st.floats(0, 1))
def test_jitter_stays_within_a_quarter(attempt: int, jitter: float) -> None:
    moment, plain = next_try(attempt, code=None, now=NOON, jitter=jitter), delivery.WAITS[attempt - 1]
    assert moment is not None
    assert 0.74 * plain <= moment - NOON <= 1.26 * plain


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        (None, None),
        (timedelta(), None),
        (-timedelta(hours=1), None),
        (timedelta(seconds=7), timedelta(seconds=7)),
        (timedelta(days=365), LONGEST_TOLD),
        (NOON + timedelta(minutes=3), timedelta(minutes=3)),
        (NOON - timedelta(minutes=3), None),
        (NOON + timedelta(days=1), LONGEST_TOLD),
        (datetime.max.replace(tzinfo=UTC), LONGEST_TOLD),
    ],
)
def test_a_carrier_is_left_alone_for_as_long_as_it_says_and_a_quarter_of_an_hour_at_most(
    told: timedelta | datetime | None, waits: timedelta | None
) -> None:
    until = left_alone_until(told, now=NOON)
    assert (None if until is None else until - NOON) == waits


@given(st.integers(1, 4), st.floats(0, 1), st.integers(1, 900))
def test_a_carrier_that_names_a_moment_is_not_tried_before_it_nor_much_later(
    attempt: int, jitter: float, seconds: int
) -> None:
    until = NOON + timedelta(seconds=seconds)
    moment = next_try(attempt, code=20429, now=NOON, jitter=jitter, not_before=until)
    own = next_try(attempt, code=20429, now=NOON, jitter=jitter)
    assert moment is not None
    assert own is not None
    assert until <= moment <= max(own, until + timedelta(seconds=seconds) / 4)
    assert moment >= own


@pytest.mark.parametrize("code", [30003, 30008])
def test_a_phone_out_of_reach_gets_one_more_try_and_later(code: int) -> None:
    moment = next_try(1, code=code, now=NOON, jitter=0.0)
    assert moment is not None
    assert timedelta(minutes=30) < moment - NOON < timedelta(hours=1)
    assert next_try(2, code=code, now=NOON, jitter=0.0, failed_before=True) is None


@pytest.mark.parametrize("code", [30023, 30027])
@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_a_day_s_texts_that_are_used_up_wait_for_the_next_day_in_pacific_time(code: int, jitter: float) -> None:
    late = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)  # 11:30 PM of the 24th there
    for now in (NOON, late):
        moment = next_try(1, code=code, now=now, jitter=jitter)
        assert moment == datetime(2026, 11, 25, 8, 0, tzinfo=UTC) + timedelta(hours=jitter)


def test_a_dead_end_says_call_but_not_to_whoever_asked_for_no_texts() -> None:
    assert dead_end("Not delivered: this is a landline", code=30006).endswith("landline. Call instead")
    assert "Call" not in dead_end("Not sent: they asked for none", code=21610)
