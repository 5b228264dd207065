"""With Postgres down a caller still reaches the shop, everything else fails fast, and nothing is lost in the end."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from capture_service import SCRIPTS, Service, serving, shop_text
from carrier_lists import CarrierLists

from capture.app.gaps import PATIENCE
from capture.store import callbacks
from chassis.clock import system_clock
from chassis.settings import DatabaseSettings
from chassis.testing import TestDatabases, eventually
from laptop.postgres import EmbeddedPostgres

DEADLINE = 2.0
"""Of every answer. What a silent database is given is less here than it is set to, since the rest is this machine's."""


@pytest.fixture
async def own(own_postgres: EmbeddedPostgres, tmp_path: Path, lists: CarrierLists) -> AsyncIterator[Service]:
    addresses: DatabaseSettings = await TestDatabases(own_postgres.dsn()).clone("capture", SCRIPTS)
    async with serving(addresses, tmp_path, own={"statement_seconds": "0.75"}) as service:
        await service.apply(shop_text(api=lists.address))
        assert (await service.ring("CA00")).status == 200
        await service.folded()
        yield service


@contextmanager
def held_still(postgres: EmbeddedPostgres) -> Iterator[None]:
    """There, and not answering: what is worse than gone."""
    assert postgres.process is not None
    top = psutil.Process(postgres.process.pid)
    family = [top, *top.children(recursive=True)]
    for each in family:
        each.suspend()
    try:
        yield
    finally:
        for each in reversed(family):
            if each.is_running():
                each.resume()


def at() -> datetime:
    return system_clock(None).now().astimezone(UTC)


async def timed(answer: Any) -> tuple[int, str, float]:
    begun = time.perf_counter()
    found = await answer
    return found.status, found.text, time.perf_counter() - begun


async def test_a_call_rings_the_shop_and_a_text_is_503_while_it_is_gone(
    own: Service, own_postgres: EmbeddedPostgres, lists: CarrierLists
) -> None:
    await asyncio.to_thread(own_postgres.kill)
    try:
        for index in range(3):
            status, text, seconds = await timed(own.ring(f"CA1{index}"))
            assert (status, "<Dial" in text) == (200, True)
            assert seconds < DEADLINE
        status, text, seconds = await timed(own.dialled("CA10"))
        assert (status, "<Say" in text) == (200, True)
        texts = await asyncio.gather(*(timed(own.text_in(f"SM1{index}")) for index in range(50)))
        assert {each[0] for each in texts} == {503}
        assert max(each[2] for each in texts) < DEADLINE
        assert (await own.ended("CA10")).status == 503
        assert (
            await own.post("voice/inbound", {"AccountSid": "AC1", "CallSid": "CA9", "From": "", "To": "+13125550999"})
        ).status == 503
        async with own.session.get(f"{own.base}/health/ready") as response:
            assert response.status == 503
    finally:
        moment = at()
        lists.call("CA10", at=moment)
        lists.call("CA20", at=moment, parent="CA10", status="no-answer", to="+13125550100")
        lists.text("SM10", "in the dark", at=moment)
        await own_postgres.bring_up()

    async def all_there() -> bool:
        return sorted(await own.told()) == ["CallMissed", "TextReceived"]

    await eventually(all_there, timeout=30)
    assert (await own.text_in("SM30", "back")).status == 200


async def test_a_database_that_says_nothing_is_not_waited_for(own: Service, own_postgres: EmbeddedPostgres) -> None:
    with held_still(own_postgres):
        for _ in range(2):  # the first waits its time-out, the others know
            answers = await asyncio.gather(
                *(timed(own.ring(f"CA2{index}")) for index in range(20)),
                *(timed(own.text_in(f"SM2{index}")) for index in range(20)),
            )
            assert [each[0] for each in answers] == [200] * 20 + [503] * 20
            assert all("<Dial" in each[1] for each in answers[:20])
            assert max(each[2] for each in answers) < DEADLINE

    async def stored() -> bool:
        return (await own.text_in("SM40", "back")).status == 200

    await eventually(stored, timeout=20)


async def test_the_watermark_waits_for_the_gap_to_be_filled(
    own: Service, own_postgres: EmbeddedPostgres, lists: CarrierLists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.app.backfill.AGAIN", timedelta(seconds=0.2))
    lists.down = True
    begun = at()
    await asyncio.to_thread(own_postgres.kill)
    assert (await own.text_in("SM50", "STOP")).status == 503
    lists.text("SM50", "STOP", at=at())
    await own_postgres.bring_up()

    async def gap_is_known() -> bool:
        return bool(await own.value("SELECT count(*) FROM gaps WHERE closed_at IS NULL AND noticed_at > $1", begun))

    await eventually(gap_is_known, timeout=20)

    async def heard(now: datetime) -> datetime:
        async with own.database.work() as transaction:
            return await callbacks.heard_until(transaction.connection, now=now, patience=PATIENCE)

    assert await heard(at() + timedelta(seconds=30)) <= begun + timedelta(seconds=5)
    assert await heard(at() + timedelta(minutes=3)) > begun + timedelta(minutes=2), "it waits two minutes at most"
    lists.down = False

    async def told() -> bool:
        return "TextReceived" in await own.told() and await heard(at() + timedelta(seconds=60)) > at()

    await eventually(told, timeout=30)
