"""The office's queue of drafts, each with what the rules would say to a yes now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import asyncpg

from messaging.app.desk import Desk, Who
from messaging.app.look import context_of, message_of
from messaging.domain.decide import decide
from messaging.domain.introduction import introduced
from messaging.domain.mending import Mend, mend
from messaging.domain.rules_hours import closed_wording
from messaging.domain.segments import Length, measure
from messaging.domain.templates import Words
from messaging.domain.verdicts import Decision
from messaging.store import approvals, inbox, templates
from messaging.store import facts as facts_store
from messaging.store.approvals import Draft
from messaging.store.facts import Asked

MOST: Final = 50


class Waiting(NamedTuple):
    """A draft in the wording that would leave, the decision that a yes would get at this moment, and what can be mended."""

    draft: Draft
    body: str
    length: Length
    forecast: Decision
    mend: Mend | None


class Approvals(NamedTuple):
    """`counts` are those of the inbox."""

    waiting: Sequence[Waiting]
    cleared: Sequence[asyncpg.Record]
    stale: Sequence[asyncpg.Record]
    counts: Mapping[str, int]


async def read_approvals(desk: Desk, who: Who) -> Approvals:
    """Oldest first; what was cleared since this morning, newest first."""
    now, snapshot = desk.clock.now(), desk.shop(who.organization_id)
    morning = _morning(now, snapshot.zone)
    async with desk.database.web(who.organization_id) as transaction:
        drafts = await approvals.waiting(transaction, organization_id=who.organization_id, limit=MOST)
        asked = [
            Asked(each.text.organization_id, each.text.homeowner_id, each.text.to_number, each.text.text_id, each.text.booking_id)
            for each in drafts
        ]  # fmt: skip
        found = await facts_store.look(transaction, asked=asked, now=now) if asked else []
        words = await templates.words_of(transaction, organization_ids=[who.organization_id])
        cleared = await approvals.cleared_since(
            transaction, organization_id=who.organization_id, since=morning, limit=MOST
        )
        stale = await approvals.went_stale_since(
            transaction, organization_id=who.organization_id, since=now - timedelta(days=1), limit=MOST
        )
        counts = await inbox.counts(
            transaction, organization_id=who.organization_id, member_id=who.member_id, show="open"
        )
    wording = words[who.organization_id]
    waiting = [_waiting(desk, draft, facts, wording, now) for draft, facts in zip(drafts, found, strict=True)]
    return Approvals(waiting, cleared, stale, counts)


def _waiting(desk: Desk, draft: Draft, facts: facts_store.Facts, wording: Words, now: datetime) -> Waiting:
    text, snapshot = draft.text, desk.shop(draft.text.organization_id)
    context = context_of(
        snapshot=snapshot,
        facts=facts,
        number=text.to_number,
        status=facts.status or facts.ended_status,
        heard_until=now,  # what is still on its way is for the moment of sending
        bookings_until=now,
        wording=wording,
    )
    message = message_of(text._replace(approved=True))
    body = text.body_after_hours if text.body_after_hours and closed_wording(message, context, now) else text.body
    if not facts.texted_before:
        body = introduced(body, shop=snapshot.name)
    forecast = decide(message, context, now)
    return Waiting(draft, body, measure(body), forecast, mend(forecast))


def _morning(now: datetime, zone: str) -> datetime:
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
