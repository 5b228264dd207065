"""What a call proves is written down, whoever holds the number's row at that moment."""

from typing import Any

import pytest
from capture_service import NUMBER, form_of, shop_text

from capture.app import twilio_forms
from capture.app.fold_callbacks import FoldCallbacks
from capture.store import callbacks
from capture.store.callbacks import Callback
from chassis.database import Database
from chassis.testing import FixedClock


@pytest.fixture
async def ring(shops: Any, database: Database, clock: FixedClock) -> Any:
    """A call comes in on the number of `northside`; returns what is due."""
    shop = await shops.apply(shop_text())

    async def store(sid: str) -> list[callbacks.Due]:
        callback = Callback(
            callback_key=sid, organization_id=shop.organization_id, kind="inbound", subject=sid, effect="", number=NUMBER, query="", headers={},
            body=twilio_forms.encoded(form_of(sid)), traceparent=None, received_at=clock.now(), happened_at=clock.now(),
        )  # fmt: skip
        async with database.work() as transaction:
            stored = await callbacks.store(transaction.connection, [callback])
        return [callbacks.due(callback, seq=seq) for seq in stored.values()]

    return store


async def heard_at(database: Database) -> Any:
    return await database.work_pool.fetchval("SELECT heard_at FROM tracked_numbers")


@pytest.mark.parametrize("handed", [True, False], ids=["folded from memory", "folded from the table"])
async def test_a_lone_call_proves_its_number_though_a_look_at_the_lists_held_it(
    fold: FoldCallbacks, ring: Any, database: Database, clock: FixedClock, handed: bool
) -> None:
    rang_at = clock.now()
    due = await ring("CA1")
    async with database.work() as looking:
        await looking.execute("SELECT FROM tracked_numbers FOR UPDATE")
        if handed:
            fold.hand(due)
        await fold()
        assert await database.work_pool.fetchval("SELECT outcome FROM calls") == "open", "a fold waits for nobody"
        assert await heard_at(database) is None
    clock.advance(seconds=1)
    await fold()
    assert await heard_at(database) == rang_at
