"""What the shop's software is told of a call, and how its answers are followed."""

import asyncio
import wave
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest

WHISPER = '<Response><Dial timeout="18" action="/api/twilio/voice/dial-complete"><Number url="/api/twilio/voice/whisper?number=1">+13125550100</Number></Dial></Response>'
GATHER = '<Response><Gather numDigits="1" action="/api/twilio/voice/accept?number=1"><Say>Press 1</Say></Gather><Hangup/></Response>'
RECORD = '<Response><Say>Leave a message</Say><Record action="/api/twilio/voice/recording" recordingStatusCallback="/api/twilio/voice/recording"/></Response>'


@pytest.mark.parametrize(
    ("how", "dialled"),
    [
        ("no_answer", "no-answer"),
        ("busy", "busy"),
        ("failed", "failed"),
        ("hangs_up", "canceled"),
        ("answers", "completed"),
    ],
)
async def test_how_a_call_ends_is_told(carrier: Any, shop: Any, how: str, dialled: str) -> None:
    sid = await carrier.ring(how=how)
    told = await shop.hears("voice/dial-complete")
    assert (told["CallSid"], told["DialCallStatus"], told["DialBridged"]) == (
        sid,
        dialled,
        "true" if how == "answers" else "false",
    )
    final = await shop.hears("voice/status", CallSid=sid)
    assert final["CallStatus"] in {"completed", "no-answer", "canceled"}
    assert all(each.genuine and len(each.token) == 32 for each in shop.heard)
    assert len({each.token for each in shop.heard}) == len(shop.heard)


async def test_a_callback_carries_what_twilio_sends(carrier: Any, shop: Any) -> None:
    await carrier.ring()
    told = await shop.hears("voice/inbound")
    assert {
        "AccountSid",
        "ApiVersion",
        "CallSid",
        "CallStatus",
        "Called",
        "Caller",
        "Direction",
        "From",
        "To",
        "FromCountry",
        "ToZip",
    } <= set(told)
    assert (told["From"], told["To"], told["CallStatus"]) == (carrier.homeowner, carrier.line, "ringing")


async def test_only_a_pressed_1_connects(carrier: Any, shop: Any) -> None:
    shop.answers |= {"voice/inbound": WHISPER, "voice/whisper": GATHER}
    await carrier.ring(how="answers")
    assert (await shop.hears("voice/dial-complete"))["DialBridged"] == "true"
    pressed = shop.of("voice/accept")[0]
    assert (pressed["Digits"], pressed["ParentCallSid"]) == ("1", shop.of("voice/inbound")[0]["CallSid"])
    await carrier.ring(how="declines")
    assert (await shop.hears("voice/dial-complete", times=2))["DialBridged"] == "false"
    assert len(shop.of("voice/accept")) == 1


async def test_a_voicemail_is_recorded_and_listed(carrier: Any, shop: Any) -> None:
    shop.answers["voice/inbound"] = RECORD
    sid = await carrier.ring(how="voicemail", message_seconds=9)
    told = await shop.hears("voice/recording", RecordingStatus="completed")
    assert (told["CallSid"], told["RecordingDuration"]) == (sid, "9")
    url = f"{carrier.base}/2010-04-01/Accounts/{carrier.account}/Calls/{sid}/Recordings.json"
    async with carrier.session.get(url, headers=carrier.login) as answer:
        found = (await answer.json())["recordings"]
    assert [(each["sid"], each["duration"]) for each in found] == [(told["RecordingSid"], "9")]
    sound = f"{carrier.base}{urlsplit(told['RecordingUrl']).path}"
    async with carrier.session.get(sound) as answer:
        assert answer.status == 401
    async with carrier.session.get(sound, headers=carrier.login) as answer, asyncio.timeout(5):
        with wave.open(BytesIO(await answer.read())) as heard:
            assert heard.getnframes() / heard.getframerate() == 9


async def test_the_caller_hangs_up_while_it_rings(carrier: Any, shop: Any) -> None:
    sid = await carrier.ring(ring_seconds=30)
    await shop.hears("voice/inbound")
    await asyncio.sleep(0.1)
    await carrier.post("hangup", sid=sid)
    assert (await shop.hears("voice/dial-complete"))["DialCallStatus"] == "canceled"
    await shop.hears("voice/status", CallStatus="canceled")
    await carrier.post("hangup", sid=sid, status=404)


async def test_an_answer_that_is_no_twiml_ends_the_call(carrier: Any, shop: Any) -> None:
    shop.answers["voice/inbound"] = "<Response><Dial>"
    sid = await carrier.ring()
    assert (await shop.hears("voice/status", CallSid=sid))["CallDuration"] == "0"
    assert not shop.of("voice/dial-complete")


async def test_a_call_to_a_line_that_nobody_has_is_refused(carrier: Any) -> None:
    await carrier.post("ring", from_number=carrier.homeowner, to_number="+13125550999", status=404)
    await carrier.post("ring", from_number=carrier.homeowner, to_number=carrier.line, how="sings", status=400)
    await carrier.post("ring", status=400)


async def test_a_refused_callback_is_tried_again_with_the_same_token(carrier: Any, shop: Any) -> None:
    shop.statuses["voice/inbound"] = [503, 404]
    await carrier.ring(how="busy")
    await shop.hears("voice/status")
    tokens = [each.token for each in shop.heard if each.route == "voice/inbound"]
    assert (len(tokens), len(set(tokens))) == (3, 1)
    lines = [each for each in await carrier.get("log") if each.get("route") == "voice/inbound"]
    assert [(each["status"], each["repeat"]) for each in lines] == [(503, False), (404, True), (200, True)]


async def test_start_over_ends_what_is_under_way(carrier: Any, shop: Any) -> None:
    await carrier.ring(ring_seconds=30)
    await shop.hears("voice/inbound")
    await carrier.post("reset")
    assert [each["kind"] for each in await carrier.get("log")] == ["reset"]
    await asyncio.sleep(0.1)
    assert not shop.of("voice/dial-complete")


async def test_the_shops_own_voicemail_presses_nothing(carrier: Any, shop: Any) -> None:
    shop.answers |= {"voice/inbound": WHISPER, "voice/whisper": GATHER}
    await carrier.ring(how="voicemail")
    told = await shop.hears("voice/dial-complete")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "false")
    assert not shop.of("voice/accept")
