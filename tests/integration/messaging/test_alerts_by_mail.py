"""Alerts by e-mail, and the code that proves a phone to be the member's."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from office import JESS, NEEDS, PAT, Office, member
from post_office import PostOffice, open_post_office

from chassis import ids
from chassis.keys import seal
from contracts.inbound import AlertNumberNamed

NOBODY_LISTENS = "smtp://127.0.0.1:9"


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    async with open_post_office() as opened:
        yield opened


def with_mail(shop: Any, address: str | None) -> Any:
    shop.settings = msgspec.structs.replace(shop.settings, smtp=address, mail_from="alerts@callsnare.test")
    shop.start_again()
    return shop


async def notices(office: Office) -> list[Any]:
    async with office.shop.database.work() as transaction:
        rows: list[Any] = await transaction.fetch(
            "SELECT * FROM staff_notices WHERE organization_id = $1 ORDER BY at, way", office.shop.id
        )
    return rows


async def test_a_member_who_chose_e_mail_gets_one_that_links_to_the_thread(
    shop: Any, caller: str, post: PostOffice
) -> None:
    office = Office(with_mail(shop, post.address), member("pat", by=("email",)))
    await shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    (mail,) = post.taken
    lead = await shop.lead()
    assert (mail["to"], mail["subject"].endswith("(Northside Heating & Air)")) == ("pat@example.com", True)
    assert f"http://callsnare.test/leads/{lead['lead_id']}" in mail.get_content()
    assert [row["state"] for row in await notices(office)] == ["sent"]


async def test_whoever_chose_both_gets_both_and_is_one_person(shop: Any, caller: str, post: PostOffice) -> None:
    office = Office(
        with_mail(shop, post.address), member("pat", PAT, by=("text", "email")), member("jess", JESS, place=1)
    )
    await shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    assert (len(post.taken), len(office.told(PAT)), office.told(JESS)) == (1, 1, [])


@pytest.mark.parametrize(("number", "texts"), [(PAT, 1), (None, 0)])
async def test_without_a_mail_server_the_confirmed_phone_is_told_instead(
    shop: Any, caller: str, number: str | None, texts: int
) -> None:
    office = Office(shop, member("pat", number, by=("email",)))
    await shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    assert len(office.told(PAT)) == texts
    (alert,) = await office.alerts()
    assert (alert["ended_reason"] is None) == (texts == 1)


async def test_a_mail_server_that_is_away_is_tried_again_and_nobody_waits_for_it(shop: Any, caller: str) -> None:
    office = Office(with_mail(shop, NOBODY_LISTENS), member("pat", by=("email",)), member("jess", JESS, place=1))
    await shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    (row,) = await notices(office)
    assert (row["state"], row["reason"]) == ("queued", "the mail server could not be reached")
    await office.looks(minutes=10)
    assert len(office.told(JESS)) == 1
    for _ in range(3):
        await office.looks(minutes=10)
    assert (await notices(office))[0]["state"] == "failed"


async def test_an_address_that_the_server_refuses_is_given_up_at_once(shop: Any, caller: str, post: PostOffice) -> None:
    office = Office(with_mail(shop, post.address), member("nobody", by=("email",)))
    await shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    (row,) = await notices(office)
    assert (row["state"], row["attempt"]) == ("failed", 1)


async def test_another_process_sends_what_this_one_planned_and_only_once(
    shop: Any, caller: str, post: PostOffice
) -> None:
    office = Office(with_mail(shop, post.address), member("pat", by=("email",)))
    await shop.texted_by(caller, NEEDS)
    office.clock.advance(minutes=1)
    await office.hears_of_itself()
    await shop.alerts.tell()
    shop.start_again()
    await shop.alerts.send_mails()
    await shop.alerts.send_mails()
    assert len(post.taken) == 1


def named(shop: Any, number: str, code: str, *, minutes: float = 10) -> AlertNumberNamed:
    return AlertNumberNamed(
        event_id=ids.new_id(), organization_id=shop.id, occurred_at=shop.clock.now(), homeowner_id=shop.homeowner(number), member_id=ids.new_id(),
        sealed=seal(shop.settings.keys.messaging_seal_public, f"{number} {code}"), expires_at=shop.clock.now() + timedelta(minutes=minutes),
    )  # fmt: skip


async def test_the_code_is_texted_once_to_the_phone_that_was_named_and_counts_as_consent(shop: Any) -> None:
    event = named(shop, PAT, "401922")
    await shop.hears(event, event)
    await shop.sends()
    (body,) = shop.carrier.bodies(PAT)
    assert "your code for alerts is 401922" in body
    (consent,) = await shop.told("consent.recorded.v1")
    assert (consent.source, consent.wording_version) == ("form", "alerts-2026-11")
    assert await shop.leads() == []


async def test_a_code_whose_time_has_passed_or_that_nobody_can_read_is_not_sent(shop: Any) -> None:
    late = named(shop, PAT, "401922")
    shop.clock.advance(minutes=10)
    broken = msgspec.structs.replace(named(shop, PAT, "1"), sealed="c2VhbGVk")
    await shop.hears(late, broken)
    await shop.sends()
    assert shop.carrier.asked == []


async def test_a_phone_that_wrote_stop_gets_no_code(shop: Any, open_shop: Callable[..., Any]) -> None:
    await shop.texted_by(PAT, "STOP")
    await shop.hears(named(shop, PAT, "401922"))
    await shop.sends()
    assert shop.carrier.bodies(PAT) == []
    assert (await shop.row(PAT))["rule"] == 2
