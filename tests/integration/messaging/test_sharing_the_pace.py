"""Several processes hand over no more of one line than it is granted: each counts the others and keeps its share."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.database import Database
from chassis.testing import FixedClock
from contracts.organizations import TrackedNumber
from messaging.app.share_pace import GONE_AFTER, SharePace

LINE = "+13125550123"
SLOW = (TrackedNumber(number=LINE, provider="twilio", account="AC1", segments_per_second=2),)
WAITING = """
INSERT INTO texts (text_id, organization_id, homeowner_id, text_class, state, body, from_number, to_number, partition, segments, created_at, due_at, decision)
SELECT gen_random_uuid(), $1, gen_random_uuid(), 'staff', 'queued', 'We are on our way', $2, '+1312555' || lpad(n::text, 4, '0'), -1, 1, $3, $3, '{}'
FROM generate_series(1, 400) AS n
"""


@pytest.fixture
async def process(database: Database, clock: FixedClock) -> Callable[[Any, str], SharePace]:
    async with database.work() as transaction:
        await transaction.execute("DELETE FROM sending_processes")
        await transaction.execute("UPDATE texts SET state = 'cancelled' WHERE state IN ('queued', 'held')")

    def make(sender: Any, name: str) -> SharePace:
        return SharePace(database=database, lanes=sender.lanes, name=name, clock=clock)

    return make


async def test_two_processes_together_keep_the_line_s_pace(
    shop: Any, clock: FixedClock, process: Callable[[Any, str], SharePace]
) -> None:
    shop.become(numbers=SLOW)
    first = shop.sender
    shop.start_again()
    senders = (first, shop.sender)
    for each in (*zip(senders, "ab", strict=True), (first, "a")):
        await process(*each).step()
    async with shop.database.work() as transaction:
        await transaction.execute(WAITING, shop.id, LINE, clock.now())
    for second in range(60):
        for shop.sender in senders:
            await shop.sends()
        assert len(shop.carrier.asked) <= 2 * (30 + second) + len(senders)
        clock.advance(seconds=1)
    assert len(shop.carrier.asked) >= 2 * 89 - len(senders)


async def test_a_process_that_ends_or_vanishes_leaves_its_share_to_the_others(
    shop: Any, clock: FixedClock, process: Callable[[Any, str], SharePace]
) -> None:
    lanes, here = shop.sender.lanes, process(shop.sender, "here")
    shop.start_again()
    ends, vanishes = process(shop.sender, "ends"), process(shop.sender, "vanishes")
    for each in (ends, vanishes, here):
        await each.step()
    assert lanes.processes == 3
    await ends.stop()
    await here.step()
    assert lanes.processes == 2
    clock.moment += GONE_AFTER
    await here.step()
    assert lanes.processes == 2
    clock.advance(seconds=1)
    await here.step()
    assert lanes.processes == 1
    async with shop.database.work() as transaction:
        assert await transaction.fetch_value("SELECT array_agg(name) FROM sending_processes") == ["here"]


async def test_a_process_counts_itself_before_its_first_text(
    shop: Any, process: Callable[[Any, str], SharePace]
) -> None:
    other = process(shop.sender, "other")
    await other.start()
    shop.start_again()
    late = process(shop.sender, "late")
    await late.start()
    assert shop.sender.lanes.processes == 2
    await late.stop()
    await other.stop()
    async with shop.database.work() as transaction:
        assert await transaction.fetch_value("SELECT count(*) FROM sending_processes") == 0
