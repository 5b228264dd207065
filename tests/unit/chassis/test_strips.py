"""What stands at the top of every page while the plan is not paid for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis import ids
from chassis.testing import a_person
from chassis.web.strips import Strip, of_billing, shown
from contracts.organizations import Billing, OrganizationChanged

SINCE = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
OWN = ids.new_id()


def shop(**billing: Any) -> OrganizationChanged:
    return OrganizationChanged(
        event_id=ids.new_id(), organization_id=OWN, occurred_at=SINCE, slug="n", name="Northside", zone="America/Chicago", billing=Billing(**billing)
    )  # fmt: skip


def strip(now: datetime, *, role: str = "owner", **billing: Any) -> Strip | None:
    found = of_billing(shop(**billing), a_person(organization_id=OWN, role=role), now)  # type: ignore[arg-type]  # one of the three
    return found[0] if found else None


@pytest.mark.parametrize("status", ["unmetered", "trialing", "active"])
def test_what_is_paid_for_says_nothing(status: str) -> None:
    assert strip(SINCE, status=status) is None


@pytest.mark.parametrize(
    ("after", "title", "bad"),
    [(timedelta(), "A payment is past due.", False), (timedelta(days=7), "Automation is off.", True)],
)
def test_grace_ends_by_itself_at_its_moment(after: timedelta, title: str, bad: bool) -> None:
    for now, wanted in (
        (SINCE + after, (title, bad)),
        (SINCE + timedelta(days=7) - timedelta(seconds=1), ("A payment is past due.", False)),
    ):
        found = strip(now, status="past_due", past_due_since=SINCE)
        assert found is not None
        assert (found.title, found.bad) == wanted


def test_it_says_until_when_in_the_shop_s_zone() -> None:
    found = strip(SINCE, status="past_due", past_due_since=datetime(2026, 11, 25, 3, 0, tzinfo=UTC))
    assert found is not None
    assert "until Dec 1" in found.detail


@pytest.mark.parametrize("status", ["unpaid", "paused", "canceled", "incomplete", "incomplete_expired", "unknown"])
def test_a_plan_that_ended_is_bad_and_who_may_not_pay_is_told_who_can(status: str) -> None:
    owner, agent = strip(SINCE, status=status), strip(SINCE, status=status, role="agent")
    assert owner is not None
    assert agent is not None
    assert owner.bad
    assert (agent.path, "An owner can mend that" in agent.detail) == ("", True)


def test_there_are_two_at_most_and_the_worst_comes_first() -> None:
    mild, bad = Strip("mild", ""), Strip("bad", "", bad=True)
    assert shown([mild, mild, bad]) == [bad, mild]
