"""Each check of going live fails by itself, and says what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from capture.domain import entitlement
from capture.domain.checklist import AccountCheck, Facts, LackingText, Line, Trial, Words, checklist

NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
LINE = Line("+13125550123", "AC1", EARLIER, "approved", "approved")
ACCOUNT = AccountCheck("AC1", EARLIER, None, ["+13125550123", "+13125550124"])
TRIAL = Trial("+13125550177", NOW, EARLIER, EARLIER, EARLIER, None)
WORDS = Words(17, [], EARLIER)
LACKING = LackingText("safety", "Safety", ["Shop phone has no value.", "It must contain 911."])
READY = Facts(
    "Mon 8:00 AM–5:00 PM",
    [LINE],
    [ACCOUNT],
    WORDS,
    TRIAL,
    "unmetered",
    plan_is_on=True,
    zone="America/Chicago",
    now=NOW,
)


def test_a_shop_that_has_proven_everything_is_ready_and_shows_the_evidence():
    found = checklist(READY)
    assert all(each.passed for each in found)
    seen = {each.name: each.seen for each in found}
    assert seen["line"] == "Last call seen, signed by the carrier: (312) 555-0123 11:00 AM"
    assert seen["words"] == "All 17 that automation may send can leave as they stand, looked at 11:00 AM"
    assert seen["trial"] == "Delivered to (312) 555-0177 11:00 AM"


@pytest.mark.parametrize(
    ("change", "name", "told"),
    [
        ({"hours": ""}, "hours", "after hours"),
        ({"lines": []}, "line", "no tracked number"),
        ({"lines": [LINE._replace(heard_at=None)]}, "line", "Ring (312) 555-0123 once"),
        ({"lines": [LINE, LINE._replace(number="+13125550124", heard_at=None)]}, "line", "Ring (312) 555-0124 once"),
        ({"lines": [LINE._replace(missing_since=EARLIER)]}, "line", "does not have (312) 555-0123"),
        ({"accounts": []}, "account", "no carrier account"),
        ({"accounts": [AccountCheck("AC1", None, None, ())]}, "account", "Not tested yet"),
        ({"accounts": [ACCOUNT._replace(trouble="The carrier refused the secret")]}, "account", "refused the secret"),
        ({"accounts": [ACCOUNT._replace(listed=["+13125550999"])]}, "account", "does not have (312) 555-0123"),
        ({"lines": [LINE._replace(campaign="in_review")]}, "registration", "3–7 days"),
        ({"lines": [LINE._replace(brand="rejected")]}, "registration", "Refused"),
        ({"words": None}, "words", "Nobody has looked"),
        ({"words": WORDS._replace(lacking=[LACKING])}, "words", "Safety: Shop phone has no value. It must contain 911."),
        ({"words": WORDS._replace(lacking=[LACKING, LACKING])}, "words", "911. 1 more needs mending too."),
        ({"words": WORDS._replace(lacking=[LACKING] * 3)}, "words", "2 more need mending too."),
        ({"plan": "canceled", "plan_is_on": False}, "plan", "canceled"),
        ({"trial": None}, "trial", "from your own phone"),
        ({"trial": TRIAL._replace(delivered_at=None)}, "trial", "The carrier took the text"),
        ({"trial": TRIAL._replace(delivered_at=None, taken_at=None)}, "trial", "was missed"),
        ({"trial": Trial("+13125550177", NOW + timedelta(minutes=5), None, None, None, None)}, "trial", "Waiting for your call"),
        ({"trial": Trial("+13125550177", EARLIER, None, None, None, None)}, "trial", "Try again"),
        ({"trial": TRIAL._replace(delivered_at=None, failed_at=EARLIER)}, "trial", "could not deliver"),
    ],
)  # fmt: skip
def test_what_is_not_proven_is_named_and_nothing_else_fails(change, name, told):
    failed = [each for each in checklist(READY._replace(**change)) if not each.passed]
    assert name in {each.name for each in failed}
    assert told in next(each.seen for each in failed if each.name == name)
    if change.get("lines") != []:
        assert [each.name for each in failed] == [name]


def test_a_number_that_needs_no_registration_counts_as_registered():
    assert all(
        each.passed
        for each in checklist(READY._replace(lines=[LINE._replace(brand="not_needed", campaign="not_needed")]))
    )


@pytest.mark.parametrize(
    ("status", "days", "on"),
    [("active", 0, True), ("trialing", 0, True), ("unmetered", 0, True), ("past_due", 6.99, True), ("past_due", 7, False), ("unpaid", 0, False), ("unknown", 0, False)],
)  # fmt: skip
def test_the_plan_is_on_through_its_grace_and_not_a_moment_longer(status, days, on):
    since = NOW - timedelta(days=days) if status == "past_due" else None
    assert entitlement.is_on(status, past_due_since=since, grace_days=7, now=NOW) is on
