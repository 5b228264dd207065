"""A worker's statements are planned once, often while tables are small: none may read a table from end to end."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from chassis.database import Database
from messaging.store import facts, newcomers, templates, texts, threads

SCANS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}
STATEMENTS = {
    "a look at homeowners": (facts.GATHER, 8),
    "a shop's words": (templates.IN_USE, 1),
    "newcomers": (newcomers.WRITE, threads.LAST + 4),
    "known homeowners": (threads.WRITE, threads.LAST + 2),
    "texts that were taken": (texts.SENT, 4 + 7),
}


@pytest.mark.parametrize("what", STATEMENTS)
async def test_every_table_is_looked_into_by_an_index(database: Database, what: str) -> None:
    statement, parameters = STATEMENTS[what]
    async with database.work() as transaction:
        await transaction.connection.execute(f"PREPARE asked AS {statement}")
        nothing = ", ".join(["NULL"] * parameters)
        explained = await transaction.fetch_value(f"EXPLAIN (FORMAT JSON) EXECUTE asked({nothing})")
        await transaction.connection.execute("DEALLOCATE asked")
    scans = [node for node in _nodes(msgspec.json.decode(explained)[0]["Plan"]) if node["Node Type"] in SCANS]
    assert scans
    assert [node.get("Relation Name", node.get("Index Name")) for node in scans if "Index Cond" not in node] == []


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
