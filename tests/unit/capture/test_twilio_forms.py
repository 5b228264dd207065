"""What the carrier's words mean."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.app import twilio_forms
from capture.app.twilio_forms import MalformedBodyError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"


@pytest.mark.parametrize("body", [b"", b"garbage", b"\xff\xfe=1", b"a=1&b", b"&".join([b"a=1"] * 301)])
def test_what_is_no_form_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        twilio_forms.fields(content_type=FORM_TYPE, body=body)


def outcome(read: Callable[[], list[tuple[str, str]]]) -> list[tuple[str, str]] | None:
    """None for what cannot be read."""
    try:
        return read()
    except (MalformedBodyError, ValueError):
        return None


@given(st.text(alphabet=st.sampled_from("aB0&=+%2Ee9;\0 é\ud7ff"), max_size=40) | st.text(max_size=40))
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    body = text.encode()
    ours = outcome(lambda: twilio_forms.fields(content_type=FORM_TYPE, body=body))
    assert ours == outcome(lambda: parse_qsl(text, keep_blank_values=True, strict_parsing=True)) or text == ""


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b'{"a": "\\ud800"}', b"\xff"])
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        twilio_forms.fields(content_type="application/json", body=body)


def test_an_object_is_read_like_a_form() -> None:
    fields = twilio_forms.fields(
        content_type="application/json", body=b'{"CallSid": "CA1", "n": 3, "none": null, "yes": true}'
    )
    assert dict(fields) == {"CallSid": "CA1", "n": "3", "none": "", "yes": "true"}


def test_the_first_of_repeated_fields_counts_and_nul_does_not_survive() -> None:
    fields = twilio_forms.fields(content_type=FORM_TYPE, body=b"a=1&a=2&b=x%00y&c=")
    assert twilio_forms.form(fields) == {"a": "1", "b": "x\ufffdy", "c": ""}


@pytest.mark.parametrize(("form", "told"), [({}, False), ({"RecordingSid": "RE1", "RecordingDuration": "0"}, False), ({"RecordingSid": "RE1", "RecordingDuration": "-1"}, False), ({"RecordingSid": "RE1", "RecordingDuration": "7", "RecordingStatus": "in-progress"}, False), ({"RecordingSid": "RE1", "RecordingDuration": "7"}, True), ({"RecordingSid": "RE1", "RecordingDuration": "7", "RecordingStatus": "completed"}, True)])  # fmt: skip
def test_silence_is_no_voicemail(form: dict[str, str], told: bool) -> None:
    assert (twilio_forms.heard("recording", form, NOW).recording is not None) is told


def test_a_callback_without_a_caller_does_not_make_the_caller_hidden() -> None:
    assert twilio_forms.heard("recording", {}, NOW).caller is None
    assert twilio_forms.heard("inbound", {}, NOW).caller == ""


def test_only_pictures_with_an_address_come_along() -> None:
    form = {
        "NumMedia": "3",
        "MediaUrl0": "https://a.example/0",
        "MediaContentType0": "image/jpeg",
        "MediaUrl2": "https://a.example/2",
    }
    assert [each.url for each in twilio_forms.media(form)] == ["https://a.example/0", "https://a.example/2"]
    assert twilio_forms.media({"NumMedia": "9" * 30}) == ()


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ({"MessageStatus": "delivered"}, ("delivered", "delivered", None)),
        ({"SmsStatus": "sent", "ErrorCode": "0"}, ("sent", "sent", None)),
        ({"MessageStatus": "undelivered", "ErrorCode": "30003"}, ("undelivered", "undelivered", 30003)),
        ({"MessageStatus": "teleported", "ErrorCode": "what"}, ("unknown", "teleported", None)),
        ({}, ("unknown", "", None)),
    ],
)
def test_an_unknown_state_is_kept_and_does_no_harm(form: dict[str, str], read: tuple[str, str, int | None]) -> None:
    assert twilio_forms.delivery(form) == read
