"""What messaging tells of a shop's words is kept for the checklist of going live: the newest word, in whatever order it comes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from capture.app.hear_setup import hear_setup
from capture.store import readiness
from capture.store.readiness import WordsTold
from chassis import ids
from chassis.database import Database
from chassis.testing import FixedClock
from contracts.setup import LackingText, WordsChecked

SHOP, OTHER = ids.new_id(), ids.new_id()
LACKING = LackingText(template="safety", title="Safety", wrong=("Shop phone has no value.",))


def checked(version: int, *, at: datetime, shop: UUID = SHOP, **more: Any) -> WordsChecked:
    facts = {"looked_at": ("first_reply", "safety"), **more}
    return WordsChecked(event_id=ids.new_id(), organization_id=shop, occurred_at=at, version=version, **facts)


async def words(database: Database, shop: UUID = SHOP) -> WordsTold | None:
    async with database.web(shop) as transaction:
        return await readiness.words(transaction, organization_id=shop)


async def test_nothing_is_known_of_a_shop_that_nobody_told_of(database: Database) -> None:
    assert await words(database) is None


@pytest.mark.parametrize("batches", [[[1, 2]], [[2, 1]], [[1], [2]], [[2], [1]], [[2], [2], [1]]])
async def test_the_newest_word_counts_in_whatever_order_it_comes(
    database: Database, clock: FixedClock, batches: list[list[int]]
) -> None:
    at = {1: clock.now(), 2: clock.now() + timedelta(minutes=1)}
    for versions in batches:
        async with database.work() as transaction:
            events = [checked(each, at=at[each], lacking=(LACKING,) if each == 2 else ()) for each in versions]
            await hear_setup(transaction, [*events, checked(7, at=at[1], shop=OTHER)])
    found = await words(database)
    assert found is not None
    assert (found.version, found.looked_at, found.told_at) == (2, 2, at[2])
    assert [(each.template, each.title, list(each.wrong)) for each in found.lacking] == [
        ("safety", "Safety", ["Shop phone has no value."])
    ]
    assert (await words(database, OTHER) or found).version == 7
