"""Row-level security: the web role sees one organization, whatever it asks."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest
from capture_service import shop_text

from chassis.database import Database

TABLES = ("organizations", "tracked_numbers", "provider_accounts", "members", "setting_changes", "callbacks", "calls")
PEOPLE = "members: [{email: %s@example.com, name: Pat, role: owner}]"


@pytest.fixture
async def two(shops: Any, database: Database) -> tuple[UUID, UUID]:
    found = []
    for slug, number in (("northside", "+13125550123"), ("southside", "+13125550124")):
        shop = await shops.apply(shop_text(slug=slug, number=number, account="AC" + slug, extra=PEOPLE % slug))
        found.append(shop.organization_id)
        async with database.work() as transaction:
            await transaction.execute(
                "INSERT INTO callbacks (callback_key, organization_id, kind, subject, effect, number, query, headers, body, received_at, happened_at)"
                " VALUES ($1, $2, 'inbound', $1, '', $1, '', '{}', '', now(), now())",
                slug,
                shop.organization_id,
            )
            await transaction.execute(
                "INSERT INTO calls (call_id, organization_id, provider, provider_call_id, tracked_number, homeowner_id, facts, outcome, told, started_at)"
                " VALUES ($2, $2, 'twilio', $1, $1, $2, '{}', 'open', '{}', now())",
                slug,
                shop.organization_id,
            )
    return found[0], found[1]


@pytest.mark.parametrize("table", TABLES)
async def test_one_shop_never_sees_another(two: tuple[UUID, UUID], database: Database, table: str) -> None:
    mine, theirs = two
    async with database.web(mine) as transaction:
        rows = await transaction.fetch(f"SELECT organization_id FROM {table}")
        assert {row["organization_id"] for row in rows} == {mine}
        assert await transaction.fetch(f"SELECT 1 FROM {table} WHERE organization_id = $1", theirs) == []


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_shop_nothing_is_seen(two: tuple[UUID, UUID], database: Database, table: str) -> None:
    async with database.web_pool.acquire() as connection:
        assert await connection.fetch(f"SELECT 1 FROM {table}") == []


@pytest.mark.parametrize("table", ["refused_callbacks", "gaps"])
async def test_what_is_of_no_shop_is_not_for_the_web_role(database: Database, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.web_pool.fetch(f"SELECT 1 FROM {table}")
