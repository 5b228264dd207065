"""The second decision: texts that are due are claimed and looked at once more, since whatever changed counts."""

from collections.abc import Sequence
from datetime import datetime

from chassis.database import Transaction
from chassis.organizations import Organizations
from chassis.rush import Rush
from messaging.app.ask_for_calls import ask_for_calls
from messaging.app.heard import Heard
from messaging.app.lanes import Draft, Lanes
from messaging.app.look import Look, context_of, look_at
from messaging.domain.matrix import MATRIX
from messaging.domain.templates import Words
from messaging.store import due_texts, templates, texts
from messaging.store import facts as facts_store
from messaging.store.due_texts import FIRST_SHOP
from messaging.store.facts import Asked, Facts
from messaging.store.texts import LEASE, Text

TRUTH_RULE = 8


class LookAgain:
    """Claims what is due for one sender, by its name. Shops take turns: `_from` is where the next round begins."""

    def __init__(self, *, organizations: Organizations, heard: Heard, name: str, rush: Rush | None = None) -> None:
        self._organizations, self._heard, self.name = organizations, heard, name
        self.lanes = Lanes(organizations=organizations, rush=rush)
        self._from = FIRST_SHOP

    async def __call__(self, transaction: Transaction, *, now: datetime, draft: Draft) -> tuple[list[Text], bool]:
        """Texts that are `sending` in our name now, and whether there may be more that can leave."""
        begun = self._from
        found, self._from = await due_texts.due(
            transaction, now=now, heard_partitions=self._heard.fresh_partitions(), limit=draft.free, after=begun,
            budgets=self.lanes.budgets(now), shares=self.lanes.shares(),
        )  # fmt: skip
        known = [text for text in found if self._organizations.get(text.organization_id) is not None]
        looks = await self._looks(transaction, known, now)
        let_through = [look for look in looks if look.text.state != "queued" or draft.admits(look.text)]
        claimed = self._claimed(let_through, now)
        if claimed:
            await texts.put(transaction, seen=claimed)
        for look in let_through:
            transaction.append(*look.events)
        await ask_for_calls(transaction, let_through, now=now)
        return [text for text in claimed if text.state == "sending"], bool(claimed) or begun != FIRST_SHOP

    async def _looks(self, transaction: Transaction, known: Sequence[Text], now: datetime) -> list[Look]:
        if not known:
            return []
        asked = [
            Asked(text.organization_id, text.homeowner_id, text.to_number, text.text_id, text.booking_id)
            for text in known
        ]
        facts = await facts_store.gather_free(transaction, asked=asked, now=now)
        words = await templates.words_of(transaction, organization_ids={text.organization_id for text in known})
        return [
            self._look(text, found, words[text.organization_id], now)
            for text, found in zip(known, facts, strict=True)
            if found is not None
        ]

    def _look(self, text: Text, facts: Facts, words: Words, now: datetime) -> Look:
        organization = self._organizations.get(text.organization_id)
        if organization is None:
            raise LookupError(f"organization {text.organization_id} is gone")
        context = context_of(
            snapshot=organization,
            facts=facts,
            number=text.to_number,
            status=facts.status or facts.ended_status,
            heard_until=self._heard.until(text.homeowner_id),
            bookings_until=self._heard.bookings_until(text.homeowner_id),
            wording=words,
        )
        again = text._replace(looks=text.looks + 1)
        look = look_at(again, context=context, now=now, version=organization.organization_version)
        if _came_too_late(again, now):
            return Look(
                again._replace(state="cancelled", reason="its moment had passed", due_at=None), look.decision, ()
            )
        return look

    def _claimed(self, looks: Sequence[Look], now: datetime) -> list[Text]:
        return [
            claim(look.text, name=self.name, now=now) if look.text.state == "queued" else look.text for look in looks
        ]


def claim(text: Text, *, name: str, now: datetime) -> Text:
    """On its way to the carrier, in the name of one start of a process."""
    return text._replace(
        state="sending",
        attempt=text.attempt + 1,
        claimed_by=name,
        claimed_until=now + LEASE,
        attempted_at=now,
        due_at=None,
    )


def _came_too_late(text: Text, now: datetime) -> bool:
    """For classes that rule 8 does not look at: the confirmation of an opt-out has five minutes."""
    return text.passes_at is not None and now >= text.passes_at and TRUTH_RULE not in MATRIX[text.text_class]  # type: ignore[index]
