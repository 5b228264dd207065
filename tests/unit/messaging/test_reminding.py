"""A reminder whose moment falls into quiet hours comes before them, or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain import quiet_hours
from messaging.domain.context import Context, Message
from messaging.domain.decide import decide
from messaging.domain.quiet_hours import Place
from messaging.domain.state_hours import STATES
from messaging.domain.verdicts import Decision, Hold, Send, Suppress

CHICAGO = ZoneInfo("America/Chicago")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


@pytest.fixture
def decided(message: Callable[..., Message], context: Callable[..., Context]) -> Callable[..., Decision]:
    """A reminder that should arrive at `wished`, looked at at `now`, in the homeowner's state."""

    def make(wished: str, now: str, state: str = "TX") -> Decision:
        moment = at(now)
        text = message(
            "reminder", wished_at=at(wished), visit_version=1, moment_passes_at=at(wished) + timedelta(days=1)
        )
        known = {"inbound_until": moment, "bookings_until": moment, "visit_version": 1, "visit_status": "scheduled"}
        place = {"places": (Place("America/Chicago", state),), "place_words": state}
        changes = {f"known__{name}": value for name, value in known.items()}
        return decide(
            text, context(**changes, **{f"homeowner__{name}": value for name, value in place.items()}), moment
        )

    return make


def test_an_allowed_moment_is_waited_for_and_then_it_leaves(decided: Callable[..., Decision]) -> None:
    early = decided("2026-11-25T10:00", "2026-11-24T10:00")
    assert early.verdict == Hold(at("2026-11-25T10:00"), (10,))
    assert early.sentence == "Held until Wed 10:00 AM — its moment is not yet there"
    for late in ("2026-11-25T10:00", "2026-11-25T10:20"):
        assert decided("2026-11-25T10:00", late).verdict == Send("planned")


@pytest.mark.parametrize(
    ("wished", "state", "moved", "told"),
    [
        ("2026-11-25T07:00", "TX", "2026-11-24T20:59", "Held until 8:59 PM — 7:00 AM is in quiet hours in TX: it comes before them"),
        ("2026-11-26T22:30", "TX", "2026-11-26T20:59", "Held until Thu 8:59 PM — 10:30 PM is in quiet hours in TX: it comes before them"),
        ("2026-11-29T10:00", "AL", "2026-11-28T19:59", "Held until Sat 7:59 PM — 10:00 AM is in quiet hours in AL: it comes before them"),
    ],
)  # fmt: skip
def test_a_quiet_moment_moves_to_the_last_allowed_one_before_it(
    decided: Callable[..., Decision], wished: str, state: str, moved: str, told: str
) -> None:
    decision = decided(wished, "2026-11-24T10:00", state)
    assert (decision.verdict, decision.sentence) == (Hold(at(moved), (10,)), told)
    assert decided(wished, moved, state).verdict == Send("planned")


def test_where_the_evening_has_passed_it_is_skipped_with_the_reason(decided: Callable[..., Decision]) -> None:
    decision = decided("2026-11-25T07:00", "2026-11-24T21:30")
    assert decision.verdict == Suppress(10)
    assert decision.sentence == (
        "Not sent — skipped: 7:00 AM is in quiet hours in TX, and the last moment before them has passed"
    )


def test_one_that_was_late_all_day_is_skipped_at_night(decided: Callable[..., Decision]) -> None:
    assert decided("2026-11-24T20:00", "2026-11-24T21:30").sentence == "Not sent — skipped: its moment has passed"


MOMENTS = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
PLACES = st.builds(
    Place,
    st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/Puerto_Rico"]),
    st.sampled_from([*STATES, None]),
)


@given(MOMENTS, st.lists(PLACES, max_size=2))
def test_the_moment_is_allowed_never_later_and_the_last_one(wished: datetime, places: list[Place]) -> None:
    found = quiet_hours.last_allowed(wished, places=places, holidays=frozenset())
    assert found is not None
    assert found <= wished
    assert quiet_hours.allowed(found, places=places, holidays=frozenset())
    a_minute_later = found + timedelta(minutes=1)
    assert a_minute_later > wished or not quiet_hours.allowed(a_minute_later, places=places, holidays=frozenset())
