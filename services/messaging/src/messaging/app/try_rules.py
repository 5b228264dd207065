"""What would happen to a call or a text at some moment: the real facts, the real rules, and nothing stored."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from chassis import ids
from chassis.database import Transaction
from contracts.inbound import CallMissed, TextReceived
from contracts.organizations import OrganizationChanged
from messaging.app import answer_reply, text_back_caller
from messaging.app.answer_reply import InThread
from messaging.app.desk import Desk, Refused, Who
from messaging.app.look import Look, context_of, look_at
from messaging.app.understand import understand
from messaging.domain.leads import after_late_text, after_reply
from messaging.domain.response import Conversation, Details, Said, Step, respond
from messaging.domain.templates import Words
from messaging.domain.words import Word, spoken_word
from messaging.store import conversations, templates
from messaging.store import facts as facts_store
from messaging.store.facts import Asked, Facts

PROVIDER = "try-it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is tried: a missed call or a text, from this number (E.164), at this moment."""

    kind: Literal["call", "text"]
    number: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was understood, the step, and the text with its decision; each None where there is none."""

    wanted: Wanted
    known: bool
    word: Word | None = None
    said: Said | None = None
    step: Step | None = None
    look: Look | None = None


async def try_rules(desk: Desk, who: Who, wanted: Wanted) -> Tried:
    """Raises Refused where the shop has no line to try it on."""
    shop = desk.shop(who.organization_id)
    if not shop.numbers:
        raise Refused("There is no line yet. Add one under Numbers first.")
    homeowner_id = ids.homeowner_id(key=desk.keys.id_key, organization_id=shop.organization_id, number=wanted.number)
    async with desk.database.web(who.organization_id) as transaction:
        asked = Asked(shop.organization_id, homeowner_id, wanted.number)
        (facts,) = await facts_store.gather(transaction, asked=[asked], now=wanted.at)
        words = (await templates.words_of(transaction, organization_ids=[shop.organization_id]))[shop.organization_id]
        if wanted.kind == "call":
            return _call(wanted, facts, shop, words, asked)
        return await _text(transaction, wanted, facts, shop, words, asked)


def _call(wanted: Wanted, facts: Facts, shop: OrganizationChanged, words: Words, asked: Asked) -> Tried:
    call = CallMissed(
        **_common(asked, shop, wanted.at), call_id=ids.new_id(), provider=PROVIDER, provider_call_id=PROVIDER,
        tracked_number=_line(shop, facts), homeowner_number=wanted.number, started_at=wanted.at, ended_at=wanted.at, reason="no_answer",
    )  # fmt: skip
    status = facts.status or "new"
    planned = text_back_caller.plan(call, facts, shop, words, facts.lead_id or ids.new_id(), status, wanted.at)
    context = context_of(
        snapshot=shop, facts=facts, number=wanted.number, status=status, heard_until=wanted.at, consented=True, wording=words
    )  # fmt: skip
    look = look_at(planned, context=context, now=wanted.at, version=shop.organization_version)
    return Tried(wanted=wanted, known=facts.known, look=look)


async def _text(
    transaction: Transaction, wanted: Wanted, facts: Facts, shop: OrganizationChanged, words: Words, asked: Asked
) -> Tried:
    word = spoken_word(wanted.body, opted_out=facts.opted_out_at is not None)
    if word is not None:
        return Tried(wanted=wanted, known=facts.known, word=word)
    stands = await conversations.standing(transaction, lead_id=facts.lead_id, anew=False) if facts.lead_id else None
    settings = await templates.newest_settings(transaction, organization_id=shop.organization_id)
    fresh = Conversation(
        status="active",
        details=Details(name=facts.name, address=facts.address, postal_code=facts.postal_code),
        settings=templates.settings_from(settings["settings"] if settings else None),
    )
    status = _status(facts, wanted.at)
    before = replace(stands or fresh, status=status)
    said = understand(wanted.body, asking=before.asking or "problem", zone=shop.zone, now=wanted.at)
    reaction = respond(before, said)
    text = TextReceived(
        **_common(asked, shop, wanted.at), message_id=ids.new_id(), provider=PROVIDER, provider_message_id=PROVIDER,
        tracked_number=_line(shop, facts), homeowner_number=wanted.number, body=wanted.body, received_at=wanted.at,
    )  # fmt: skip
    heard = InThread(text, facts, shop, facts.lead_id or ids.new_id(), status, anew=False, unasked=False)
    name = reaction.conversation.details.name
    look = answer_reply.decided(heard, reaction.step, words, name, wanted.at)
    return Tried(wanted=wanted, known=facts.known, said=said, step=reaction.step, look=look)


def _status(facts: Facts, at: datetime) -> str:
    """What the text makes of the homeowner's newest lead."""
    if facts.status is not None:
        return after_reply(facts.status)
    return after_late_text(facts.ended_status, ended_at=facts.ended_at, at=at) or "active"


def _line(shop: OrganizationChanged, facts: Facts) -> str:
    lines = [each.number for each in shop.numbers]
    return facts.last_line if facts.last_line in lines else lines[0]


def _common(asked: Asked, shop: OrganizationChanged, at: datetime) -> dict[str, Any]:
    return {
        "event_id": ids.new_id(),
        "organization_id": asked.organization_id,
        "organization_version": shop.organization_version,
        "occurred_at": at,
        "homeowner_id": asked.homeowner_id,
    }
