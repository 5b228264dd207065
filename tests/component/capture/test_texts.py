"""Texts and delivery states, each told once."""

from typing import Any
from uuid import UUID

import pytest
from capture_service import ACCOUNT, CALLER, NUMBER, shop_text

from contracts.inbound import DeliveryReported, TextReceived

TEXT = UUID(int=42)


async def test_a_text_is_told_with_its_pictures(capture: Any) -> None:
    pictures = {"NumMedia": "1", "MediaUrl0": "https://api.example/ME1", "MediaContentType0": "image/jpeg"}
    answer = await capture.text_in("SM01", "No heat, kids at home", **pictures)
    assert answer.status == 200
    assert answer.text.endswith("<Response />")
    await capture.folded()
    [text] = await capture.events()
    assert isinstance(text, TextReceived)
    assert (text.body, text.homeowner_number, text.tracked_number) == ("No heat, kids at home", CALLER, NUMBER)
    assert [each.url for each in text.media] == ["https://api.example/ME1"]


@pytest.mark.parametrize(
    ("tells", "word"), [("STOP", "STOP"), ("start", "START"), ("HELP", "HELP"), ("", None), ("WHAT", None)]
)
async def test_the_carriers_own_word_comes_along(capture: Any, tells: str, word: str | None) -> None:
    await capture.text_in("SM01", "whatever", OptOutType=tells)
    await capture.folded()
    assert [each.carrier_word for each in await capture.events()] == [word]


async def test_a_repeat_with_and_without_its_token_is_one_text(capture: Any) -> None:
    form = {
        "AccountSid": ACCOUNT,
        "MessageSid": "SM01",
        "SmsStatus": "received",
        "From": CALLER,
        "To": NUMBER,
        "Body": "hi",
    }
    for token in ("t1", "t1", "t2", None, None):
        assert (await capture.post("sms/inbound", form, token=token)).status == 200
        await capture.folded()
    assert await capture.told() == ["TextReceived"]
    assert await capture.value("SELECT count(*) FROM callbacks") == 3


async def test_a_text_with_nul_and_emoji_harms_nobody(capture: Any) -> None:
    await capture.text_in("SM01", "no\x00heat 🥶")
    await capture.text_in("SM02", "fine")
    await capture.folded()
    assert [each.body for each in await capture.events()] == ["no\ufffdheat 🥶", "fine"]


async def test_a_sender_without_a_number_is_stored_and_tells_nothing(capture: Any) -> None:
    await capture.text_in("SM01", "your code is 1234", From="32665")
    await capture.folded()
    assert await capture.told() == []
    assert await capture.value("SELECT count(*) FROM callbacks WHERE error IS NULL") == 1


async def test_a_messaging_service_may_stand_beside_the_number(capture: Any) -> None:
    assert (await capture.text_in("SM01", MessagingServiceSid="MG" + "1" * 32)).status == 200


async def test_each_delivery_state_is_told_once(capture: Any) -> None:
    organization = await capture.apply(shop_text())
    route = capture.status_route(organization.organization_id, TEXT)
    form = {"AccountSid": ACCOUNT, "MessageSid": "SM01", "From": NUMBER, "To": CALLER}
    for state in ("sent", "delivered", "sent", "delivered", "teleported"):
        assert (await capture.post(route, form | {"MessageStatus": state, "SmsStatus": state})).status == 200
    assert (await capture.post(route, form | {"MessageStatus": "delivered"}, token="again")).status == 200
    await capture.folded()
    events = await capture.events()
    assert all(isinstance(each, DeliveryReported) and each.text_id == TEXT for each in events)
    assert sorted(each.state for each in events) == ["delivered", "sent", "unknown"]


async def test_a_failed_text_tells_its_code(capture: Any) -> None:
    organization = await capture.apply(shop_text())
    route = capture.status_route(organization.organization_id, TEXT)
    form = {
        "AccountSid": ACCOUNT,
        "MessageSid": "SM01",
        "From": NUMBER,
        "To": CALLER,
        "MessageStatus": "undelivered",
        "ErrorCode": "30003",
    }
    await capture.post(route, form)
    await capture.folded()
    [event] = await capture.events()
    assert (event.state, event.error_code, event.homeowner_number) == ("undelivered", 30003, CALLER)


async def test_a_text_whose_sender_the_service_has_not_chosen_yet_is_found_by_its_tag(capture: Any) -> None:
    organization = await capture.apply(shop_text())
    await capture.ring("CA01")  # the line is known now
    route = capture.status_route(organization.organization_id, TEXT)
    form = {
        "AccountSid": ACCOUNT,
        "MessageSid": "SM01",
        "MessagingServiceSid": "MG" + "1" * 32,
        "To": CALLER,
        "MessageStatus": "accepted",
    }
    assert (await capture.post(route, form)).status == 200
    await capture.folded()
    assert [each.state for each in await capture.events()] == ["queued"]
