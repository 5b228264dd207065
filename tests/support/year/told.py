"""What the world tells messaging, as the events of the other services."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis import ids
from contracts.inbound import CallAnswered, CallMissed, DeliveryReported, TextReceived, VoicemailLeft
from contracts.organizations import (
    Billing,
    Closure,
    FirstReply,
    OrganizationChanged,
    ProviderAccount,
    Span,
    TrackedNumber,
)
from contracts.reminders import ReminderDue
from year.carrier import TakenText
from year.journal import ShopFacts

OFFICE = "+13125559999"


class Teller:
    """Makes events; `key` is the deployment's for homeowners' ids."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def homeowner(self, shop: UUID, number: str | None) -> UUID:
        if number is None:
            return ids.new_id()
        return ids.homeowner_id(key=self._key, organization_id=shop, number=number)

    def snapshot(self, facts: ShopFacts, version: int) -> OrganizationChanged:
        account = f"AC{facts.shop.hex[-8:]}"
        return OrganizationChanged(
            event_id=ids.new_id(),
            organization_id=facts.shop,
            occurred_at=facts.since,
            organization_version=version,
            slug=f"year-{facts.shop.hex[-12:]}",
            name=facts.name,
            zone=facts.zone,
            state=facts.state,
            office_line=OFFICE,
            hours={day: tuple(Span(start=a, end=b) for a, b in spans) for day, spans in facts.hours.items()},  # type: ignore[misc]  # days by name
            closures=tuple(
                Closure(name="Closed", first_day=first, last_day=last, holiday=None) for first, last in facts.closures
            ),
            automation=facts.mode,  # type: ignore[arg-type]  # modes by name
            first_reply=FirstReply(
                window_hours=facts.window_hours,
                after_hours=facts.after_hours,  # type: ignore[arg-type]  # as above
                at_night=facts.at_night,  # type: ignore[arg-type]  # as above
                useful_minutes=facts.useful_minutes,
            ),
            numbers=tuple(TrackedNumber(number=line, provider="twilio", account=account) for line in facts.lines),
            providers=(ProviderAccount(kind="twilio", account=account, keywords=facts.keywords),),  # type: ignore[arg-type]  # as above
            billing=Billing(
                status=facts.billing,  # type: ignore[arg-type]  # as above
                past_due_since=facts.past_due_since,
                grace_days=facts.grace_days,
            ),
        )

    def call(
        self,
        kind: type[CallMissed | CallAnswered],
        shop: UUID,
        number: str | None,
        line: str,
        at: datetime,
        **more: Any,
    ) -> Any:
        common = self._common(shop, number, at)
        return kind(
            **common,
            call_id=ids.new_id(),
            provider="twilio",
            provider_call_id=f"CA{ids.new_id().hex}",
            tracked_number=line,
            homeowner_number=number,
            started_at=at,
            ended_at=at,
            **more,
        )

    def voicemail(self, call: CallMissed) -> VoicemailLeft:
        facts = {name: getattr(call, name) for name in call.__struct_fields__ if name not in ("reason", "counts")}
        facts |= {
            "event_id": ids.new_id(),
            "recording_id": "RE1",
            "recording_url": "https://carrier.test/RE1",
            "seconds": 9,
        }
        return VoicemailLeft(**facts)

    def text(
        self, shop: UUID, number: str, line: str, body: str, at: datetime, carrier_word: str | None
    ) -> TextReceived:
        return TextReceived(
            **self._common(shop, number, at),
            message_id=ids.new_id(),
            provider="twilio",
            provider_message_id=f"SM{ids.new_id().hex}",
            tracked_number=line,
            homeowner_number=number,
            body=body,
            received_at=at,
            carrier_word=carrier_word,  # type: ignore[arg-type]  # words by name
        )

    def report(self, taken: TakenText, state: str, at: datetime, code: int | None) -> DeliveryReported:
        return DeliveryReported(
            **self._common(taken.shop, taken.outgoing.to_number, at),
            text_id=taken.text_id,
            provider="twilio",
            provider_message_id=taken.provider_id,
            tracked_number=taken.outgoing.from_number,
            homeowner_number=taken.outgoing.to_number,
            state=state,  # type: ignore[arg-type]  # states by name
            raw_state=state,
            error_code=code,
            reported_at=at,
        )

    def follow_up(self, shop: UUID, number: str | None, lead_id: UUID, at: datetime) -> ReminderDue:
        common = self._common(shop, number, at)
        since = at - timedelta(hours=2)
        return ReminderDue(
            **common, job_id=ids.new_id(), kind="follow_up", due_at=at, lead_id=lead_id, counted_from=since
        )

    def _common(self, shop: UUID, number: str | None, at: datetime) -> dict[str, Any]:
        homeowner = self.homeowner(shop, number)
        return {"event_id": ids.new_id(), "organization_id": shop, "occurred_at": at, "homeowner_id": homeowner}
