"""Texts in both directions, the words that a carrier answers itself, and trouble on demand."""

import asyncio
import re
from typing import Any

import aiohttp
import pytest


async def written(carrier: Any, body: str, *, line: str | None = None) -> None:
    await carrier.post("text", from_number=carrier.homeowner, to_number=line or carrier.line, body=body)


async def test_a_text_is_delivered_step_by_step(carrier: Any, shop: Any) -> None:
    callback = f"{shop.base}/api/twilio/sms/status?text=1#rc=5&rp=all"
    sid = (await carrier.send(StatusCallback=callback))["sid"]
    told = await shop.hears("sms/status", MessageStatus="delivered")
    assert (told["MessageSid"], told["From"], told["To"]) == (sid, carrier.line, carrier.homeowner)
    assert [each["MessageStatus"] for each in shop.of("sms/status")] == ["queued", "sent", "delivered"]
    assert all(each.genuine for each in shop.heard)
    assert await carrier.get("counts") == {"taken": 1, "by_to": {carrier.homeowner: 1}}


async def test_a_homeowners_text_comes_in_with_its_picture(carrier: Any, shop: Any) -> None:
    picture = "https://media.example/1.jpg"
    await carrier.post("text", from_number=carrier.homeowner, to_number=carrier.line, body="It leaks", media=[picture])
    told = await shop.hears("sms/inbound")
    assert (told["Body"], told["NumMedia"], told["MediaUrl0"]) == ("It leaks", "1", picture)
    assert told["SmsStatus"] == "received"
    assert "OptOutType" not in told


async def test_the_carrier_answers_its_words_itself(carrier: Any, shop: Any) -> None:
    await written(carrier, " stop ")
    assert (await shop.hears("sms/inbound"))["OptOutType"] == "STOP"
    assert (await carrier.send(status=400))["code"] == 21610
    await written(carrier, "HELP")
    assert (await shop.hears("sms/inbound", times=2))["OptOutType"] == "HELP"
    await written(carrier, "START")
    assert (await shop.hears("sms/inbound", times=3))["OptOutType"] == "START"
    await carrier.send()
    replies = [
        each for each in await carrier.get("messages", to=carrier.homeowner) if each["direction"] == "outbound-reply"
    ]
    assert len(replies) == 3
    assert (await carrier.get("counts"))["taken"] == 1


async def test_yes_is_a_word_only_for_whom_has_stopped(carrier: Any, shop: Any) -> None:
    await written(carrier, "YES")
    assert "OptOutType" not in await shop.hears("sms/inbound")
    await written(carrier, "STOP")
    await written(carrier, "YES")
    await shop.hears("sms/inbound", OptOutType="START")
    await carrier.send()


async def test_words_are_left_to_a_line_that_answers_them(carrier: Any, shop: Any) -> None:
    await written(carrier, "STOP", line=carrier.ours)
    assert "OptOutType" not in await shop.hears("sms/inbound")
    await carrier.send(From=carrier.ours)


async def test_each_callback_comes_as_often_as_asked(carrier: Any, shop: Any) -> None:
    await carrier.post("faults", repeat=3)
    await carrier.ring(how="busy")
    await shop.hears("voice/status", times=3)
    by_route = {
        route: [each.token for each in shop.heard if each.route == route] for route in ("voice/inbound", "voice/status")
    }
    assert {route: (len(tokens), len(set(tokens))) for route, tokens in by_route.items()} == {
        "voice/inbound": (3, 1),
        "voice/status": (3, 1),
    }


async def test_callbacks_overtake_each_other(carrier: Any, shop: Any) -> None:
    await carrier.post("faults", reorder=True, repeat=2, seed=7)
    for _ in range(8):
        await carrier.ring(how="busy")
    await shop.hears("voice/status", times=16)
    await shop.hears("voice/dial-complete", times=16)
    first_told: dict[str, str] = {}
    for each in shop.heard:
        if each.route in ("voice/status", "voice/dial-complete"):
            first_told.setdefault(each.form["CallSid"], each.route)
    assert set(first_told.values()) == {"voice/status", "voice/dial-complete"}


async def test_dropped_callbacks_never_come(carrier: Any, shop: Any) -> None:
    await carrier.post("faults", drop_next=1)
    sid = await carrier.ring()
    await shop.hears("voice/status", CallSid=sid)
    assert not shop.of("voice/inbound")
    await carrier.post("faults", drop_share=1.0)
    await written(carrier, "anybody there")
    await asyncio.sleep(0.1)
    assert not shop.of("sms/inbound")


@pytest.mark.parametrize(("send", "status", "code"), [("500", 500, 20500), ("429", 429, 20429)])
async def test_a_send_is_refused_and_the_next_is_taken(carrier: Any, send: str, status: int, code: int) -> None:
    await carrier.post("faults", send=send, send_next=1)
    assert (await carrier.send(status=status))["code"] == code
    await carrier.send()
    assert (await carrier.get("counts"))["taken"] == 1


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ({}, "nothing"),
        ({"retry_after": 7}, "7"),
        ({"retry_after": 7, "retry_after_as": "date"}, r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"),
    ],
)
async def test_a_busy_carrier_says_how_long_to_wait_where_it_is_told_to(
    carrier: Any, trouble: dict[str, Any], told: str
) -> None:
    await carrier.post("faults", send="429", send_next=1, **trouble)
    url = f"{carrier.base}/2010-04-01/Accounts/{carrier.account}/Messages.json"
    async with carrier.session.post(url, headers=carrier.login) as answer:
        assert answer.status == 429
        assert re.fullmatch(told, answer.headers.get("Retry-After", "nothing"))


@pytest.mark.parametrize("trouble", [{"retry_after": -1}, {"retry_after_as": "words"}])
async def test_a_wait_that_is_none_is_refused(carrier: Any, trouble: dict[str, Any]) -> None:
    await carrier.post("faults", status=400, **trouble)


@pytest.mark.parametrize("send", ["accept_then_drop", "accept_then_hang"])
async def test_a_text_is_taken_and_the_answer_lost(carrier: Any, send: str) -> None:
    await carrier.post("faults", send=send, send_next=1, slow_seconds=0.05)
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await carrier.send()
    assert (await carrier.get("counts"))["taken"] == 1
    await carrier.send()


async def test_numbers_refuse_or_do_not_get_texts(carrier: Any, shop: Any) -> None:
    await carrier.post("faults", refuse={"+13125550143": 30006}, undeliverable={carrier.homeowner: 30003})
    assert (await carrier.send(status=400, To="+13125550143"))["code"] == 30006
    await carrier.send(StatusCallback=f"{shop.base}/api/twilio/sms/status")
    assert (await shop.hears("sms/status", MessageStatus="undelivered"))["ErrorCode"] == "30003"


async def test_trouble_that_nobody_knows_is_refused(carrier: Any) -> None:
    await carrier.post("faults", send="sulks", status=400)
    await carrier.post("faults", drop_share=7, status=400)
    await carrier.post("sing", status=404)


async def test_the_page_and_its_events(carrier: Any) -> None:
    async with carrier.session.get(f"{carrier.base}/phone") as page:
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert "<script>" not in await page.text()
    for name in ("app.css", "phone.css", "phone.js", "mark.svg", "fonts/hanken-grotesk.woff2"):
        async with carrier.session.get(f"{carrier.base}/phone/static/{name}") as file:
            assert file.status == 200, name
    async with carrier.session.get(f"{carrier.base}/phone/static/../app.py") as file:
        assert file.status == 404
    async with carrier.session.post(f"{carrier.base}/phone/api/reset", data=b"{}") as foreign:
        assert foreign.status == 403
    async with carrier.session.get(f"{carrier.base}/phone/api/events") as events:
        await carrier.post("reset")
        assert b'"kind":"reset"' in await events.content.readline()


async def test_readiness_names_this_start(carrier: Any) -> None:
    async with carrier.session.get(f"{carrier.base}/health/ready") as answer:
        assert (answer.status, (await answer.json())["instance"]) == (200, "this-start")
