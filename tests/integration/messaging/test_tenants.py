"""What the web role may see and do: one organization, and no record of consent is ever changed."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

TABLES = ("homeowners", "leads", "thread_items", "texts", "consents", "opt_outs")


async def test_every_table_shows_one_organization_to_the_web(open_shop: Callable[..., Any], caller: str) -> None:
    one, other = open_shop(), open_shop()
    for shop in (one, other):
        await shop.rung_by(caller)
        await shop.texted_by(caller, "STOP")
    for table in TABLES:
        async with one.database.web(one.id) as transaction:
            rows = await transaction.fetch(f"SELECT organization_id FROM {table}")
        assert {row["organization_id"] for row in rows} == {one.id}, table


async def test_the_web_cannot_reach_into_another_organization(open_shop: Callable[..., Any], caller: str) -> None:
    one, other = open_shop(), open_shop()
    await other.rung_by(caller)
    async with one.database.web(one.id) as transaction:
        assert await transaction.execute("UPDATE texts SET state = 'queued'") == "UPDATE 0"
        assert await transaction.execute("DELETE FROM opt_outs") == "DELETE 0"
    assert (await other.row(caller))["state"] == "sent"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with one.database.web(one.id) as transaction:
            await transaction.execute("INSERT INTO ignored_numbers VALUES ($1, $2, now())", other.id, caller)


@pytest.mark.parametrize("change", ["UPDATE consents SET source = 'form'", "DELETE FROM consents"])
async def test_consent_is_only_ever_added(shop: Any, caller: str, change: str) -> None:
    await shop.rung_by(caller)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shop.database.web(shop.id) as transaction:
            await transaction.execute(change)


async def test_a_homeowner_has_one_open_lead_whoever_tries(shop: Any, caller: str) -> None:
    await shop.rung_by(caller)
    lead = await shop.lead()
    with pytest.raises(asyncpg.UniqueViolationError):
        async with shop.database.work() as transaction:
            await transaction.execute(
                "INSERT INTO leads (lead_id, organization_id, homeowner_id, status, opened_at, last_sign_at) SELECT gen_random_uuid(), organization_id,"
                " homeowner_id, 'active', opened_at, opened_at FROM leads WHERE lead_id = $1",
                lead["lead_id"],
            )
