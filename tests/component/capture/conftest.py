"""The whole service on a database of its own, with a shop, a carrier that signs, and the carrier's lists."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from capture_service import SCRIPTS, TABLES, Service, form_of, serving, shop_text
from carrier_lists import CarrierLists
from settings_desk import Desk, desk, heard_of

from chassis.database import open_database
from chassis.settings import DatabaseSettings
from chassis.testing import settings_for
from contracts.organizations import OrganizationChanged

PEOPLE = 'members: [{email: nora@northside.example, name: Nora Whitfield, role: owner, password: "a long password"}]'


@pytest.fixture(scope="module")
async def addresses(clone: Callable[..., Awaitable[DatabaseSettings]]) -> DatabaseSettings:
    return await clone("capture", SCRIPTS)


@pytest.fixture
async def empty(addresses: DatabaseSettings) -> None:
    database = await open_database(settings_for("capture", database=addresses), roles=("work",), size=1)
    async with database.work() as transaction:
        for table in reversed(TABLES.split(", ")):
            await transaction.execute(f"DELETE FROM {table}")
    await database.stop()


@pytest.fixture
async def serve(addresses: DatabaseSettings, empty: None, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Starts a service; `own` are its own settings. The database is empty at first."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Service:
            return await stack.enter_async_context(serving(addresses, tmp_path, **changes))

        yield start


@pytest.fixture
async def capture(serve: Callable[..., Any]) -> Service:
    """With the shop `northside`."""
    service: Service = await serve()
    await service.apply(shop_text())
    return service


@pytest.fixture
async def northside(capture: Service) -> OrganizationChanged:
    shop = await capture.apply(f"organization: northside\n{PEOPLE}")
    await heard_of(desk(capture, shop))
    return shop


@pytest.fixture
def owner(capture: Service, northside: OrganizationChanged) -> Desk:
    return desk(capture, northside)


@pytest.fixture
def shop() -> Callable[..., str]:
    return shop_text


@pytest.fixture
def form() -> Callable[..., dict[str, str]]:
    return form_of


@pytest.fixture
async def lists() -> AsyncIterator[CarrierLists]:
    served = CarrierLists()
    runner = web.ServerRunner(web.Server(served))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()
