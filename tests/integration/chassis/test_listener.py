"""Bells across processes: notified after a commit, heard by whoever listens."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis import listener
from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.listener import Listener
from chassis.settings import DatabaseSettings
from chassis.testing import eventually

LISTENING = "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'sample listener'"


@pytest.fixture
async def bell(database: Database, addresses: DatabaseSettings) -> AsyncIterator[Doorbell]:
    """One that is listened for."""
    heard = Doorbell(channel="folding")
    listening = Listener(dsn=addresses.work, name="sample", bells=[heard])
    await listening.start()
    assert await heard.wait(10)  # it rings once it listens: something may have been missed before
    yield heard
    await listening.stop()


async def test_a_ring_is_heard_in_another_process(bell: Doorbell, database: Database) -> None:
    elsewhere = Doorbell(channel="folding", pool=database.web_pool)
    elsewhere.ring()
    assert await bell.wait(10)
    assert not await bell.wait(0.01)


async def test_after_its_connection_was_lost_it_listens_again_and_rings(
    bell: Doorbell, database: Database, postgres_superuser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "AGAIN_SECONDS", 0.05)
    superuser = await asyncpg.connect(postgres_superuser)
    await eventually(lambda: superuser.fetchval(LISTENING))
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sample listener'"
    )
    assert await bell.wait(10)
    await eventually(lambda: superuser.fetchval(LISTENING))
    await superuser.close()
    Doorbell(channel="folding", pool=database.web_pool).ring()
    assert await bell.wait(10)


async def test_a_transaction_that_is_rolled_back_rings_nothing(bell: Doorbell, database: Database) -> None:
    async def fail() -> None:
        async with database.work() as transaction:
            transaction.after_commit(Doorbell(channel="folding", pool=database.work_pool).ring)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await asyncio.sleep(0.05)
    assert not await bell.wait(0)
