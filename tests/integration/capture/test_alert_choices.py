"""How members choose to be alerted, and prove that a phone is theirs."""

import asyncio
from typing import Any

import msgspec
import pytest
from capture_service import NUMBER, shop_text

from capture.app.change_alerts import ChangeAlerts
from capture.app.change_settings import ChangeSettings, Edit, NotAccepted
from capture.store import organizations
from chassis.database import Database
from chassis.keys import unseal
from chassis.settings import Settings
from chassis.testing import FixedClock
from contracts import envelope
from contracts.inbound import AlertNumberNamed
from contracts.organizations import AlertChoices, Member, OrganizationChanged

PHONE = "+13125550188"
PEOPLE = """members:
  - {email: pat@example.com, name: Pat Owner, role: owner}
  - {email: jess@example.com, name: Jess Admin, role: admin}
"""


class Desk:
    """Pat, who chooses."""

    def __init__(self, shop: OrganizationChanged, database: Database, settings: Settings, clock: FixedClock) -> None:
        self.alerts = ChangeAlerts(change=ChangeSettings(database=database, keys=settings.keys))
        self.shop, self.database, self.settings, self.clock = shop, database, settings, clock
        self.pat, self.jess = (each.member_id for each in shop.members)

    @property
    def edit(self) -> Edit:
        own = self.shop.organization_id
        return Edit(organization_id=own, member_id=self.pat, part="alerts", seen=0, now=self.clock.now())

    async def member(self) -> Member:
        async with self.database.work() as transaction:
            shop = await organizations.by_id(transaction, organization_id=self.shop.organization_id)
        assert shop is not None
        return next(each for each in shop.members if each.member_id == self.pat)

    async def named(self) -> list[AlertNumberNamed]:
        rows = await self.database.work_pool.fetch("SELECT type, payload FROM outbox ORDER BY seq")
        events = [envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows]
        return [each for each in events if isinstance(each, AlertNumberNamed)]

    async def code(self) -> str:
        """As it arrives on the phone."""
        newest = (await self.named())[-1]
        number, _, code = unseal(self.settings.keys.messaging_seal_private or b"", newest.sealed).partition(" ")
        assert number == PHONE
        return code

    async def proves(self) -> None:
        await self.alerts.name_phone(self.edit, typed=PHONE)
        await self.alerts.prove_phone(self.edit, code=await self.code())


@pytest.fixture
async def desk(shops: Any, database: Database, settings: Settings, clock: FixedClock) -> Desk:
    return Desk(await shops.apply(shop_text(extra=PEOPLE)), database, settings, clock)


@pytest.mark.parametrize(
    ("ways", "about", "off_hours", "field"),
    [
        (["text"], ["urgent"], "urgent", "by"),
        (["email"], [], "urgent", "about"),
        (["email"], ["everything"], "urgent", "about"),
        (["email"], ["urgent"], "sometimes", "off_hours"),
    ],
)
async def test_a_choice_that_cannot_be_is_refused_by_field(
    desk: Desk, ways: list[str], about: list[str], off_hours: str, field: str
) -> None:
    with pytest.raises(NotAccepted) as raised:
        await desk.alerts.choose(desk.edit, ways=ways, about=about, off_hours=off_hours)
    assert list(raised.value.errors) == [field]
    assert (await desk.member()).alerts == AlertChoices()


async def test_a_choice_reaches_the_snapshot_and_the_audit_trail_without_the_phone(desk: Desk) -> None:
    await desk.proves()
    await desk.alerts.choose(desk.edit, ways=["email", "text"], about=["draft", "urgent"], off_hours="all")
    chosen = AlertChoices(by=("text", "email"), number=PHONE, about=("urgent", "draft"), off_hours="all")
    assert (await desk.member()).alerts == chosen
    payloads = await desk.database.work_pool.fetch("SELECT payload FROM outbox WHERE aggregatetype = 'callsnare.audit'")
    assert len(payloads) == 4
    assert all(PHONE not in bytes(row["payload"]).decode() for row in payloads)


async def test_the_code_of_the_newest_text_proves_the_phone_and_switches_texts_on(desk: Desk) -> None:
    await desk.alerts.name_phone(desk.edit, typed="(312) 555-0188")
    assert (await desk.member()).alerts.number is None
    code = await desk.code()
    with pytest.raises(NotAccepted, match="not the code"):
        await desk.alerts.prove_phone(desk.edit, code="no digits")
    await desk.alerts.prove_phone(desk.edit, code=f" {code[:3]} {code[3:]} ")
    alerts = (await desk.member()).alerts
    assert (alerts.number, alerts.by) == (PHONE, ("text",))
    with pytest.raises(NotAccepted, match="run out"):
        await desk.alerts.prove_phone(desk.edit, code=code)


async def test_a_code_lasts_ten_minutes_and_five_guesses(desk: Desk) -> None:
    await desk.alerts.name_phone(desk.edit, typed=PHONE)
    code = await desk.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        with pytest.raises(NotAccepted, match="not the code"):
            await desk.alerts.prove_phone(desk.edit, code=wrong)
    with pytest.raises(NotAccepted, match="Five wrong guesses"):
        await desk.alerts.prove_phone(desk.edit, code=code)
    await desk.alerts.name_phone(desk.edit, typed=PHONE)
    desk.clock.advance(minutes=10)
    with pytest.raises(NotAccepted, match="run out"):
        await desk.alerts.prove_phone(desk.edit, code=await desk.code())
    assert (await desk.member()).alerts.number is None


async def test_three_codes_an_hour_are_the_most_even_at_once(desk: Desk) -> None:
    await desk.alerts.name_phone(desk.edit, typed=PHONE)
    tries = [desk.alerts.name_phone(desk.edit, typed=PHONE) for _ in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, NotAccepted) for each in results) == 2
    assert len(await desk.named()) == 3
    desk.clock.advance(minutes=60)
    await desk.alerts.name_phone(desk.edit, typed=PHONE)
    assert len(await desk.named()) == 4


@pytest.mark.parametrize("typed", ["", "12", "call me", NUMBER])
async def test_what_is_no_phone_of_a_person_gets_no_code(desk: Desk, typed: str) -> None:
    with pytest.raises(NotAccepted) as raised:
        await desk.alerts.name_phone(desk.edit, typed=typed)
    assert list(raised.value.errors) == ["phone"]
    assert await desk.named() == []


async def test_a_phone_that_is_forgotten_ends_texts_and_leaves_the_rest(desk: Desk) -> None:
    await desk.proves()
    await desk.alerts.choose(desk.edit, ways=["email", "text"], about=["urgent"], off_hours="nothing")
    await desk.alerts.forget_phone(desk.edit)
    assert (await desk.member()).alerts == AlertChoices(by=("email",), about=("urgent",), off_hours="nothing")


async def test_the_shop_says_whom_it_tells_first_and_how_long_each_has(desk: Desk) -> None:
    for minutes in ("0", "241", "ten", "", "٣"):
        with pytest.raises(NotAccepted) as raised:
            await desk.alerts.in_order(desk.edit, places={}, minutes=minutes)
        assert list(raised.value.errors) == ["minutes"]
    await desk.alerts.in_order(desk.edit, places={desk.jess: 1, desk.pat: 2}, minutes="15")
    async with desk.database.work() as transaction:
        shop = await organizations.by_id(transaction, organization_id=desk.shop.organization_id)
    assert shop is not None
    assert (shop.alert_minutes, [each.alerts.place for each in shop.members]) == (15, [2, 1])
    assert msgspec.json.decode(msgspec.json.encode(shop), type=OrganizationChanged) == shop
