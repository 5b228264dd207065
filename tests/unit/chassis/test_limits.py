import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.limits import Limiter


def test_after_a_burst_it_refuses_and_says_when_to_come_again() -> None:
    limiter = Limiter(rate=0.5, burst=3)
    assert [limiter.allow("a", now=0) for _ in range(4)] == [True, True, True, False]
    assert limiter.retry_after("a") == 2
    assert not limiter.allow("a", now=1.9)
    assert limiter.allow("a", now=2.0)


def test_one_key_does_not_use_up_anothers() -> None:
    limiter = Limiter(rate=1, burst=1)
    assert limiter.allow("a", now=0)
    assert limiter.allow("b", now=0)
    assert not limiter.allow("a", now=0)


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    limiter = Limiter(rate=1, burst=1)
    assert limiter.allow("a", now=100)
    assert not limiter.allow("a", now=50)
    assert not limiter.allow("a", now=100.5)
    assert limiter.allow("a", now=101)


def test_memory_is_bounded_and_the_quietest_is_forgotten() -> None:
    limiter = Limiter(rate=0.001, burst=1, most_keys=2)
    for key in ("a", "b", "a", "c"):
        limiter.allow(key, now=0)
    assert limiter.allow("b", now=0), "forgotten, so it starts anew"
    assert not limiter.allow("c", now=0), "still known"


@pytest.mark.parametrize(("rate", "burst", "most_keys"), [(0, 1, 1), (1, 0.5, 1), (1, 1, 0)])
def test_a_limit_that_would_never_allow_is_refused(rate: float, burst: float, most_keys: int) -> None:
    with pytest.raises(ValueError, match="a limit needs"):
        Limiter(rate=rate, burst=burst, most_keys=most_keys)


@given(st.lists(st.floats(0, 2), max_size=60))
def test_never_more_than_the_burst_and_the_rate_allow(steps: list[float]) -> None:
    limiter, now, allowed = Limiter(rate=2, burst=5), 0.0, 0
    for step in steps:
        now += step
        allowed += limiter.allow("a", now=now)
    assert allowed <= 5 + 2 * now + 1e-6
