"""What is answered to a carrier word or an opt-out in plain language: by us only where nobody else does."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis import ids
from chassis.telemetry import traceparent_of
from contracts.inbound import TextReceived
from contracts.organizations import OrganizationChanged
from messaging.app.fields import fields_of
from messaging.app.heard import waits_for
from messaging.app.look import Look, context_of, look_at
from messaging.domain.templates import Template, Words
from messaging.domain.words import Word
from messaging.store.facts import Facts
from messaging.store.texts import Text

CONFIRM_WITHIN: Final = timedelta(minutes=5)
"""47 CFR 64.1200(a)(12): one confirmation of an opt-out, within five minutes."""
TEMPLATE: Final[dict[Word, Template]] = {
    "stop": "stop_confirmation",
    "plain_stop": "stop_confirmation",
    "help": "help",
    "start": "start_confirmation",
}


def answer_word(
    text: TextReceived,
    word: Word,
    *,
    facts: Facts,
    organization: OrganizationChanged,
    words: Words,
    lead_id: UUID | None,
    status: str | None,
    now: datetime,
) -> Look | None:
    """The answer, decided; None where none is due."""
    if not _is_ours_to_answer(text, word, organization):
        return None
    stops = word in ("stop", "plain_stop")
    passes_at = text.received_at + CONFIRM_WITHIN if stops else None
    if passes_at is not None and (now >= passes_at or facts.opted_out_by != text.event_id):
        return None  # too late, or not the one that opted out: there is one confirmation
    fields = fields_of(organization, line=text.tracked_number, name=facts.name)
    planned = Text(
        text_id=ids.derived_id("answer", str(text.event_id)),
        organization_id=text.organization_id,
        homeowner_id=text.homeowner_id,
        lead_id=lead_id,
        text_class="compliance",
        body=words.render(TEMPLATE[word], fields=fields),
        from_number=text.tracked_number,
        to_number=text.homeowner_number,
        partition=waits_for(text.homeowner_id, "compliance"),
        created_at=now,
        answers_at=text.received_at,
        passes_at=passes_at,
        traceparent=traceparent_of(text.event_id),
        template=TEMPLATE[word],
    )
    context = context_of(
        snapshot=organization, facts=facts, number=text.homeowner_number, status=status, heard_until=None
    )
    return look_at(planned, context=context, now=now, version=organization.organization_version)


def _is_ours_to_answer(text: TextReceived, word: Word, organization: OrganizationChanged) -> bool:
    """`keywords: provider` and Twilio's own OptOutType mean that the carrier answers; it knows carrier words only."""
    if word == "plain_stop":
        return True
    number = next((each for each in organization.numbers if each.number == text.tracked_number), None)
    return (
        text.carrier_word is None
        and number is not None
        and any(each.account == number.account and each.keywords == "ours" for each in organization.providers)
    )
