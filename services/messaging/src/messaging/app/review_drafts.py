"""Drafts are looked at again while they wait: one that is no longer true leaves the list by itself and says why."""

from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from chassis.database import Database
from chassis.organizations import Organizations
from messaging.app.ask_for_calls import ask_for_calls
from messaging.app.heard import Heard
from messaging.app.look import context_of, look_at
from messaging.store import approvals, templates, texts
from messaging.store import facts as facts_store
from messaging.store.facts import Asked

AGAIN: Final = timedelta(seconds=15)
AT_ONCE: Final = 200


class ReviewDrafts:
    """A loop's step. Only an end counts here: leaving, or waiting for an hour, is decided when somebody says yes."""

    def __init__(self, *, database: Database, organizations: Organizations, heard: Heard, clock: Clock) -> None:
        self._database, self._organizations, self._heard, self._clock = database, organizations, heard, clock

    async def __call__(self) -> bool:
        now = self._clock.now()
        async with self._database.work() as transaction:
            due = await approvals.to_look_at(transaction, now=now, limit=AT_ONCE)
            known = [text for text in due if self._organizations.get(text.organization_id) is not None]
            if not known:
                return False
            asked = [
                Asked(text.organization_id, text.homeowner_id, text.to_number, text.text_id, text.booking_id)
                for text in known
            ]
            found = await facts_store.gather_free(transaction, asked=asked, now=now)
            words = await templates.words_of(transaction, organization_ids={text.organization_id for text in known})
            for text, facts in zip(known, found, strict=True):
                snapshot = self._organizations.get(text.organization_id)
                if facts is None or snapshot is None:
                    continue
                context = context_of(
                    snapshot=snapshot,
                    facts=facts,
                    number=text.to_number,
                    status=facts.status or facts.ended_status,
                    heard_until=self._heard.until(text.homeowner_id),
                    bookings_until=self._heard.bookings_until(text.homeowner_id),
                    wording=words[text.organization_id],
                )
                look = look_at(
                    text._replace(looks=text.looks + 1), context=context, now=now, version=snapshot.organization_version
                )
                if look.text.state == "suppressed":
                    await texts.put(transaction, seen=[look.text])
                    transaction.append(*look.events)
                    await ask_for_calls(transaction, [look], now=now)
            await approvals.look_later(transaction, text_ids=[text.text_id for text in known], at=now + AGAIN)
        return len(due) == AT_ONCE
