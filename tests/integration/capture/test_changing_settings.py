"""A shop's settings as its people change them: refused first, then kept, audited and told."""

import asyncio
from typing import Any
from uuid import uuid5

import pytest
from capture_service import NUMBER
from settings_changes import PAT, Desk, audits

from capture.app import change_closures, change_hours, change_shop_facts
from capture.app.change_settings import Edit, NotAccepted, StaleForm, UnknownShop
from capture.app.directory import Directory
from capture.app.renew_holidays import RenewHolidays
from capture.store import setting_changes
from chassis.database import Database
from chassis.settings import Settings

FACTS = {
    "name": "Northside Heating",
    "zone": "America/Denver",
    "state": "CO",
    "office_line": "(312) 555-0100",
    "ring_seconds": "15",
}


async def version(database: Database) -> int:
    return int(await database.work_pool.fetchval("SELECT max(version) FROM organizations"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "), ("name", "x" * 61), ("zone", "Chicago"), ("zone", "../etc/passwd"), ("zone", ""), ("state", "ZZ"), ("office_line", "12"),
        ("office_line", NUMBER), ("office_line", ""), ("ring_seconds", "21"), ("ring_seconds", "9"), ("ring_seconds", "fast"), ("ring_seconds", "٣٣"),
    ],
)  # fmt: skip
async def test_facts_that_cannot_be_are_refused_by_field_and_change_nothing(
    desk: Desk, database: Database, field: str, value: str
) -> None:
    with pytest.raises(NotAccepted) as raised:
        await desk.save("shop", lambda state: change_shop_facts.shop_facts(state, {**FACTS, field: value}))
    assert list(raised.value.errors) == [field]
    assert await version(database) == 1


async def test_a_change_is_kept_audited_with_before_and_after_and_shows_who(desk: Desk, database: Database) -> None:
    shop = await desk.save("shop", lambda state: change_shop_facts.shop_facts(state, FACTS))
    assert (shop.name, shop.zone, shop.state, shop.ring_seconds, shop.organization_version) == (
        "Northside Heating",
        "America/Denver",
        "CO",
        15,
        2,
    )
    entry = (await audits(database))[-1]
    assert (entry.actor_kind, entry.member_id, entry.action) == ("member", PAT, "changed")
    assert {(each.field, each.before, each.after) for each in entry.changes} == {
        ("name", '"Northside Heating & Air"', '"Northside Heating"'), ("zone", '"America/Chicago"', '"America/Denver"'),
        ("state", "null", '"CO"'), ("ring_seconds", "18", "15"),
    }  # fmt: skip
    async with database.web(desk.shop.organization_id) as transaction:
        last = await setting_changes.last(transaction, organization_id=desk.shop.organization_id)
    assert (last["shop"].member_id, last["shop"].version) == (PAT, 2)
    assert (last["hours"].version, last["hours"].actor) == (1, "test")
    assert (last["automation"].actor_kind, last["automation"].actor) == ("command", "test")


async def test_a_form_shown_before_somebody_elses_change_is_refused_and_tells_whose(
    desk: Desk, database: Database
) -> None:
    seen = await desk.seen("shop")
    await desk.save("shop", lambda state: change_shop_facts.shop_facts(state, FACTS))
    with pytest.raises(StaleForm) as raised:
        await desk.save("shop", lambda state: change_shop_facts.shop_facts(state, {**FACTS, "name": "Mine"}), seen=seen)
    assert (raised.value.shop.name, raised.value.last.member_id) == ("Northside Heating", PAT)
    assert await version(database) == 2


async def test_the_same_form_sent_twice_is_no_conflict_and_no_second_change(desk: Desk, database: Database) -> None:
    seen = await desk.seen("shop")
    for _ in range(2):
        await desk.save("shop", lambda state: change_shop_facts.shop_facts(state, FACTS), seen=seen)
    assert await version(database) == 2


async def test_another_part_changed_meanwhile_is_no_conflict(desk: Desk) -> None:
    seen = await desk.seen("hours")
    await desk.save("shop", lambda state: change_shop_facts.shop_facts(state, FACTS))
    shop = await desk.save("hours", lambda state: change_hours.hours(state, {"mon": [("8 AM", "5 PM")]}), seen=seen)
    assert (shop.name, change_hours.summary(shop.hours)) == ("Northside Heating", "Mon 8:00 AM–5:00 PM")


async def test_of_two_who_save_at_once_one_wins_and_the_other_is_told(desk: Desk, database: Database) -> None:
    def draft(name: str) -> Any:
        return lambda state: change_shop_facts.shop_facts(state, {**FACTS, "name": name})

    seen = await desk.seen("shop")
    found = await asyncio.gather(
        *(desk.save("shop", draft(name), seen=seen) for name in ("One", "Two")), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in found) == ["OrganizationChanged", "StaleForm"]
    assert await version(database) == 2


async def test_a_shop_that_is_not_there_changes_nothing(desk: Desk, database: Database) -> None:
    foreign = Edit(organization_id=uuid5(PAT, "nobody"), member_id=PAT, part="shop", seen=0, now=desk.clock.now())
    with pytest.raises(UnknownShop):
        await desk.change(foreign, lambda state: state)
    assert await version(database) == 1


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ({"mon": [("soon", "later")], "tue": [("8 AM", "noon"), ("11 AM", "1 PM")]}, ["mon", "tue"]),
        ({"wed": [("", "")]}, ["wed"]),
        ({"sun": [("9 PM", "2 AM")]}, ["sun"]),
    ],
)
async def test_hours_that_cannot_be_are_refused_day_by_day(desk: Desk, typed: Any, days: list[str]) -> None:
    with pytest.raises(NotAccepted) as raised:
        await desk.save("hours", lambda state: change_hours.hours(state, typed))
    assert list(raised.value.errors) == days


async def test_holidays_are_laid_out_for_years_and_typed_days_stay(desk: Desk) -> None:
    today = desk.clock.now().date()
    await desk.save(
        "closures",
        lambda state: change_closures.add_closure(state, {"name": "Training", "first": "2026-12-11"}, today=today),
    )
    shop = await desk.save(
        "closures", lambda state: change_closures.switch_holidays(state, ["Thanksgiving Day"], today=today)
    )
    assert [(each.name, each.first_day.isoformat()) for each in shop.closures] == [
        ("Thanksgiving Day", "2026-11-26"), ("Training", "2026-12-11"), ("Thanksgiving Day", "2027-11-25"), ("Thanksgiving Day", "2028-11-23"),
    ]  # fmt: skip
    shop = await desk.save("closures", lambda state: change_closures.switch_holidays(state, [], today=today))
    assert [each.name for each in shop.closures] == ["Training"]
    with pytest.raises(UnknownShop):
        await desk.save("closures", lambda state: change_closures.switch_holidays(state, ["Bastille Day"], today=today))
    with pytest.raises(NotAccepted, match="holds some of these days"):
        await desk.save(
            "closures",
            lambda state: change_closures.add_closure(
                state, {"name": "B", "first": "2026-12-10", "last": "2026-12-11"}, today=today
            ),
        )
    shop = await desk.save(
        "closures",
        lambda state: change_closures.remove_closure(state, name="Training", first="2026-12-11", today=today),
    )
    assert shop.closures == ()


async def test_a_file_that_is_applied_again_leaves_the_holidays_of_the_pages_alone(desk: Desk, shops: Any) -> None:
    today = desk.clock.now().date()
    file = "organization: northside\nclosures: [{name: B, from: 2027-06-02, to: 2027-06-02}, {name: A, from: 2027-06-01, to: 2027-06-01}]"
    await shops.apply(file)
    shop = await desk.save(
        "holidays", lambda state: change_closures.switch_holidays(state, ["Christmas Day"], today=today)
    )
    again = await shops.apply(file)
    assert (again.organization_version, again.closures) == (shop.organization_version, shop.closures)
    assert [each.name for each in again.closures] == ["Christmas Day", "A", "B", "Christmas Day", "Christmas Day"]


async def test_holidays_are_laid_out_anew_before_they_run_out_and_nobody_is_changed_for_nothing(
    desk: Desk, database: Database, settings: Settings
) -> None:
    directory = Directory(database=database, keys=settings.keys)
    renew = RenewHolidays(database=database, directory=directory, clock=desk.clock, keys=settings.keys)
    today = desk.clock.now().date()
    await desk.save("holidays", lambda state: change_closures.switch_holidays(state, ["Christmas Day"], today=today))
    for days, version_then, last_year in ((0, 2, 2028), (365, 3, 2029), (0, 3, 2029)):
        desk.clock.advance(days=days)
        await directory.refresh()
        await renew()
        row = await database.work_pool.fetchrow("SELECT version, snapshot FROM organizations")
        assert row is not None
        assert (row["version"], row["snapshot"]["closures"][-1]["last_day"]) == (version_then, f"{last_year}-12-25")
    assert (await audits(database))[-1].actor == "holidays"
