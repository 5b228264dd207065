"""What a carrier's lists show, as callbacks of our own making: keyed by SID and kind, so that they count once with the real ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from capture.app import requests, twilio_forms
from capture.app.directory import Line
from capture.domain.call_story import DIAL_TAKEN, FINAL
from capture.gateway.provider import ProviderCall, ProviderMedia, ProviderStory, ProviderText
from capture.store.callbacks import Callback

KIND: Final = "fetched"
SETTLED: Final = timedelta(seconds=60)
HEADERS: Final = {"content-type": "application/x-www-form-urlencoded", "source": "backfill"}


def begun(line: Line, call: ProviderCall, *, now: datetime) -> Callback:
    """A call that is still under way and that we never heard of."""
    return _callback(line, KIND, call.call_id, f"{call.call_id}/begun", _form(call, status=""), call.started_at, now)


def can_be_told(line: Line, story: ProviderStory, *, now: datetime) -> bool:
    """Whether the lists alone show how it ended.

    Not while a leg is under way; and where a taken leg is not enough (the shop presses 1) not while our own callback,
    which knows, may still be on its way.
    """
    if story.call.status not in FINAL or (story.leg is not None and story.leg not in FINAL):
        return False
    undecided = line.number.answer == "press_1" and story.leg in DIAL_TAKEN
    ended_at = story.call.ended_at or now
    return not undecided or ended_at <= now - SETTLED


def ended(line: Line, story: ProviderStory, *, now: datetime) -> Callback:
    form = _form(story.call, status=story.call.status) | {
        "LegStatus": story.leg or "",
        "LegDuration": str(story.leg_seconds),
    }
    if story.call.ended_at is not None:
        form["EndedAt"] = story.call.ended_at.isoformat()
    if story.recording is not None:
        form |= {
            "RecordingSid": story.recording.recording_id,
            "RecordingUrl": story.recording.url,
            "RecordingDuration": str(story.recording.seconds),
        }
    mark = f"{story.call.call_id}/{story.call.status}/{story.leg}"
    return _callback(line, KIND, story.call.call_id, mark, form, story.call.started_at, now)


def given_up(line: Line, *, call_id: str, started_at: datetime, now: datetime) -> Callback:
    """A call whose end was never told: a shop would rather ring once too often than not know of it."""
    form = {"CallSid": call_id, "To": line.number.number, "CallStatus": "failed", "LegStatus": "failed"}
    return _callback(line, KIND, call_id, f"{call_id}/given-up", form, started_at, now)


def text(line: Line, found: ProviderText, media: Sequence[ProviderMedia], *, now: datetime) -> Callback:
    form = {
        "MessageSid": found.message_id,
        "From": found.from_number,
        "To": found.to_number,
        "Body": found.body,
        "NumMedia": str(len(media)),
    }
    for index, each in enumerate(media):
        form |= {f"MediaUrl{index}": each.url, f"MediaContentType{index}": each.content_type}
    mark = f"{found.message_id}/fetched"
    return _callback(line, requests.SMS_INBOUND, found.message_id, mark, form, found.received_at, now)


def _form(call: ProviderCall, *, status: str) -> dict[str, str]:
    return {"CallSid": call.call_id, "From": call.from_number, "To": call.to_number, "CallStatus": status}


def _callback(
    line: Line, kind: str, subject: str, mark: str, form: dict[str, str], at: datetime | None, now: datetime
) -> Callback:
    organization_id = line.organization.organization_id
    return Callback(
        callback_key=f"{organization_id}/{kind}/{mark}", organization_id=organization_id, kind=kind, subject=subject, effect=requests.effect(kind, form),
        number=line.number.number, query="", headers=HEADERS, body=twilio_forms.encoded(form), traceparent=None, received_at=now, happened_at=min(at or now, now),
    )  # fmt: skip
