"""A missed call: open or join the thread, decide the first reply, and hand it to the sender: one statement."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from chassis import ids
from chassis.clock import Clock
from chassis.consumer import NotYet
from chassis.database import Database, Transaction
from chassis.organizations import Organizations
from chassis.telemetry import current_traceparent, traceparent_of
from contracts.inbound import CallMissed
from contracts.leads import ConsentRecorded, LeadOpened
from contracts.organizations import OrganizationChanged
from messaging.app.fields import fields_of
from messaging.app.heard import Heard, waits_for
from messaging.app.lanes import Draft
from messaging.app.look import context_of, is_ignored, look_at, message_of
from messaging.app.look_again import claim
from messaging.app.sending import Sender
from messaging.domain.rules_hours import first_moment
from messaging.domain.templates import Words
from messaging.store import facts as facts_store
from messaging.store import newcomers, templates, threads
from messaging.store.facts import NOBODY, Asked, Facts
from messaging.store.templates import InUse
from messaging.store.texts import Text
from messaging.store.threads import Consent, Item, NewHomeowner, NewLead, Sign, Writing

SHARE: Final = 100
AT_A_TIME: Final = 2
JUST_NOW: Final = timedelta(minutes=1)
WORDING: Final = "2026-11"
"""Of the words that a first text says; consent records name it."""


class TextBackCaller:
    """Handles `call.missed.v1` in batches."""

    def __init__(self, *, organizations: Organizations, heard: Heard, sender: Sender, clock: Clock) -> None:
        self._organizations, self._heard, self._sender, self._clock = organizations, heard, sender, clock
        self._words: dict[UUID, InUse] = {}

    async def __call__(self, transaction: Transaction, calls: Sequence[CallMissed]) -> None:
        for group in _one_each(calls):
            await self._take(transaction, group)

    async def at_once(self, database: Database, calls: Sequence[CallMissed], *, consumer: str) -> bool:
        """Calls of different homeowners whom nobody knows yet, which is what most are: nothing of them is there to be locked,
        and one statement does. Many are written in shares, so that the database writes while we decide. False when it is not
        so for all of them.
        """
        if len({call.homeowner_id for call in calls}) < len(calls):
            return False
        draft, turns = self._sender.lanes.draft(self._clock.now()), asyncio.Semaphore(AT_A_TIME)
        shares = [calls[first : first + SHARE] for first in range(0, len(calls), SHARE)]

        async def in_turn(share: Sequence[CallMissed]) -> bool:
            async with turns:
                return await self._share_at_once(database, share, consumer, draft)

        if len(shares) == 1:
            return await in_turn(calls)
        outcomes = await asyncio.gather(*map(in_turn, shares), return_exceptions=True)
        for each in outcomes:
            if isinstance(each, BaseException):
                raise each
        return all(outcomes)

    async def _share_at_once(
        self, database: Database, calls: Sequence[CallMissed], consumer: str, draft: Draft
    ) -> bool:
        """The words are those that were found last: the statement says where they are others by now."""
        now, shops = self._clock.now(), {call.organization_id for call in calls}
        async with database.statements() as transaction:
            if not shops <= self._words.keys():
                self._words |= await templates.standing(transaction, organization_ids=shops)
            writing, born = self._decided(calls, [NOBODY] * len(calls), now, draft)
            try:
                await newcomers.write(
                    transaction, writing=writing, traceparent=current_traceparent(), consumer=consumer,
                    event_ids=[call.event_id for call in calls], marks={shop: self._words[shop].mark for shop in shops},
                )  # fmt: skip
            except (asyncpg.SerializationError, asyncpg.UniqueViolationError):
                return False
            self._leave_after(transaction, writing, born)
        return True

    async def _take(self, transaction: Transaction, calls: Sequence[CallMissed]) -> None:
        """What is true of those who are known, and of their shops, is looked up."""
        now, shops = self._clock.now(), {call.organization_id for call in calls}
        found = await facts_store.gather(transaction, asked=_asked(calls), now=now)
        self._words |= await templates.standing(transaction, organization_ids=shops)
        writing, born = self._decided(calls, found, now, self._sender.lanes.draft(now))
        await threads.write(transaction, writing=writing, traceparent=current_traceparent())
        self._leave_after(transaction, writing, born)

    def _decided(
        self, calls: Sequence[CallMissed], found: Sequence[Facts], now: datetime, draft: Draft
    ) -> tuple[Writing, list[Text]]:
        """What is to be written, and those texts of it that leave at once."""
        writing = Writing()
        for call, facts in zip(calls, found, strict=True):
            self._record(call, facts, self._words[call.organization_id].words, writing, now)
        return writing, self._born_sending(writing, draft, now)

    def _leave_after(self, transaction: Transaction, writing: Writing, born: list[Text]) -> None:
        if born:
            transaction.after_commit(lambda: self._sender.take(born))
        if len(born) < len(writing.texts):
            transaction.after_commit(self._sender.bell.ring)

    def _record(self, call: CallMissed, facts: Facts, words: Words, writing: Writing, now: datetime) -> None:
        """The call in its thread. One that does not count, or of a number that is ignored, opens no lead and gets no text."""
        organization = self._organizations.get(call.organization_id)
        if organization is None:
            raise NotYet("the organization's snapshot has not arrived")
        writing.homeowners.append(
            NewHomeowner(call.homeowner_id, call.organization_id, call.homeowner_number, call.tracked_number, now)
        )
        if not call.counts or is_ignored(facts, number=call.homeowner_number, snapshot=organization, now=now):
            writing.items.append(_item(call, facts.lead_id))
            return
        lead_id, status = facts.lead_id, facts.status
        if lead_id is None or status is None:
            lead_id, status = ids.new_id(), "new"
            writing.leads.append(_new_lead(call, lead_id, facts.ended_lead_id))
            writing.events.append(_opened(call, lead_id, facts.ended_lead_id, now))
        else:
            writing.signs.append(Sign(lead_id, call.ended_at))
        writing.items.append(_item(call, lead_id))
        if call.homeowner_number is not None and not facts.consented:
            _record_consent(call, writing, now)
        self._decide(call, facts, organization, words, lead_id, status, writing, now)

    def _decide(
        self,
        call: CallMissed,
        facts: Facts,
        organization: OrganizationChanged,
        words: Words,
        lead_id: UUID,
        status: str,
        writing: Writing,
        now: datetime,
    ) -> None:
        """Every call that counts has a decision, so that an owner can read why no text left as well."""
        planned = plan(call, facts, organization, words, lead_id, status, now)
        known = self._heard.until(call.homeowner_id)
        context = context_of(
            snapshot=organization,
            facts=facts,
            number=call.homeowner_number,
            status=status,
            consented=True,
            wording=words,
            heard_until=call.occurred_at if known is None else max(known, call.occurred_at),
        )
        if now - call.ended_at > JUST_NOW:  # it waited in a queue: which part of that was it allowed to leave in?
            planned = planned._replace(allowed_since=first_moment(message_of(planned), context, call.ended_at))
        look = look_at(planned, context=context, now=now, version=organization.organization_version)
        writing.texts.append(look.text)
        writing.events.extend(look.events)

    def _born_sending(self, writing: Writing, draft: Draft, now: datetime) -> list[Text]:
        """What has a hand and a sender free leaves without being read again; the rest is queued."""
        born: list[Text] = []
        for index, text in enumerate(writing.texts):
            if text.state == "queued" and draft.admits(text):
                writing.texts[index] = claim(text, name=self._sender.name, now=now)
                born.append(writing.texts[index])
        return born


def _asked(calls: Sequence[CallMissed]) -> list[Asked]:
    return [Asked(call.organization_id, call.homeowner_id, call.homeowner_number) for call in calls]


def _one_each(calls: Sequence[CallMissed]) -> list[list[CallMissed]]:
    """Groups in which no homeowner is twice: the second call must see what the first one did."""
    seen: dict[UUID, int] = {}
    groups: list[list[CallMissed]] = []
    for call in calls:
        place = seen.get(call.homeowner_id, 0)
        seen[call.homeowner_id] = place + 1
        if place == len(groups):
            groups.append([])
        groups[place].append(call)
    return groups


def plan(
    call: CallMissed,
    facts: Facts,
    organization: OrganizationChanged,
    words: Words,
    lead_id: UUID,
    status: str,
    now: datetime,
) -> Text:
    fields = fields_of(organization, line=call.tracked_number, name=facts.name)
    return Text(
        text_id=ids.new_id(),
        organization_id=call.organization_id,
        homeowner_id=call.homeowner_id,
        lead_id=lead_id,
        text_class="first_reply",
        body=words.render("first_reply", fields=fields),
        body_after_hours=words.render("first_reply_after_hours", fields=fields),
        from_number=call.tracked_number,
        to_number=call.homeowner_number,
        partition=waits_for(call.homeowner_id, "first_reply"),
        created_at=now,
        planned_in_status=status,
        rang_at=call.ended_at,
        call_id=call.call_id,
        template="first_reply",
        traceparent=traceparent_of(call.event_id),
    )


def _record_consent(call: CallMissed, writing: Writing, now: datetime) -> None:
    consent_id = ids.derived_id("consent", str(call.event_id))
    writing.consents.append(
        Consent(consent_id, call.organization_id, call.homeowner_id, "call", WORDING, call.event_id, now)
    )
    writing.events.append(
        ConsentRecorded(
            event_id=consent_id,
            organization_id=call.organization_id,
            organization_version=call.organization_version,
            occurred_at=now,
            homeowner_id=call.homeowner_id,
            consent_id=consent_id,
            source="call",
            wording_version=WORDING,
            evidence_id=call.event_id,
        )
    )


def _new_lead(call: CallMissed, lead_id: UUID, earlier: UUID | None) -> NewLead:
    return NewLead(
        lead_id,
        call.organization_id,
        call.homeowner_id,
        "new",
        earlier,
        call.ended_at,
        replied_at=None,
        last_text_at=None,
        asked_for_a_call=False,
    )


def _opened(call: CallMissed, lead_id: UUID, earlier: UUID | None, now: datetime) -> LeadOpened:
    return LeadOpened(
        event_id=ids.new_id(),
        organization_id=call.organization_id,
        organization_version=call.organization_version,
        occurred_at=now,
        homeowner_id=call.homeowner_id,
        lead_id=lead_id,
        lead_version=1,
        status="new",
        homeowner_number=call.homeowner_number,
        opened_by="call",
        call_id=call.call_id,
        earlier_lead_id=earlier,
    )


def _item(call: CallMissed, lead_id: UUID | None) -> Item:
    detail = {
        "call_id": call.call_id,
        "outcome": "missed",
        "reason": call.reason,
        "seconds": int((call.ended_at - call.started_at).total_seconds()),
        "line": call.tracked_number,
    }
    return Item(call.call_id, call.organization_id, call.homeowner_id, lead_id, "call", call.started_at, None, detail)
