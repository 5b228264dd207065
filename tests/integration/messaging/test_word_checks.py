"""Whether a shop's words are complete is told for each shop once, and again whenever it changes."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from office_desk import OfficeDesk

from chassis.database import Database
from chassis.settings import Settings
from chassis.testing import FixedClock
from contracts.organizations import FirstReply, OrganizationChanged
from contracts.setup import WordsChecked
from messaging.__main__ import _republish
from messaging.app.change_words import change_settings, change_template
from messaging.app.check_words import CheckWords
from messaging.app.desk import Refused
from messaging.domain.templates import ABOUT, TEMPLATES

SILENT = ("ask_problem", "ask_urgency", "ask_address", "ask_name", "ask_time", "not_understood", "details_complete", "handed_over")  # fmt: skip


async def hears_of(shop: Any, *snapshots: OrganizationChanged) -> None:
    check = CheckWords(clock=shop.clock)
    async with shop.database.work() as transaction:
        await check(transaction, snapshots or [shop.organizations.get(shop.id)])


async def told(shop: Any) -> list[WordsChecked]:
    found: list[WordsChecked] = await shop.told("words.checked.v1")
    return found


@pytest.fixture
async def office(shop: Any) -> OfficeDesk:
    made = OfficeDesk(shop)
    await hears_of(shop)
    return made


async def test_a_new_shop_is_told_of_once_with_all_its_texts(shop: Any) -> None:
    for _ in range(2):
        await hears_of(shop)
    (first,) = await told(shop)
    assert (first.version, first.looked_at, first.unused, first.lacking) == (1, tuple(ABOUT), (), ())
    assert first.organization_version == shop.organizations.version(shop.id)


async def test_a_snapshot_that_takes_the_phone_away_is_told_and_an_older_one_that_comes_late_is_not(shop: Any) -> None:
    old = shop.organizations.get(shop.id)
    shop.become(office_line=None, numbers=())
    await hears_of(shop)
    await hears_of(shop, old)
    (only,) = await told(shop)
    assert {each.template for each in only.lacking} == {name for name, body in TEMPLATES.items() if "{phone}" in body}
    assert only.lacking[0].title == ABOUT["safety"].title
    shop.become(numbers=old.numbers, first_reply=FirstReply(after_hours="hold"))
    await hears_of(shop, shop.organizations.get(shop.id), old)
    mended = (await told(shop))[-1]
    assert (mended.version, mended.lacking, mended.unused) == (2, (), ("first_reply_after_hours",))


async def test_switching_a_class_off_and_on_and_the_questions_are_told_with_the_change(office: OfficeDesk) -> None:
    desk, pat = office.desk, office.pat
    body = TEMPLATES["follow_up"]
    await change_template(desk, pat, name="follow_up", body=body, active=False, seen=0)
    await change_settings(desk, pat, seen=0, answers=False)
    await change_template(desk, pat, name="follow_up", body=body, active=True, seen=1)
    events = await told(office.shop)
    assert [each.version for each in events] == [1, 2, 3, 4]
    assert [each.unused for each in events] == [(), ("follow_up",), ("follow_up", *SILENT), SILENT]


async def test_other_words_that_are_complete_too_are_no_news(office: OfficeDesk) -> None:
    await change_template(office.desk, office.pat, name="follow_up", body="Still cold?", active=True, seen=0)
    with pytest.raises(Refused):
        await change_template(office.desk, office.pat, name="help", body="{shop}", active=True, seen=0)
    assert len(await told(office.shop)) == 1


async def test_words_that_break_a_rule_made_later_are_found_with_the_next_look(office: OfficeDesk) -> None:
    shop = office.shop
    async with shop.database.work() as transaction:
        await transaction.execute(
            "INSERT INTO templates (organization_id, name, version, body, active, changed_by_name, changed_at)"
            " VALUES ($1, 'help', 1, 'Call us', true, 'Pat', $2)", shop.id, shop.clock.now(),
        )  # fmt: skip
    await hears_of(shop)
    (lacking,) = (await told(shop))[-1].lacking
    assert (lacking.template, lacking.title) == ("help", "Help")
    assert "It must contain STOP." in lacking.wrong


async def test_words_changed_before_the_shop_was_ever_heard_of_are_looked_at_too(shop: Any) -> None:
    office = OfficeDesk(shop)
    await change_template(office.desk, office.pat, name="follow_up", body="Still cold?", active=False, seen=0)
    (only,) = await told(shop)
    assert only.unused == ("follow_up",)


async def test_an_owner_and_a_snapshot_at_once_leave_what_both_did(office: OfficeDesk) -> None:
    shop, body = office.shop, TEMPLATES["follow_up"]
    snapshot = msgspec.structs.replace(
        shop.organizations.get(shop.id), organization_version=99, first_reply=FirstReply(after_hours="send")
    )
    await asyncio.gather(
        change_template(office.desk, office.pat, name="follow_up", body=body, active=False, seen=0),
        hears_of(shop, snapshot),
    )
    newest = (await told(shop))[-1]
    assert (newest.version, newest.organization_version) == (3, 99)
    assert set(newest.unused) == {"follow_up", "first_reply_after_hours"}


async def test_many_shops_of_a_batch_are_told_of_one_by_one(open_shop: Callable[..., Any]) -> None:
    shops = [open_shop() for _ in range(3)]
    await hears_of(shops[0], *(each.organizations.get(each.id) for each in shops))
    assert [[each.version for each in await told(shop)] for shop in shops] == [[1]] * 3


async def test_republishing_tells_it_anew_with_the_same_version(
    office: OfficeDesk, database: Database, clock: FixedClock
) -> None:
    settings: Settings = office.shop.settings
    assert await _republish(database, settings) >= 1
    first, again = await told(office.shop)
    assert first.event_id != again.event_id
    assert msgspec.structs.replace(again, event_id=first.event_id) == first
