"""Stored callbacks and calls as events of `callsnare.inbound`."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from capture.app import requests, twilio_forms
from capture.app.directory import Directory
from capture.domain.call_story import News
from capture.domain.callers import homeowner_number
from capture.store.callbacks import Due
from capture.store.calls import Call
from chassis import ids
from contracts.base import Event
from contracts.inbound import CallAnswered, CallMissed, DeliveryReported, TextReceived, VoicemailLeft

PROVIDER: Final = "twilio"


def call_id(organization_id: UUID, provider_call_id: str) -> UUID:
    """The same for every callback of a call; another shop's callbacks cannot name it."""
    return ids.derived_id("call", str(organization_id), PROVIDER, provider_call_id)


def homeowner(key: bytes, organization_id: UUID, number: str | None, provider_call_id: str) -> UUID:
    """A hidden caller is somebody new each time."""
    if number is None:
        return ids.derived_id("hidden", str(organization_id), PROVIDER, provider_call_id)
    return ids.homeowner_id(key=key, organization_id=organization_id, number=number)


class InboundEvents:
    """Event ids derive from the provider's own ids, so that a fact that is told twice has one id."""

    def __init__(self, *, directory: Directory, id_key: bytes) -> None:
        self._directory, self._key = directory, id_key

    def of_call(self, kind: News, call: Call) -> Event:
        common: dict[str, Any] = {
            **self._common(call.organization_id, kind, call.provider_call_id),
            "occurred_at": call.ended_at, "homeowner_id": call.homeowner_id, "call_id": call.call_id, "provider": call.provider,
            "provider_call_id": call.provider_call_id, "tracked_number": call.tracked_number, "homeowner_number": call.homeowner_number,
            "started_at": call.started_at, "ended_at": call.ended_at,
        }  # fmt: skip
        recording, reason = call.facts.recording, call.reason
        if kind == "answered":
            return CallAnswered(**common, seconds=call.facts.talked_seconds)
        if kind == "voicemail" and recording is not None:
            return VoicemailLeft(
                **common, recording_id=recording.recording_id, recording_url=recording.url, seconds=recording.seconds
            )
        organization = self._directory.organization(call.organization_id)
        counts = organization is None or reason in organization.missed_when
        return CallMissed(**common, reason=reason, counts=counts)  # type: ignore[arg-type]  # a missed call has a reason of these

    def of_text(self, due: Due, form: Mapping[str, str]) -> Event | None:
        """None for what nobody can act on: a sender who is no number."""
        event = self._received if due.kind == requests.SMS_INBOUND else self._reported
        return event(due, form)

    def _received(self, due: Due, form: Mapping[str, str]) -> Event | None:
        number = homeowner_number(form.get("From", ""))
        if number is None:
            return None
        word: Any = form.get("OptOutType", "").upper()
        return TextReceived(
            **self._of_homeowner(due, number, "text"), message_id=ids.derived_id("text", str(due.organization_id), PROVIDER, due.subject),
            provider=PROVIDER, provider_message_id=due.subject, tracked_number=due.number, homeowner_number=number, body=form.get("Body", ""),
            received_at=due.happened_at, media=twilio_forms.media(form), carrier_word=word if word in twilio_forms.WORDS else None,
        )  # fmt: skip

    def _reported(self, due: Due, form: Mapping[str, str]) -> Event | None:
        number = homeowner_number(form.get("To", ""))
        if number is None:
            return None
        state, raw, code = twilio_forms.delivery(form)
        return DeliveryReported(
            **self._of_homeowner(due, number, f"delivery {raw}"), text_id=UUID(requests.of_query(due.query, "text")), provider=PROVIDER,
            provider_message_id=due.subject, tracked_number=due.number, homeowner_number=number, state=state, raw_state=raw, error_code=code,
            reported_at=due.happened_at,
        )  # fmt: skip

    def _of_homeowner(self, due: Due, number: str, kind: str) -> dict[str, Any]:
        organization_id = due.organization_id
        return {
            **self._common(organization_id, kind, due.subject),
            "occurred_at": due.happened_at,
            "homeowner_id": ids.homeowner_id(key=self._key, organization_id=organization_id, number=number),
        }

    def _common(self, organization_id: UUID, kind: str, subject: str) -> dict[str, Any]:
        organization = self._directory.organization(organization_id)
        return {
            "event_id": ids.derived_id("inbound", kind, str(organization_id), PROVIDER, subject),
            "organization_id": organization_id,
            "organization_version": organization.organization_version if organization else 0,
        }
