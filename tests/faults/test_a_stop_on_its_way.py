"""Kafka stands still with a STOP on its way: nothing automated leaves, neither then nor once the STOP is heard (rule 12)."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from carrier_client import DAYS, Shop, get, until
from running_stack import RunningStack

STOPPER, WAITER = "+13125550171", "+13125550172"
OPENS_IN, AWAY_FOR = timedelta(minutes=8), timedelta(minutes=10)


def opening(now: datetime) -> dict[str, list[str]]:
    """Hours that begin in a few minutes, every day: until then the first reply is held."""
    at = now.astimezone(ZoneInfo("America/Chicago")) + OPENS_IN
    until_then = min(at.hour * 60 + at.minute + 120, 24 * 60)
    span = f"{at:%H:%M}-{until_then // 60:02}:{until_then % 60:02}"
    return {day: [span] for day in DAYS}


def nothing_leaves(shop: Shop, *, seconds: float) -> None:
    """Looked at all the time, not only at the end."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        assert shop.carrier.sent_to(STOPPER) == []
        assert shop.carrier.sent_to(WAITER) == []
        time.sleep(0.25)


@pytest.mark.parametrize(
    "seconds", [4, pytest.param(60, marks=pytest.mark.faults_full), pytest.param(600, marks=pytest.mark.soak)]
)
def test_no_automated_text_leaves_while_a_stop_is_on_its_way(
    stack: RunningStack, clock: Any, tmp_path: Path, seconds: int
) -> None:
    slug, line = f"shop-{secrets.token_hex(4)}", f"+13125568{seconds:03}"
    shop = Shop(stack, slug, line, keywords="ours")  # the carrier itself would let the text through
    now = _now(clock)
    if now.astimezone(ZoneInfo("America/Chicago")).hour == 23:  # hours that begin before midnight would end too soon
        clock.advance(3600)
        now += timedelta(hours=1)
    hours, opens_at = opening(now), now + OPENS_IN
    shop.open(tmp_path, hours=hours, first_reply={"window_hours": 24, "after_hours": "hold", "at_night": "send"})
    for number in (STOPPER, WAITER):
        shop.ring(number)
    until(
        lambda: all(shop.texts(number, state="held") for number in (STOPPER, WAITER)),
        seconds=120,
        what="both texts are held",
    )
    with stack.hold_down("kafka"):
        until(lambda: get(stack.front_door + "/health/ready")[1]["status"] == "degraded", what="Kafka is away")
        shop.write(STOPPER, "STOP")
        clock.advance(AWAY_FOR.total_seconds() - seconds)  # what does not pass by itself
        nothing_leaves(shop, seconds=seconds)
        assert _now(clock) > opens_at, "the shop is open and both texts are due"
        assert {each["state"] for each in shop.texts(STOPPER)} == {"held"}
    until(lambda: shop.texts(STOPPER, state="cancelled"), seconds=120, what="the STOP was heard")
    until(lambda: shop.carrier.sent_to(WAITER), seconds=120, what="whoever did not write STOP gets the text")
    assert {each["class"] for each in shop.texts(STOPPER) if each["provider_id"]} <= {"compliance"}  # the confirmation
    assert all("no more texts" in each["body"] for each in shop.carrier.sent_to(STOPPER))
    assert len(shop.carrier.sent_to(WAITER)) == 1


def _now(clock: Any) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=clock.ahead)  # noqa: TID251 -- the stack's own clock
