"""The response rules at work: what a homeowner's text says is kept, and the next question, a safety text or the office follows."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chassis import ids
from chassis.database import Transaction
from chassis.telemetry import current_traceparent, traceparent_of
from contracts.inbound import TextReceived
from contracts.organizations import OrganizationChanged
from messaging.app.fields import fields_of
from messaging.app.hand_over import hand_over
from messaging.app.heard import waits_for
from messaging.app.look import Look, context_of, look_at
from messaging.app.opting_out import text_cancelled
from messaging.app.understand import understand
from messaging.domain.response import Ask, Complete, Conversation, HandOver, Quiet, Step, Warn, respond
from messaging.domain.templates import ABOUT, ASKS, Template, Words
from messaging.store import conversations, templates, texts, threads
from messaging.store.facts import Facts
from messaging.store.texts import Text
from messaging.store.threads import Writing

WARN_AGAIN_AFTER: Final = timedelta(hours=1)


class InThread(NamedTuple):
    """A text in its thread. `anew`: it brought a closed lead back. `unasked`: it cancelled an answer of ours."""

    text: TextReceived
    facts: Facts
    organization: OrganizationChanged
    lead_id: UUID
    status: str
    anew: bool
    unasked: bool


async def take_back_answers(transaction: Transaction, text: TextReceived, *, now: datetime) -> bool:
    """An answer that has not left yet answers a text that is not the newest any more. Texts are locked before homeowners."""
    cancelled = await texts.cancel_answers(
        transaction, homeowner_id=text.homeowner_id, reason="Not sent — the homeowner wrote again"
    )
    transaction.append(*(text_cancelled(row, reason="the homeowner wrote again", now=now) for row in cancelled))
    return bool(cancelled)


async def answer_reply(transaction: Transaction, heard: InThread, *, now: datetime) -> bool:
    """Whether a text was planned. Runs after the text stands in its thread, with homeowner and lead locked."""
    found = await conversations.standing(transaction, lead_id=heard.lead_id, anew=heard.anew)
    if found is None:
        return False
    before = replace(found, status=heard.status, unasked=heard.unasked)
    if heard.anew:
        await conversations.take_back(transaction, lead_id=heard.lead_id)
    said = await asyncio.to_thread(
        understand, heard.text.body, asking=before.asking or "problem", zone=heard.organization.zone, now=now
    )
    reaction = respond(before, said)
    look = await _look(transaction, heard, reaction.step, reaction.conversation.details.name, now)
    after = reaction.conversation
    if isinstance(reaction.step, Ask) and (look is None or look.text.state == "suppressed"):
        after = replace(after, asking=before.asking)  # it never reaches the homeowner, so they have no question in hand
    await conversations.put(
        transaction, lead_id=heard.lead_id, homeowner_id=heard.text.homeowner_id, conversation=after
    )
    await hand_over(
        transaction, heard.text, lead_id=heard.lead_id, step=reaction.step, urgent=_urgent(reaction.step, after), now=now
    )  # fmt: skip
    if look is not None:
        writing = Writing(texts=[look.text], events=list(look.events))
        await threads.write(transaction, writing=writing, traceparent=current_traceparent())
    return look is not None


async def _look(transaction: Transaction, heard: InThread, step: Step, name: str | None, now: datetime) -> Look | None:
    """The text that the step wants; a warning not twice within a while."""
    if isinstance(step, Warn) and not await conversations.may_warn(
        transaction, lead_id=heard.lead_id, at=now, again_after=WARN_AGAIN_AFTER
    ):
        return None
    organization_id = heard.text.organization_id
    words = await templates.words_of(transaction, organization_ids=[organization_id])
    return decided(heard, step, words[organization_id], name, now)


def decided(heard: InThread, step: Step, words: Words, name: str | None, now: datetime) -> Look | None:
    """The text that a step wants, decided like any other; None where it wants none."""
    wanted = _templates(step)
    if not wanted:
        return None
    context = context_of(
        snapshot=heard.organization,
        facts=heard.facts,
        number=heard.text.homeowner_number,
        status=heard.status,
        heard_until=heard.text.occurred_at,
        consented=True,
        wording=words,
    )
    planned = _planned(heard, wanted, words, name, now)
    return look_at(planned, context=context, now=now, version=heard.organization.organization_version)


def _templates(step: Step) -> tuple[Template, ...]:
    """The words for a step; the last one names the text."""
    match step:
        case Ask(question, again):
            return ("not_understood", ASKS[question]) if again else (ASKS[question],)
        case Complete():
            return ("details_complete",)
        case HandOver(tells=False) | Quiet():
            return ()
        case HandOver(reason="visit"):
            return ("visit_noted",)
        case HandOver():
            return ("handed_over",)
        case Warn(danger):
            return ("safety_medical",) if danger == "medical" else ("safety",)


def _planned(heard: InThread, wanted: tuple[Template, ...], words: Words, name: str | None, now: datetime) -> Text:
    text, text_class = heard.text, ABOUT[wanted[-1]].text_class
    fields = fields_of(heard.organization, line=text.tracked_number, name=name)
    return Text(
        text_id=ids.derived_id("response", str(text.event_id)),
        organization_id=text.organization_id,
        homeowner_id=text.homeowner_id,
        lead_id=heard.lead_id,
        text_class=text_class,
        body=words.render(*wanted, fields=fields),
        from_number=text.tracked_number,
        to_number=text.homeowner_number,
        partition=waits_for(text.homeowner_id, text_class),
        created_at=now,
        planned_in_status=heard.status,
        answers_at=text.received_at,
        template=wanted[-1],
        traceparent=traceparent_of(text.event_id),
    )


def _urgent(step: Step, after: Conversation) -> bool:
    """Whether the office is told at night as well."""
    match step:
        case Warn():
            return True
        case HandOver(urgent=urgent):
            return urgent
        case _:
            return after.details.urgency == "urgent"
