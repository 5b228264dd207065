"""The office opens a lead: somebody came by, or rang a line that is not tracked."""

from datetime import datetime
from uuid import UUID

import phonenumbers

from chassis import ids
from chassis.database import Transaction
from chassis.telemetry import current_traceparent
from contracts.leads import ConsentRecorded, LeadOpened
from messaging.app.desk import Desk, Refused, Who, audit
from messaging.app.follow_up import line_for
from messaging.app.text_back_caller import WORDING
from messaging.store import facts as facts_store
from messaging.store import office, threads
from messaging.store.facts import Asked, Facts
from messaging.store.threads import Consent, Item, NewHomeowner, NewLead, Writing

REGION = "US"


async def open_lead(desk: Desk, who: Who, *, number: str, name: str = "", may_text: bool = False) -> UUID:
    """The homeowner's open lead, or a new one. `number` as people write it; `may_text`: they asked for texts, which is consent."""
    whole = _number(number)
    shop, now = desk.shop(who.organization_id), desk.clock.now()
    if whole in {each.number for each in shop.numbers}:
        raise Refused("This is one of your own lines.")
    homeowner_id = ids.homeowner_id(key=desk.keys.id_key, organization_id=who.organization_id, number=whole)
    async with desk.database.web(who.organization_id) as transaction:
        asked = Asked(who.organization_id, homeowner_id, whole)
        (facts,) = await facts_store.gather(transaction, asked=[asked], now=now)
        writing = Writing()
        if not facts.known:
            line = line_for(shop, None) or ""
            writing.homeowners.append(NewHomeowner(homeowner_id, who.organization_id, whole, line, now))
        lead_id = facts.lead_id or _new(who, homeowner_id, whole, facts, writing, now)
        if may_text and not facts.consented and facts.opted_out_at is None:
            _consent(who, homeowner_id, writing, now)
        await threads.write(transaction, writing=writing, traceparent=current_traceparent())
        if name.strip():
            await _name(transaction, homeowner_id, name)
        if facts.lead_id is None:
            audit(transaction, who, subject=lead_id, action="opened", before={}, after={"status": "new"}, now=now)
        transaction.after_commit(desk.changed.ring)
    return lead_id


def _number(typed: str) -> str:
    try:
        parsed = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException as error:
        raise Refused("This is not a phone number. Write it with its area code.") from error
    if not phonenumbers.is_valid_number(parsed):
        raise Refused("This is not a phone number that exists. Look at it once more.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _new(who: Who, homeowner_id: UUID, number: str, facts: Facts, writing: Writing, now: datetime) -> UUID:
    lead_id = ids.new_id()
    writing.leads.append(
        NewLead(
            lead_id,
            who.organization_id,
            homeowner_id,
            "new",
            facts.ended_lead_id,
            now,
            replied_at=None,
            last_text_at=None,
            asked_for_a_call=False,
        )
    )
    detail = {"what": "opened", "by": who.member_id, "name": who.name}
    writing.items.append(Item(ids.new_id(), who.organization_id, homeowner_id, lead_id, "status", now, None, detail))
    writing.events.append(
        LeadOpened(
            event_id=ids.new_id(),
            organization_id=who.organization_id,
            occurred_at=now,
            homeowner_id=homeowner_id,
            lead_id=lead_id,
            lead_version=1,
            status="new",
            homeowner_number=number,
            opened_by="office",
            earlier_lead_id=facts.ended_lead_id,
        )
    )
    return lead_id


def _consent(who: Who, homeowner_id: UUID, writing: Writing, now: datetime) -> None:
    consent_id = ids.new_id()
    writing.consents.append(Consent(consent_id, who.organization_id, homeowner_id, "office", WORDING, consent_id, now))
    writing.events.append(
        ConsentRecorded(
            event_id=consent_id,
            organization_id=who.organization_id,
            occurred_at=now,
            homeowner_id=homeowner_id,
            consent_id=consent_id,
            source="office",
            wording_version=WORDING,
            evidence_id=consent_id,
        )
    )


async def _name(transaction: Transaction, homeowner_id: UUID, name: str) -> None:
    """One that is known stays: the thread is where it is changed."""
    homeowner = await office.lock_homeowner(transaction, homeowner_id=homeowner_id)
    if homeowner is not None and homeowner["name"] is None:
        await office.rename(transaction, homeowner_id=homeowner_id, name=" ".join(name.split())[:80])
