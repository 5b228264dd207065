"""What the relay's own process commits leaves without being read again, and never before what has to leave first."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from chassis import packing, relay
from chassis.database import Database, open_database
from chassis.doorbell import Doorbell
from chassis.ids import new_id
from chassis.settings import Settings
from chassis.testing import eventually
from contracts.base import HomeownerEvent

Make = Callable[..., HomeownerEvent]


async def append(database: Database, *events: HomeownerEvent) -> None:
    async with database.work() as transaction:
        transaction.append(*events)


async def _none_left(rows_left: Any, database: Database) -> bool:
    return bool(await rows_left(database) == 0)


async def test_what_the_relay_s_own_process_commits_leaves_without_being_read_again(
    database: Database, text: Make, tap: Any, run_relay: Any, rows_left: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_relay()
    known, homeowner = new_id(), new_id()
    await append(database, text(known))
    await tap.until(lambda tap: tap.bodies(known))
    await eventually(lambda: _none_left(rows_left, database))
    monkeypatch.setattr(relay, "NEXT", relay.NEXT.replace("LIMIT $4", "LIMIT 0 * $4"))
    await append(database, text(homeowner, 1), text(homeowner, 2))
    await append(database, text(homeowner, 3))
    await tap.until(lambda tap: len(tap.bodies(homeowner)) >= 3)
    assert tap.bodies(homeowner) == ["1", "2", "3"]


async def test_a_row_that_another_process_committed_a_moment_before_is_not_overtaken(
    settings: Settings, database: Database, text: Make, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells the relay of it."""
    monkeypatch.setattr(Doorbell, "_notify", _nothing)
    await run_relay()
    homeowner, other = new_id(), await open_database(settings, roles=("work",))
    for number in range(30):
        await append(other if number % 3 == 1 else database, text(homeowner, number))
        if number % 3 == 2:
            await asyncio.sleep(number * 0.001)
    await tap.until(lambda tap: len(tap.bodies(homeowner)) >= 30)
    assert tap.bodies(homeowner) == [str(number) for number in range(30)]
    await other.stop()


async def _nothing(_self: Doorbell) -> None:
    pass


async def test_what_follows_a_row_that_failed_waits_for_it(
    database: Database, text: Make, tap: Any, run_relay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack, failing = packing.pack, [True] * 3

    def fail_at_first(batch: Any, row: packing.Row) -> bool:
        if failing and row["aggregateid"] == str(homeowner):
            failing.pop()
            raise KafkaError
        return pack(batch, row)

    await run_relay()
    known, homeowner, neighbour = new_id(), new_id(), new_id()
    await append(database, text(known))
    await tap.until(lambda tap: tap.bodies(known))
    monkeypatch.setattr(packing, "pack", fail_at_first)
    for number in range(20):
        await append(database, text(homeowner, number), text(neighbour, number))
        await asyncio.sleep(0.02)
    await tap.until(lambda tap: len(tap.bodies(homeowner)) >= 20 and len(tap.bodies(neighbour)) >= 20)
    for each in (homeowner, neighbour):
        assert tap.bodies(each) == [str(number) for number in range(20)]
