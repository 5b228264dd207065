"""Numbers and accounts of a shop: one shop's alone, added, changed, taken away; secrets rotate and stay hidden."""

import re
from typing import Any

import pytest
from capture_service import ACCOUNT, NUMBER, SECRET, shop_text
from settings_changes import Desk, audits

from capture.app import change_accounts, change_numbers
from capture.app.change_settings import NotAccepted, UnknownShop
from capture.app.shop_state import ShopState
from chassis.database import Database
from chassis.keys import decrypt
from chassis.settings import Settings


async def test_a_number_of_another_shop_is_refused_without_telling_whose(
    desk: Desk, shops: Any, database: Database
) -> None:
    await shops.apply(shop_text(slug="southside", number="+13125550124", account="AC" + "b" * 32))
    with pytest.raises(NotAccepted) as raised:
        await desk.save("number", lambda state: change_numbers.add_number(state, {"number": "(312) 555-0124"}))
    assert "belongs to another shop" in raised.value.errors["number"]
    assert "southside" not in str(raised.value.errors)
    owner = await database.work_pool.fetchval(
        "SELECT slug FROM tracked_numbers JOIN organizations USING (organization_id) WHERE number = '+13125550124'"
    )
    assert owner == "southside"


async def test_a_number_is_added_changed_and_taken_away(desk: Desk, database: Database) -> None:
    part = "number +13125550125"
    shop = await desk.save(
        part,
        lambda state: change_numbers.add_number(
            state, {"number": "3125550125", "label": "Web ads", "mode": "already_missed"}
        ),
    )
    assert shop.numbers[-1].number == "+13125550125"
    typed = {
        "label": "Truck",
        "mode": "ring",
        "answer": "press_1",
        "voicemail": "no",
        "brand": "approved",
        "campaign": "in_review",
    }
    shop = await desk.save(part, lambda state: change_numbers.change_number(state, "+13125550125", typed))
    changed = shop.numbers[-1]
    assert (changed.label, changed.mode, changed.answer, changed.voicemail, changed.campaign) == (
        "Truck",
        "ring",
        "press_1",
        False,
        "in_review",
    )
    with pytest.raises(NotAccepted, match="in the list already"):
        await desk.save(part, lambda state: change_numbers.add_number(state, {"number": "3125550125"}))
    shop = await desk.save(part, lambda state: change_numbers.remove_number(state, "+13125550125"))
    assert [each.number for each in shop.numbers] == [NUMBER]
    assert await database.work_pool.fetchval("SELECT count(*) FROM tracked_numbers") == 1
    with pytest.raises(UnknownShop):
        await desk.save(part, lambda state: change_numbers.change_number(state, "+13125550125", typed))


@pytest.mark.parametrize("typed", [{"mode": "fax"}, {"campaign": "yes"}, {"voicemail": "maybe"}, {"label": "x" * 41}])
async def test_a_number_takes_only_what_it_can_be(desk: Desk, typed: dict[str, str]) -> None:
    with pytest.raises(NotAccepted) as raised:
        await desk.save(f"number {NUMBER}", lambda state: change_numbers.change_number(state, NUMBER, typed))
    assert list(raised.value.errors) == list(typed)


async def test_secrets_rotate_with_two_valid_and_never_stand_anywhere_in_clear(
    desk: Desk, database: Database, settings: Settings
) -> None:
    part, keys = f"account twilio {ACCOUNT}", settings.keys
    shop = await desk.save(
        part, lambda state: change_accounts.new_secret(state, ACCOUNT, {"secret": "brand-new-secret"}, keys=keys)
    )
    assert shop.providers[0].sealed_secret != desk.shop.providers[0].sealed_secret
    held = await database.work_pool.fetchval("SELECT secrets FROM provider_accounts")
    assert [decrypt(keys, each) for each in held] == ["brand-new-secret", SECRET]
    await desk.save(part, lambda state: change_accounts.drop_old_secret(state, ACCOUNT))
    held = await database.work_pool.fetchval("SELECT secrets FROM provider_accounts")
    assert [decrypt(keys, each) for each in held] == ["brand-new-secret"]
    written = [
        str(tuple(row.values()))
        for table in ("outbox", "organizations", "provider_accounts")
        for row in await database.work_pool.fetch(f"SELECT * FROM {table}")
    ]
    assert not any(re.search("brand-new-secret|current-secret", each) for each in written)
    assert [each.field for each in (await audits(database))[-1].changes] == ["providers"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"account": "AC1", "secret": "long-enough"}, "account"),
        ({"account": ACCOUNT, "secret": "long-enough"}, "account"),
        ({"account": "AC" + "c" * 32, "secret": "short"}, "secret"),
        ({"account": "AC" + "c" * 32, "secret": "with a space"}, "secret"),
        ({"account": "AC" + "c" * 32, "secret": "long-enough", "api": "http://10.0.0.1"}, "api"),
        ({"account": "AC" + "c" * 32, "secret": "long-enough", "api": "http://127.0.0.1@evil.example"}, "api"),
        ({"account": "AC" + "c" * 32, "secret": "long-enough", "keywords": "nobody"}, "keywords"),
    ],
)
async def test_an_account_that_cannot_be_is_refused(
    desk: Desk, settings: Settings, typed: dict[str, str], field: str
) -> None:
    def draft(state: ShopState) -> ShopState:
        return change_accounts.add_account(state, typed, keys=settings.keys, hosts=["127.0.0.1"])

    with pytest.raises(NotAccepted) as raised:
        await desk.save("account", draft)
    assert list(raised.value.errors) == [field]


async def test_an_account_with_numbers_cannot_go(desk: Desk) -> None:
    with pytest.raises(NotAccepted, match="registered with this account"):
        await desk.save(f"account twilio {ACCOUNT}", lambda state: change_accounts.remove_account(state, ACCOUNT))
