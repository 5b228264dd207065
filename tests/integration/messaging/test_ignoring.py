"""Numbers that are no homeowner's: the ignore list, phones on which the office is alerted, and the test of going live."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chassis import ids
from chassis.testing import FixedClock
from contracts.organizations import AlertChoices, Member, PhoneTrial


def member(number: str) -> Member:
    alerts = AlertChoices(by=("text",), number=number)
    return Member(member_id=ids.new_id(), name="Pat Owner", email="pat@example.com", role="owner", alerts=alerts)


async def ignores(shop: Any, number: str) -> None:
    async with shop.database.work() as transaction:
        await transaction.execute(
            "INSERT INTO ignored_numbers (organization_id, number, added_at) VALUES ($1, $2, $3)", shop.id, number, shop.clock.now()
        )  # fmt: skip


async def test_calls_and_texts_of_an_ignored_number_are_stored_and_open_no_lead(shop: Any, caller: str) -> None:
    await ignores(shop, caller)
    await shop.rung_by(caller)
    await shop.texted_by(caller, "invoice attached")
    assert await shop.leads() == []
    assert shop.carrier.asked == []
    async with shop.database.work() as transaction:
        rows = await transaction.fetch("SELECT kind FROM thread_items WHERE homeowner_id = $1", shop.homeowner(caller))
    assert sorted(row["kind"] for row in rows) == ["call", "text_in"]
    assert await shop.told("lead.opened.v1") == []
    assert await shop.told("homeowner.replied.v1") == []


async def test_a_text_of_whoever_is_ignored_while_a_lead_is_open_is_no_reply(shop: Any, caller: str) -> None:
    await shop.rung_by(caller)
    await ignores(shop, caller)
    await shop.texted_by(caller, "great offer")
    assert (await shop.lead())["status"] == "new"
    assert await shop.told("homeowner.replied.v1") == []


async def test_a_phone_on_which_the_office_is_alerted_is_ignored_by_itself(
    open_shop: Callable[..., Any], caller: str
) -> None:
    shop = open_shop(members=(member(caller),))
    await shop.rung_by(caller)
    assert await shop.leads() == []
    assert shop.carrier.asked == []


async def test_the_test_of_going_live_answers_that_phone_in_preview(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    until = clock.now() + timedelta(minutes=10)
    shop = open_shop(members=(member(caller),), automation="preview", trial=PhoneTrial(phone=caller, until=until))
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1
    clock.advance(minutes=10)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1
