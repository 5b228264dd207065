"""A worker's statements are planned once, often while tables are empty: the plan has to hold when they are full."""

from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import msgspec

from capture.store import callbacks
from chassis.database import Database
from chassis.settings import Settings


async def test_what_is_claimed_is_looked_up_by_its_number_though_the_table_was_empty_when_it_was_planned(
    database: Database, settings: Settings
) -> None:
    owner = await asyncpg.connect(settings.database.owner)
    await owner.execute("ANALYZE callbacks")
    await owner.close()
    async with database.work() as transaction:
        await transaction.connection.execute(f"PREPARE claimed AS {callbacks.CLAIM}")
        explained = await transaction.fetch_value("EXPLAIN (FORMAT JSON) EXECUTE claimed(NULL, NULL)")
        await transaction.connection.execute("DEALLOCATE claimed")
    (claimed,) = [node for node in _nodes(msgspec.json.decode(explained)[0]["Plan"]) if node.get("Alias") == "c"]
    assert "seq = ANY" in claimed.get("Index Cond", "")


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
