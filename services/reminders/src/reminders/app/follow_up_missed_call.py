"""Plans a follow-up for a lead that a missed call opened, and drops it when the homeowner is heard of or the lead ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis import ids
from chassis.clock import Clock
from chassis.database import Transaction
from contracts.base import Event
from contracts.inbound import CallAnswered, TextReceived
from contracts.leads import HomeownerOptedOut, HomeownerReplied, LeadChanged, LeadOpened
from contracts.reminders import ReminderDropped, ReminderPlanned
from reminders.domain import follow_ups
from reminders.store import jobs

HEARD: Final = (LeadOpened, LeadChanged, HomeownerReplied, TextReceived, CallAnswered, HomeownerOptedOut)
ANSWERED: Final = "the homeowner answered"
ENDS: Final = {
    "booked": "a visit is booked",
    "won": "the lead is won",
    "closed": "the lead is closed",
    "active": "the office wrote",
}


class FollowUpMissedCall:
    """Handles leads and inbound; nothing is ordered across topics, so whichever comes second finds what the first one left."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, transaction: Transaction, events: Sequence[Event]) -> None:
        concerned = [event for event in events if isinstance(event, HEARD)]
        await jobs.take_turns(transaction, homeowner_ids=[event.homeowner_id for event in concerned])
        for event in concerned:
            match event:
                case LeadOpened() if event.opened_by == "call" and event.homeowner_number is not None:
                    await self._plan(transaction, event)
                case LeadChanged() if event.status in ENDS:
                    await self._end(transaction, event)
                case HomeownerReplied() | TextReceived():
                    await self._heard_of(
                        transaction, event.organization_id, event.homeowner_id, event.occurred_at, "the homeowner wrote"
                    )
                case CallAnswered():
                    await self._heard_of(
                        transaction,
                        event.organization_id,
                        event.homeowner_id,
                        event.ended_at,
                        "the shop spoke with the homeowner",
                    )
                case HomeownerOptedOut():
                    await self._heard_of(
                        transaction,
                        event.organization_id,
                        event.homeowner_id,
                        event.occurred_at,
                        "asked for no more texts",
                    )
                case _:
                    pass

    async def _plan(self, transaction: Transaction, lead: LeadOpened) -> None:
        sign_at = await jobs.last_sign(transaction, homeowner_id=lead.homeowner_id)
        if not follow_ups.still_wanted(missed_at=lead.occurred_at, sign_at=sign_at):
            return
        row = await jobs.plan(
            transaction, job_id=ids.derived_id("job", follow_ups.PLANNED, str(lead.lead_id)), organization_id=lead.organization_id,
            homeowner_id=lead.homeowner_id, kind=follow_ups.PLANNED, lead_id=lead.lead_id, due_at=follow_ups.due_at(lead.occurred_at), now=lead.occurred_at,
        )  # fmt: skip
        if row is not None:
            transaction.append(planned(row, now=self._clock.now()))

    async def _end(self, transaction: Transaction, lead: LeadChanged) -> None:
        reason = ANSWERED if lead.status == "active" and lead.changed_by == "homeowner" else ENDS[lead.status]
        await jobs.end_lead(
            transaction,
            lead_id=lead.lead_id,
            organization_id=lead.organization_id,
            version=lead.lead_version,
            reason=reason,
        )
        self._tell(transaction, await jobs.drop_of_lead(transaction, lead_id=lead.lead_id, reason=reason))

    async def _heard_of(
        self, transaction: Transaction, organization_id: UUID, homeowner_id: UUID, at: datetime, reason: str
    ) -> None:
        await jobs.note_sign(
            transaction, homeowner_id=homeowner_id, organization_id=organization_id, at=at, reason=reason
        )
        self._tell(
            transaction, await jobs.drop_of_homeowner(transaction, homeowner_id=homeowner_id, before=at, reason=reason)
        )

    def _tell(self, transaction: Transaction, dropped: Sequence[Any]) -> None:
        now = self._clock.now()
        transaction.append(*(
            ReminderDropped(
                event_id=ids.derived_id("dropped", str(row["job_id"])), organization_id=row["organization_id"], occurred_at=now, homeowner_id=row["homeowner_id"],
                job_id=row["job_id"], kind=row["kind"], reason=row["reason"],
            )
            for row in dropped
        ))  # fmt: skip


def planned(row: Any, *, now: datetime) -> ReminderPlanned:
    return ReminderPlanned(
        event_id=ids.new_id(),
        organization_id=row["organization_id"],
        occurred_at=now,
        homeowner_id=row["homeowner_id"],
        job_id=row["job_id"],
        kind=row["kind"],
        due_at=row["due_at"],
        lead_id=row["lead_id"],
        booking_id=row["booking_id"],
        booking_version=row["booking_version"],
    )
