"""What leaves while the shop is closed, from the shop's snapshot to the words that its owner reads."""

from datetime import UTC, datetime

import pytest

from chassis import ids
from contracts.organizations import OrganizationChanged, WhileClosed
from messaging.app.shop_facts import shop_of
from messaging.domain.rules_in_words import rules_in_words


def snapshot(chosen: WhileClosed) -> OrganizationChanged:
    return OrganizationChanged(
        event_id=ids.new_id(), organization_id=ids.new_id(), occurred_at=datetime(2026, 11, 24, tzinfo=UTC),
        organization_version=1, slug="northside", name="Northside", zone="America/Chicago", while_closed=chosen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "held", "words"),
    [
        (WhileClosed(), {"follow_up", "review_request"}, "Follow-ups wait until you open. Answers by rule leave while you are closed too."),
        (WhileClosed(follow_up="send", review_request="send"), set(), "Answers by rule and follow-ups leave while you are closed too."),
        (WhileClosed(response="hold", slot_offer="hold"), {"response", "slot_offer", "follow_up", "review_request"}, "Answers by rule and follow-ups wait until you open."),
    ],
)  # fmt: skip
def test_a_shop_chooses_by_class_what_waits_until_it_opens(chosen: WhileClosed, held: set[str], words: str) -> None:
    shop = shop_of(snapshot(chosen))
    assert shop.held_while_closed == held
    assert rules_in_words(shop)[8].words.endswith(words)
