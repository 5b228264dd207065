"""Shops take turns, senders keep their pace, and an outage neither burns tries nor ends in a flood."""

import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest

from chassis.database import Database
from chassis.testing import FixedClock, eventually
from contracts.organizations import TrackedNumber
from messaging.app.lanes import HANDS
from messaging.gateway.carrier import AnswerLost, NeverSent, Refused
from messaging.store.due_texts import DUE, FEW, FIRST_SHOP

LINE = "+13125550123"
SLOW = (TrackedNumber(number=LINE, provider="twilio", account="AC1", segments_per_second=1),)
BACKLOG = """
INSERT INTO texts (text_id, organization_id, homeowner_id, text_class, state, body, from_number, to_number, partition, segments, created_at, due_at, decision)
SELECT gen_random_uuid(), $1, gen_random_uuid(), 'staff', 'queued', 'We are on our way', $2, '+1312555' || lpad((n % 10000)::text, 4, '0'), -1, 1, $3, $3, '{}'
FROM generate_series(1, $4) AS n
"""


def _more_than(shop: Any, before: int) -> bool:
    return len(shop.carrier.asked) > before


@pytest.fixture(autouse=True)
async def nothing_waits(database: Database) -> None:
    """Of shops of other tests, which this one's sender does not know."""
    async with database.work() as transaction:
        await transaction.execute("UPDATE texts SET state = 'cancelled' WHERE state IN ('queued', 'held')")


async def backlog(shop: Any, count: int, *, line: str = LINE) -> None:
    """Texts of a shop's people that wait."""
    async with shop.database.work() as transaction:
        await transaction.execute(BACKLOG, shop.id, line, shop.clock.now() - timedelta(minutes=1), count)


async def count(shop: Any, state: str) -> int:
    async with shop.database.work() as transaction:
        found: int = await transaction.fetch_value(
            "SELECT count(*) FROM texts WHERE organization_id = $1 AND state = $2", shop.id, state
        )
    return found


def join(shop: Any, other: Any) -> None:
    """Both in one process, with one sender."""
    shop.organizations._remember([other.organizations.get(other.id)])


async def test_a_backlog_of_ten_thousand_does_not_delay_another_shop_s_first_reply(
    open_shop: Callable[..., Any], caller: str
) -> None:
    busy, quiet = open_shop(), open_shop()
    join(busy, quiet)
    await backlog(busy, 10_000)
    busy.carrier.gate.clear()  # the carrier is slow: every hand that is given away stays away
    while await busy.sender.step():
        pass
    assert len(busy.sender.in_hand) <= HANDS // 2 + 1
    await eventually(lambda: len(busy.carrier.asked) >= HANDS // 2)
    await busy.hears(quiet.missed(caller))
    await eventually(lambda: busy.carrier.asked[-1].to_number == caller)  # at once, born sending
    busy.carrier.gate.set()
    await busy.hands_are_empty()
    assert await count(busy, "queued") >= 9_900
    assert (await quiet.row(caller))["state"] == "sent"


async def test_what_waits_of_another_shop_leaves_in_the_next_round(open_shop: Callable[..., Any]) -> None:
    busy, quiet = open_shop(), open_shop()
    join(busy, quiet)
    await backlog(busy, 10_000)
    await busy.sender.step()
    await busy.hands_are_empty()
    await backlog(quiet, 3)
    rounds = 0
    while await count(quiet, "queued"):
        await busy.sender.step()
        await busy.hands_are_empty()
        rounds += 1
    assert rounds <= 2
    assert await count(busy, "sent") < 500


async def test_a_shop_that_has_all_its_hands_goes_on_as_soon_as_one_of_them_is_free(shop: Any) -> None:
    await backlog(shop, 200)
    shop.carrier.gate.clear()
    while await shop.sender.step():
        pass
    assert 0 < shop.sender.lanes.held_by(shop.id) < HANDS
    await shop.sender.bell.wait(0)  # whatever rang before
    shop.carrier.gate.set()
    await shop.hands_are_empty()
    assert await shop.sender.bell.wait(0), "the rest would wait until somebody looks by chance"


async def test_nobody_starves_behind_many_shops_with_long_queues(open_shop: Callable[..., Any]) -> None:
    shops = sorted((open_shop() for _ in range(30)), key=lambda each: each.id)
    first, last = shops[0], shops[-1]
    for each in shops[:-1]:
        join(first, each)
        await backlog(each, 150)
    join(first, last)
    await backlog(last, 1)
    for _ in range(8):
        await first.sender.step()
        await first.hands_are_empty()
    assert await count(last, "sent") == 1
    assert min([await count(each, "sent") for each in shops[:-1]]) > 0


async def test_a_line_sends_a_burst_and_then_one_segment_a_second(shop: Any, clock: FixedClock) -> None:
    shop.become(numbers=SLOW)
    await backlog(shop, 50)
    await shop.sends()
    assert await count(shop, "sent") == 30
    await shop.sends()
    assert await count(shop, "sent") == 30
    clock.advance(seconds=5)
    await shop.sends()
    assert await count(shop, "sent") == 35
    clock.advance(seconds=60)
    await shop.sends()
    assert await count(shop, "sent") == 50


async def test_a_first_reply_of_a_line_that_sent_its_burst_waits_for_its_second(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.become(numbers=SLOW)
    await backlog(shop, 30)
    await shop.sends()
    await shop.hears(shop.missed(caller))
    assert (await shop.row(caller))["state"] == "queued"
    clock.advance(seconds=1)
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.row(caller))["state"] == "sent"


@pytest.mark.parametrize("answer", [NeverSent("ClientConnectorError"), Refused(20429, 429), AnswerLost("it said 503")])
async def test_an_outage_burns_at_most_one_try_of_what_was_on_its_way(
    shop: Any, clock: FixedClock, answer: Any
) -> None:
    await backlog(shop, 12)
    shop.carrier.answers, shop.carrier.lists = [answer] * 1000, False
    await shop.sends()
    asked = len(shop.carrier.asked)
    for _ in range(30):
        clock.advance(minutes=1)
        await shop.sends()
    assert len(shop.carrier.asked) == asked == 12
    async with shop.database.work() as transaction:
        attempts = await transaction.fetch("SELECT DISTINCT attempt FROM texts WHERE organization_id = $1", shop.id)
    assert [row["attempt"] for row in attempts] == [1]


@pytest.mark.parametrize("as_date", [False, True])
async def test_a_busy_carrier_that_says_until_when_gets_nothing_by_that_line_before(
    shop: Any, clock: FixedClock, as_date: bool
) -> None:
    until = clock.now() + timedelta(minutes=5)
    shop.carrier.answers = [Refused(20429, 429, retry_after=until if as_date else timedelta(minutes=5))]
    await backlog(shop, 1)
    await shop.sends()
    await backlog(shop, 5)
    while clock.now() < until - timedelta(seconds=50):
        clock.advance(seconds=50)
        await shop.sends()
    assert len(shop.carrier.asked) == 1
    for _ in range(4):
        clock.advance(minutes=1)
        await shop.sends()
    assert await count(shop, "sent") == 6
    assert len(shop.carrier.asked) == 7


async def test_after_an_outage_one_text_leaves_first_and_more_with_each_that_gets_through(
    shop: Any, clock: FixedClock
) -> None:
    await backlog(shop, 4)
    shop.carrier.answers, shop.carrier.lists = [NeverSent("ClientConnectorError")] * 4, False
    await shop.sends()
    await backlog(shop, 21)
    clock.advance(minutes=10)
    await shop.sends()
    assert len(shop.carrier.asked) == 4
    shop.carrier.lists = True
    clock.advance(minutes=2)
    waves: list[int] = []
    shop.carrier.gate.clear()
    await shop.ask_carriers()
    for _ in range(3):
        before = len(shop.carrier.asked)
        while await shop.sender.step():
            pass
        await eventually(partial(_more_than, shop, before))
        waves.append(len(shop.carrier.asked) - before)
        shop.carrier.gate.set()
        await shop.hands_are_empty()
        shop.carrier.gate.clear()
    assert waves == [1, 2, 8]  # each that gets through doubles it: two make eight of two
    shop.carrier.gate.set()
    await shop.sends()
    assert await count(shop, "sent") == 25


async def test_a_refusal_for_good_is_no_outage(shop: Any, clock: FixedClock) -> None:
    await backlog(shop, 10)
    shop.carrier.answers = [Refused(21211, 400)] * 5
    await shop.sends()
    assert (await count(shop, "failed"), await count(shop, "sent")) == (5, 5)


async def test_a_quiet_night_with_many_shops_is_not_looked_through(open_shop: Callable[..., Any]) -> None:
    shop = open_shop()
    await backlog(shop, 5_000)
    async with shop.database.work() as transaction:
        later = shop.clock.now() + timedelta(hours=9)
        await transaction.execute("UPDATE texts SET state = 'held', due_at = $2 WHERE organization_id = $1 AND state = 'queued'", shop.id, later)  # fmt: skip
        await transaction.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        told = await transaction.fetch_value(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {FEW}", shop.clock.now(), [-1], 64, [], []
        )
    plan = told if isinstance(told, str) else json.dumps(told)
    assert "texts_due" in plan
    assert max(float(rows) for rows in re.findall(r'"Actual Rows": ([0-9.]+)', plan)) < 10


@pytest.fixture
async def owner(shop: Any) -> AsyncIterator[asyncpg.Connection]:
    """Who may say what Postgres believes of a table; in the end it is what there is."""
    connection = await asyncpg.connect(shop.settings.database.owner)
    yield connection
    await connection.execute("ANALYZE texts")
    await connection.close()


@pytest.mark.parametrize("known", [False, True], ids=["a table of which nothing is known", "a table that was analyzed"])
async def test_the_round_reads_by_an_index_and_only_what_it_takes(
    open_shop: Callable[..., Any], owner: asyncpg.Connection, *, known: bool
) -> None:
    shop = open_shop()
    await backlog(shop, 20_000)
    if known:
        await owner.execute("ANALYZE texts")
    else:
        await owner.execute("SELECT pg_clear_relation_stats('public', 'texts')")
        await owner.execute(
            "SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited) FROM pg_stats WHERE tablename = 'texts'"
        )
    async with shop.database.work() as transaction:
        await transaction.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        told = await transaction.fetch_value(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {DUE}", shop.clock.now(), [-1], 64, FIRST_SHOP, [], [], [], []
        )
    plan = told if isinstance(told, str) else json.dumps(told)
    assert '"Seq Scan"' not in plan
    assert "texts_waiting" in plan
    read = [float(rows) for rows in re.findall(r'"Actual Rows": ([0-9.]+)', plan)]
    assert max(read) < 1000
