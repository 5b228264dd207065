"""From the carrier's request to the event, in every order."""

import asyncio
import random
from itertools import permutations
from typing import Any

import pytest

from chassis.testing import eventually
from contracts.inbound import CallAnswered, CallMissed, VoicemailLeft


async def test_a_call_that_rings_out_is_missed(capture: Any) -> None:
    rung = await capture.ring("CA01")
    assert rung.status == 200
    assert rung.headers["content-type"].startswith("text/xml")
    assert "<Dial" in rung.text
    assert (await capture.dialled("CA01")).text.count("<Say>") == 1
    assert (await capture.ended("CA01")).status == 200
    assert await capture.outcomes() == {"CA01": "missed"}
    [missed] = await capture.events()
    assert isinstance(missed, CallMissed)
    assert (missed.reason, missed.counts, missed.homeowner_number, missed.organization_version) == (
        "no_answer",
        True,
        "+13125550199",
        1,
    )
    assert missed.started_at <= missed.ended_at


@pytest.mark.parametrize("order", list(permutations(["ring", "dialled", "ended"])))
async def test_every_order_and_every_repeat_tells_once(capture: Any, order: tuple[str, ...]) -> None:
    for step in [*order, *order]:
        assert (await getattr(capture, step)("CA02")).status == 200
        await capture.folded()
    assert await capture.outcomes() == {"CA02": "missed"}
    assert await capture.told() == ["CallMissed"]
    assert await capture.value("SELECT count(*) FROM callbacks") == 3


async def test_a_hundred_calls_at_once_are_all_told_once(capture: Any) -> None:
    steps = [(step, f"CA1{index:03}") for index in range(100) for step in ("ring", "dialled", "ended") * 3]
    random.Random(7).shuffle(steps)
    answers = await asyncio.gather(*(getattr(capture, step)(sid) for step, sid in steps))
    assert {each.status for each in answers} == {200}
    assert set((await capture.outcomes()).values()) == {"missed"}
    events = await capture.events()
    assert len(events) == 100
    assert len({each.event_id for each in events}) == 100


async def test_an_answered_call_is_answered(capture: Any) -> None:
    await capture.ring("CA03")
    await capture.dialled("CA03", "completed", DialCallDuration="42", DialBridged="true")
    assert await capture.outcomes() == {"CA03": "answered"}
    [answered] = await capture.events()
    assert isinstance(answered, CallAnswered)
    assert answered.seconds == 42


async def test_a_caller_who_hangs_up_is_missed(capture: Any) -> None:
    await capture.ring("CA04")
    await capture.ended("CA04", "no-answer")
    assert await capture.outcomes() == {"CA04": "missed"}
    [missed] = await capture.events()
    assert missed.reason == "hung_up"


async def test_a_voicemail_follows_its_missed_call(capture: Any) -> None:
    recorded = {"RecordingSid": "RE1", "RecordingUrl": "https://api.example/RE1", "RecordingDuration": "7"}
    await capture.ring("CA05")
    await capture.dialled("CA05")
    await capture.folded()
    await capture.post(
        "voice/recording",
        {"AccountSid": "AC" + "a" * 32, "CallSid": "CA05", "To": "+13125550123", "From": "+13125550199", **recorded},
    )
    route = "voice/recording?number=%2B13125550123"
    told = await capture.post(
        route, {"AccountSid": "AC" + "a" * 32, "CallSid": "CA05", "RecordingStatus": "completed", **recorded}
    )
    assert told.status == 200
    assert await capture.outcomes() == {"CA05": "voicemail"}
    missed, voicemail = await capture.events()
    assert isinstance(missed, CallMissed)
    assert isinstance(voicemail, VoicemailLeft)
    assert (voicemail.call_id, voicemail.seconds) == (missed.call_id, 7)


async def test_a_voicemail_that_comes_first_waits_for_who_rang(capture: Any) -> None:
    form = {
        "AccountSid": "AC" + "a" * 32,
        "CallSid": "CA06",
        "RecordingSid": "RE1",
        "RecordingUrl": "https://a.example",
        "RecordingDuration": "7",
        "RecordingStatus": "completed",
    }
    await capture.post("voice/recording?number=%2B13125550123", form)
    assert await capture.outcomes() == {"CA06": "open"}
    await capture.ring("CA06")
    await capture.dialled("CA06")
    assert await capture.outcomes() == {"CA06": "voicemail"}
    assert await capture.told() == ["CallMissed", "VoicemailLeft"]
    assert (await capture.events())[0].homeowner_number == "+13125550199"


@pytest.mark.parametrize("caller", [None, "", "anonymous", "Restricted", "+266696687"])
async def test_each_hidden_call_is_somebody_new(capture: Any, caller: str | None) -> None:
    for sid in ("CA07", "CA08"):
        await capture.ring(sid, caller=caller)
        await capture.dialled(sid, caller=caller)
    await capture.folded()
    first, second = await capture.events()
    assert first.homeowner_number is second.homeowner_number is None
    assert first.homeowner_id != second.homeowner_id


async def test_a_line_that_was_missed_before_never_dials(capture: Any, shop: Any) -> None:
    await capture.apply(shop(mode="already_missed"))
    await asyncio.sleep(0)
    number = "+13125550177"
    await capture.apply(
        f"organization: northside\nnumbers: [{{number: '{number}', provider: twilio, mode: already_missed}}]"
    )
    rung = await capture.ring("CA09", number=number)
    assert "<Record" in rung.text
    assert "<Dial" not in rung.text
    assert await capture.outcomes() == {"CA09": "missed"}
    [missed] = await capture.events()
    assert missed.reason == "already_missed"


async def test_pressing_1_makes_an_answer(capture: Any) -> None:
    number = "+13125550178"
    await capture.apply(
        f"organization: northside\nnumbers: [{{number: '{number}', provider: twilio, answer: press_1}}]"
    )
    leg = {
        "AccountSid": "AC" + "a" * 32,
        "CallSid": "CA0b",
        "ParentCallSid": "CA0a",
        "From": "+13125550199",
        "To": "+13125550100",
        "CallStatus": "in-progress",
    }
    for sid, digits in (("CA0a", "1"), ("CA0c", "")):
        assert "voice/whisper" in (await capture.ring(sid, number=number)).text
        whisper = await capture.post("voice/whisper?number=%2B13125550178", {**leg, "ParentCallSid": sid})
        assert "<Gather" in whisper.text
        if digits:
            assert (
                "Hangup"
                not in (
                    await capture.post(
                        "voice/accept?number=%2B13125550178", {**leg, "ParentCallSid": sid, "Digits": digits}
                    )
                ).text
            )
        await capture.dialled(sid, "completed", number=number)
    assert await capture.outcomes() == {"CA0a": "answered", "CA0c": "missed"}


async def test_the_shop_ticks_which_ends_count(capture: Any) -> None:
    await capture.apply("organization: northside\nmissed_when: [no_answer, busy]")

    sids = (f"CA2{index}" for index in range(1000))

    async def counts_no_more() -> bool:
        sid = next(sids)
        await capture.ring(sid)
        await capture.ended(sid, "no-answer")
        await capture.folded()
        return not (await capture.events())[-1].counts

    await eventually(counts_no_more)
