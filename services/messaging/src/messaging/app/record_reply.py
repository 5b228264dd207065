"""A homeowner's text: opt-out words first and on their own, then its thread, then what is answered by rule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis import ids
from chassis.clock import Clock
from chassis.consumer import NotYet
from chassis.database import Database, Transaction
from chassis.organizations import Organizations
from chassis.telemetry import current_traceparent
from contracts.base import Event
from contracts.inbound import TextReceived
from contracts.leads import ConsentRecorded, HomeownerReplied, LeadChanged, LeadOpened
from contracts.organizations import OrganizationChanged
from messaging.app.answer_reply import InThread, answer_reply, take_back_answers
from messaging.app.answer_word import answer_word
from messaging.app.look import is_ignored
from messaging.app.opting_out import record_opt_in, record_opt_out
from messaging.app.sending import Sender
from messaging.app.text_back_caller import WORDING
from messaging.domain.leads import after_late_text, after_reply
from messaging.domain.words import Word, asks_for_a_call, spoken_word
from messaging.store import facts as facts_store
from messaging.store import opt_outs, templates, threads
from messaging.store.facts import Asked, Facts
from messaging.store.threads import Consent, Item, NewHomeowner, NewLead, Writing

BY_CARRIER: Final[dict[str, Word]] = {"STOP": "stop", "START": "start", "HELP": "help"}
OPTS_OUT: Final = frozenset({"stop", "plain_stop"})
CARRIER_WORDS: Final = frozenset({"stop", "start", "help"})
"""They are no reply."""


class Place(NamedTuple):
    """The thread that a text belongs to."""

    lead_id: UUID | None
    status: str | None


class RecordReply:
    """Handles `text.received.v1`. `before` runs ahead of everything, so that no trouble can delay an opt-out."""

    def __init__(self, *, database: Database, organizations: Organizations, sender: Sender, clock: Clock) -> None:
        self._database, self._organizations, self._sender, self._clock = database, organizations, sender, clock

    async def before(self, events: Sequence[Event]) -> None:
        """Writes opt-outs of this batch, each with the cancelling of all pending texts, in a transaction of its own."""
        for event in events:
            if isinstance(event, TextReceived) and _word(event, opted_out=False) in OPTS_OUT:
                async with self._database.work() as transaction:
                    await self._opt_out(transaction, event)

    async def _opt_out(self, transaction: Transaction, text: TextReceived) -> None:
        now = self._clock.now()
        await _remember(transaction, text, now)
        await record_opt_out(
            transaction,
            organization_id=text.organization_id,
            homeowner_id=text.homeowner_id,
            source="text",
            evidence_id=text.event_id,
            at=text.received_at,
            now=now,
        )

    async def __call__(self, transaction: Transaction, text: TextReceived) -> None:
        organization = self._organizations.get(text.organization_id)
        if organization is None:
            raise NotYet("the organization's snapshot has not arrived")
        now = self._clock.now()
        word = await self._heed(transaction, text, now)
        unasked = word is None and await take_back_answers(transaction, text, now=now)
        asked = Asked(text.organization_id, text.homeowner_id, text.homeowner_number)
        (facts,) = await facts_store.gather(transaction, asked=[asked], now=now)
        if facts.trouble is not None:  # who writes can be written to, whatever a carrier said
            await opt_outs.note_trouble(transaction, homeowner_id=text.homeowner_id, trouble=None)
            facts = facts._replace(trouble=None)
        facts = facts._replace(ignored=is_ignored(facts, number=text.homeowner_number, snapshot=organization, now=now))
        writing = Writing()
        writing.homeowners.append(
            NewHomeowner(text.homeowner_id, text.organization_id, text.homeowner_number, text.tracked_number, now)
        )
        place = await _thread(transaction, text, facts, word, writing, now)
        writing.items.append(_item(text, place.lead_id, word))
        if word == "start" or (not facts.consented and word not in OPTS_OUT):
            _record_consent(text, writing, now)
        if word is not None:
            words = await templates.words_of(transaction, organization_ids=[text.organization_id])
            look = answer_word(
                text, word, facts=facts, organization=organization, words=words[text.organization_id], lead_id=place.lead_id,
                status=place.status, now=now,
            )  # fmt: skip
            writing.texts += [look.text] if look else []
            writing.events += look.events if look else ()
        await threads.write(transaction, writing=writing, traceparent=current_traceparent())
        answered = word is None and await _answer(transaction, text, facts, organization, place, unasked, now)
        if writing.texts or answered:
            transaction.after_commit(self._sender.bell.ring)

    async def _heed(self, transaction: Transaction, text: TextReceived, now: datetime) -> Word | None:
        """What the message asks of the carrier's rules. STOP was written by `before`; START is written here."""
        opted_out = await opt_outs.is_opted_out(transaction, homeowner_id=text.homeowner_id)
        word = _word(text, opted_out=opted_out)
        if word in OPTS_OUT:
            await self._opt_out(transaction, text)  # a record that was parked comes here without `before`
        if word == "start":
            await _remember(transaction, text, now)
            await opt_outs.forget_refused_line(transaction, homeowner_id=text.homeowner_id, line=text.tracked_number)
            await record_opt_in(
                transaction,
                organization_id=text.organization_id,
                homeowner_id=text.homeowner_id,
                evidence_id=text.event_id,
                at=text.received_at,
                now=now,
            )
        return word


async def _remember(transaction: Transaction, text: TextReceived, now: datetime) -> None:
    """Before anything is noted about a homeowner who may be unknown yet."""
    await opt_outs.remember_homeowner(
        transaction,
        homeowner_id=text.homeowner_id,
        organization_id=text.organization_id,
        number=text.homeowner_number,
        line=text.tracked_number,
        at=now,
    )


async def _answer(
    transaction: Transaction,
    text: TextReceived,
    facts: Facts,
    organization: OrganizationChanged,
    place: Place,
    unasked: bool,  # noqa: FBT001 -- see InThread
    now: datetime,
) -> bool:
    """Whether the response rules answer it; numbers on the ignore list get none."""
    if place.lead_id is None or place.status is None or facts.ignored:
        return False
    anew = facts.lead_id is None and place.lead_id == facts.ended_lead_id and place.status == "active"
    heard = InThread(text, facts, organization, place.lead_id, place.status, anew, unasked)
    return await answer_reply(transaction, heard, now=now)


async def _thread(
    transaction: Transaction, text: TextReceived, facts: Facts, word: Word | None, writing: Writing, now: datetime
) -> Place:
    """The open lead, one that the text reopens, a won one, or a new one. A carrier word opens none, but a lone CANCEL."""
    reply, call_them = word not in CARRIER_WORDS, asks_for_a_call(text.body)
    if facts.ignored:
        return Place(facts.lead_id or facts.ended_lead_id, facts.status or facts.ended_status)
    if facts.lead_id is not None and facts.status is not None:
        status = after_reply(facts.status) if reply else facts.status
        if reply or call_them:
            await _wrote(transaction, text, facts, facts.lead_id, status, reply=reply, now=now)
        return Place(facts.lead_id, status)
    if not (reply or call_them):
        return Place(facts.ended_lead_id, facts.ended_status)
    late = after_late_text(facts.ended_status, ended_at=facts.ended_at, at=text.received_at)
    if facts.ended_lead_id is not None and late is not None:
        await _wrote(transaction, text, facts, facts.ended_lead_id, late, reply=reply, now=now)
        return Place(facts.ended_lead_id, late)
    return _open(text, facts, writing, reply=reply, call_them=call_them, now=now)


async def _wrote(
    transaction: Transaction,
    text: TextReceived,
    facts: Facts,
    lead_id: UUID,
    status: str,
    *,
    reply: bool,
    now: datetime,
) -> None:
    row = await threads.change_lead(
        transaction,
        lead_id=lead_id,
        status=status,
        replied_at=text.received_at if reply else None,
        at=text.received_at,
        asked_for_a_call=asks_for_a_call(text.body),
    )
    transaction.append(
        LeadChanged(
            **_common(text, now),
            lead_id=lead_id,
            lead_version=row["version"],
            status=row["status"],
            who_acts_next="office",
            assigned_to=row["assigned_to"],
            reason="the homeowner wrote" if reply else "the homeowner may have cancelled a visit",
            changed_by="homeowner",
        )
    )
    if reply:
        first = lead_id == facts.lead_id and facts.replied_at is None
        transaction.append(
            HomeownerReplied(**_common(text, now), lead_id=lead_id, message_id=text.message_id, first=first)
        )


def _open(text: TextReceived, facts: Facts, writing: Writing, *, reply: bool, call_them: bool, now: datetime) -> Place:
    """A first text from an unknown number is a reply in itself."""
    lead_id, at = ids.new_id(), text.received_at
    wrote_at = at if reply else None
    writing.leads.append(
        NewLead(
            lead_id,
            text.organization_id,
            text.homeowner_id,
            "active",
            facts.ended_lead_id,
            at,
            replied_at=wrote_at,
            last_text_at=wrote_at,
            asked_for_a_call=call_them,
        )
    )
    writing.events.append(
        LeadOpened(
            **_common(text, now),
            lead_id=lead_id,
            lead_version=1,
            status="active",
            homeowner_number=text.homeowner_number,
            opened_by="text",
            earlier_lead_id=facts.ended_lead_id,
        )
    )
    if reply:
        writing.events.append(
            HomeownerReplied(**_common(text, now), lead_id=lead_id, message_id=text.message_id, first=True)
        )
    return Place(lead_id, "active")


def _record_consent(text: TextReceived, writing: Writing, now: datetime) -> None:
    consent_id = ids.derived_id("consent", str(text.event_id))
    writing.consents.append(
        Consent(consent_id, text.organization_id, text.homeowner_id, "text", WORDING, text.event_id, now)
    )
    common = _common(text, now) | {"event_id": consent_id}
    writing.events.append(
        ConsentRecorded(
            **common, consent_id=consent_id, source="text", wording_version=WORDING, evidence_id=text.event_id
        )
    )


def _word(text: TextReceived, *, opted_out: bool) -> Word | None:
    return BY_CARRIER[text.carrier_word] if text.carrier_word else spoken_word(text.body, opted_out=opted_out)


def _item(text: TextReceived, lead_id: UUID | None, word: Word | None) -> Item:
    detail = {
        "line": text.tracked_number,
        "carrier_word": word in CARRIER_WORDS,
        "word": word,
        "media": [{"url": each.url, "content_type": each.content_type} for each in text.media],
    }
    return Item(
        text.message_id,
        text.organization_id,
        text.homeowner_id,
        lead_id,
        "text_in",
        text.received_at,
        text.body,
        detail,
    )


def _common(text: TextReceived, now: datetime) -> dict[str, Any]:
    return {
        "event_id": ids.new_id(),
        "organization_id": text.organization_id,
        "organization_version": text.organization_version,
        "occurred_at": now,
        "homeowner_id": text.homeowner_id,
    }
