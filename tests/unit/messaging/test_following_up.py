"""A follow-up gives the first reply its time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from messaging.domain.decide import decide

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # Tuesday, 10 PM in Chicago
EVENING = NIGHT - timedelta(minutes=90)
FOLLOWS: list[tuple[dict[str, Any], datetime, str]] = [
    ({"history__first_reply_leaves_at": NIGHT + 10 * HOUR}, NIGHT, "Held until 10:00 AM — the first reply has not left yet"),
    ({"history__first_reply_leaves_at": None, "history__first_reply_at": NOON - HOUR}, NOON, "Held until 1:00 PM — the first reply is only 1 h old"),
    ({"history__first_reply_leaves_at": EVENING}, EVENING, "Held until 8:00 AM — the first reply has not left yet"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "now", "sentence"), FOLLOWS)
def test_a_follow_up_gives_the_first_reply_its_time_and_both_the_night(
    message: Any, context: Any, facts: dict[str, Any], now: datetime, sentence: str
) -> None:
    awake = {"shop__held_while_closed": frozenset(), "known__inbound_until": now}
    decision = decide(message("follow_up", follows_after=2 * HOUR), context(**awake, **facts), now)
    assert (decision.outcome, decision.sentence) == ("hold", sentence)
