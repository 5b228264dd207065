"""Group commit: one statement for the requests of a moment, and a bad row costs nobody else anything."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from capture.app.store_callbacks import StoreCallbacks
from capture.store import callbacks
from capture.store.callbacks import Callback
from chassis.database import INFRASTRUCTURE, Database, open_connection
from chassis.doorbell import Doorbell
from chassis.settings import Settings
from chassis.testing import FixedClock, eventually

numbers = itertools.count()


def storing(settings: Settings, *, seconds: float = 1.5) -> StoreCallbacks:
    connect = partial(open_connection, settings, role="work", name="test", statement_seconds=seconds)
    return StoreCallbacks(connect=connect, bell=Doorbell(channel="test"), statement_seconds=seconds)


@pytest.fixture
async def store(settings: Settings, database: Database) -> AsyncIterator[StoreCallbacks]:
    stored = storing(settings)
    await stored.start()
    yield stored
    await stored.stop()


@pytest.fixture
def made(clock: FixedClock) -> Any:
    def make(key: str | None = None, **changes: Any) -> Callback:
        name = key or f"k{next(numbers)}"
        return Callback(
            callback_key=name, organization_id=UUID(int=7), kind="inbound", subject=name, effect="", number="+1", query="", headers={}, body=b"",
            traceparent=None, received_at=clock.now(), happened_at=clock.now(),
        )._replace(**changes)  # fmt: skip

    return make


async def test_many_at_once_take_few_commits(store: StoreCallbacks, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []
    real = callbacks.store

    async def counted(connection: Any, group: Any) -> dict[str, int]:
        groups.append(len(group))
        return await real(connection, group)

    monkeypatch.setattr(callbacks, "store", counted)
    answers = await asyncio.gather(*(store.store(made()) for _ in range(500)))
    assert answers == [True] * 500
    assert sum(groups) == 500
    assert len(groups) <= 10
    assert max(groups) <= 200


async def test_of_one_key_exactly_one_is_new(store: StoreCallbacks, made: Any) -> None:
    answers = await asyncio.gather(*(store.store(made("same")) for _ in range(20)))
    assert sorted(answers) == [False] * 19 + [True]
    assert await store.store(made("same")) is False


async def test_a_row_that_cannot_be_stored_fails_alone(store: StoreCallbacks, made: Any, database: Database) -> None:
    bad = made(number="nul \0 byte")
    answers = await asyncio.gather(*(store.store(each) for each in (made(), bad, made())), return_exceptions=True)
    assert [answers[0], answers[2]] == [True, True]
    assert isinstance(answers[1], asyncpg.DataError)
    assert await database.work_pool.fetchval("SELECT count(*) FROM callbacks") == 2
    assert await store.store(made()) is True


async def test_stopping_leaves_nobody_waiting(settings: Settings, database: Database, made: Any) -> None:
    stored = storing(settings)
    waiting = asyncio.ensure_future(stored.store(made()))
    await asyncio.sleep(0)
    await stored.stop()
    with pytest.raises(TimeoutError):
        await waiting


async def test_whoever_waits_behind_groups_that_hang_is_answered_in_time_too(
    settings: Settings, database: Database, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = storing(settings, seconds=1.0)
    await stored.start()

    async def seconds_until_refused() -> float:
        begun = time.monotonic()
        with pytest.raises(INFRASTRUCTURE):
            await stored.store(made())
        return time.monotonic() - begun

    with monkeypatch.context() as patched:
        patched.setattr(callbacks, "store", lambda *_: asyncio.sleep(60))
        waiting = []
        for _ in range(5):
            waiting.append(asyncio.ensure_future(seconds_until_refused()))
            await asyncio.sleep(0.05)
        assert max(await asyncio.gather(*waiting)) < 1.9, "two groups' time, one after the other, is 2.4 s"
    assert await stored.store(made()) is True
    await stored.stop()


async def test_a_connection_that_was_lost_is_opened_again(store: StoreCallbacks, made: Any, database: Database) -> None:
    await store.store(made())
    await database.work_pool.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'capture test'"
    )

    async def stored() -> bool:
        with suppress(*INFRASTRUCTURE):
            return await store.store(made())
        return False

    await eventually(stored)
