"""What callers and the shop's phone are told, as the carrier reads it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import XML, Element

import pytest

from capture.app import call_answers
from contracts.organizations import OrganizationChanged, TrackedNumber

PUBLIC = "https://shop.example"
AGAIN = "#rc=5&rp=all"


def shop(**changes: Any) -> OrganizationChanged:
    facts: dict[str, Any] = {
        "event_id": UUID(int=1), "organization_id": UUID(int=2), "occurred_at": datetime(2026, 11, 24, tzinfo=UTC), "slug": "northside",
        "name": "Northside Heating & Air", "zone": "America/Chicago", "office_line": "+13125550100", "automation": "live",
    }  # fmt: skip
    return OrganizationChanged(**{**facts, **changes})


def line(**changes: Any) -> TrackedNumber:
    return TrackedNumber(**{"number": "+13125550123", "provider": "twilio", "account": "AC1", **changes})


def inbound(organization: OrganizationChanged, number: TrackedNumber) -> Element:
    return XML(call_answers.inbound(organization=organization, number=number, public_url=PUBLIC))


def after_dial(number: TrackedNumber, **form: str) -> Element:
    return XML(call_answers.dial_complete(organization=shop(), number=number, form=form, public_url=PUBLIC))


def tags(answer: Element) -> list[str]:
    return [each.tag for each in answer]


def test_the_shop_rings_for_its_own_time() -> None:
    dial = inbound(shop(ring_seconds=15), line())[0]
    assert dial.tag == "Dial"
    assert dial.get("timeout") == "15"
    assert dial.get("answerOnBridge") == "true"
    assert dial.get("action") == f"{PUBLIC}/api/twilio/voice/dial-complete{AGAIN}"
    number = dial[0]
    assert (number.tag, number.text, number.get("url")) == ("Number", "+13125550100", None)


def test_a_line_that_asks_for_a_1_whispers() -> None:
    number = inbound(shop(), line(answer="press_1"))[0][0]
    assert number.get("url") == f"{PUBLIC}/api/twilio/voice/whisper?number=%2B13125550123{AGAIN}"
    whisper = XML(call_answers.whisper(number=line(), public_url=PUBLIC))
    assert tags(whisper) == ["Gather", "Hangup"]
    assert whisper[0].get("action") == f"{PUBLIC}/api/twilio/voice/accept?number=%2B13125550123{AGAIN}"
    assert tags(XML(call_answers.accept(form={"Digits": "2"}))) == ["Hangup"]
    assert tags(XML(call_answers.accept(form={"Digits": "1"}))) == []


def test_a_call_that_was_missed_before_never_dials_back() -> None:
    answer = inbound(shop(), line(mode="already_missed"))
    assert tags(answer) == ["Say", "Record", "Hangup"]
    assert answer[1].get("action") == f"{PUBLIC}/api/twilio/voice/recording{AGAIN}"
    assert (
        answer[1].get("recordingStatusCallback") == f"{PUBLIC}/api/twilio/voice/recording?number=%2B13125550123{AGAIN}"
    )
    assert tags(inbound(shop(), line(mode="already_missed", voicemail=False))) == ["Say", "Hangup"]


def test_a_caller_whom_nobody_took_hears_a_word() -> None:
    assert tags(after_dial(line(), DialCallStatus="no-answer")) == ["Say", "Hangup"]
    assert tags(after_dial(line(voicemail=True), DialCallStatus="busy")) == ["Say", "Record", "Hangup"]
    assert tags(after_dial(line(answer="press_1"), DialCallStatus="completed", DialBridged="false")) == [
        "Say",
        "Hangup",
    ]


@pytest.mark.parametrize("answer", ["any", "press_1"])
def test_after_a_call_that_was_taken_nothing_is_said(answer: str) -> None:
    assert tags(after_dial(line(answer=answer), DialCallStatus="completed", DialBridged="true")) == []


def test_no_text_is_promised_that_is_not_sent() -> None:
    for automation, promised in (("live", True), ("preview", False), ("approval", False)):
        said = inbound(shop(automation=automation), line(mode="already_missed"))[0].text or ""
        assert ("text you" in said) is promised
        assert "Northside Heating & Air" in said


def test_ready_made_answers_are_well_formed() -> None:
    assert tags(XML(call_answers.NOTHING)) == []
    assert tags(XML(call_answers.HANG_UP)) == ["Hangup"]
