"""What a customer's subscriptions say does not depend on the order in which their events came, nor on how often."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.domain.standing import KNOWN, Standing, Told, standing

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def told(second: int, status: str, what: str = "updated", *, before: str | None = None, sub: str = "sub_1", name: str | None = None) -> Told:  # fmt: skip
    return Told(name or f"evt_{second}_{status}_{what}", sub, status, at(second), what, before)


def test_nothing_is_said_before_the_first_word() -> None:
    assert standing([]) is None


@pytest.mark.parametrize("status", KNOWN)
def test_each_status_stands(status: str) -> None:
    since = at(5) if status == "past_due" else None
    assert standing([told(5, status)]) == Standing(status, since)


def test_a_status_that_nobody_knows_is_unknown() -> None:
    assert standing([told(1, "active"), told(2, "hibernating")]) == Standing("unknown")


def test_grace_runs_from_the_event_that_made_it_past_due_not_from_a_later_one() -> None:
    story = [
        told(1, "active", "created"),
        told(10, "past_due", before="active"),
        told(20, "past_due"),
        told(30, "past_due"),
    ]
    assert standing(reversed(story)) == Standing("past_due", at(10))


def test_a_second_time_past_due_runs_anew() -> None:
    story = [told(1, "past_due"), told(5, "active", before="past_due"), told(9, "past_due", before="active")]
    assert standing(story) == Standing("past_due", at(9))


def test_within_a_second_the_chain_of_changes_tells_the_order() -> None:
    created = told(1, "incomplete", "created")
    first, second = (
        told(1, "active", before="incomplete", name="evt_b"),
        told(1, "past_due", before="active", name="evt_a"),
    )
    assert standing([second, first, created]) == Standing("past_due", at(1))
    assert standing([told(1, "canceled", "deleted"), told(1, "active", before="trialing")]) == Standing("canceled")


def test_who_began_anew_stands_as_the_new_subscription_does() -> None:
    old, new = told(1, "canceled", "deleted", sub="sub_old"), told(2, "trialing", "created", sub="sub_new")
    assert standing([old, new]) == Standing("trialing")
    assert standing([new, told(3, "past_due", sub="sub_new"), old]) == Standing("past_due", at(3))


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(KNOWN), st.integers(0, 1)), min_size=1, max_size=12),
    st.randoms(),
)
def test_any_order_and_any_repetition_give_the_same(steps: list[tuple[int, str, int]], dice: random.Random) -> None:
    story: list[Told] = []
    present: dict[int, str] = {}
    for index, (gap, status, sub) in enumerate(steps):
        second = gap + (int((story[-1].at - NOON).total_seconds()) if story else 0)
        before, present[sub] = present.get(sub), status
        what = "created" if before is None else "updated"
        story.append(Told(f"evt_{index}", f"sub_{sub}", status, at(second), what, before if before != status else None))
    shuffled = story * 2
    dice.shuffle(shuffled)
    assert standing(shuffled) == standing(story)
