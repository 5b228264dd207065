"""Topic to use case, nothing else."""

from collections.abc import Sequence
from typing import Final

from chassis.clock import Clock
from chassis.consumer import Subscription
from chassis.database import Database, Transaction
from chassis.organizations import Organizations
from contracts.base import Event
from contracts.bookings import BookingChanged
from contracts.inbound import AlertNumberNamed, CallAnswered, CallMissed, DeliveryReported, TextReceived, VoicemailLeft
from contracts.reminders import ReminderDue
from contracts.topics import BOOKINGS, INBOUND, LEADS, ORGANIZATIONS, REMINDER_JOBS
from messaging.app.alerts import Alerts
from messaging.app.check_words import CheckWords
from messaging.app.follow_up import FollowUp
from messaging.app.heard import Heard
from messaging.app.note_needs import may_need_a_person
from messaging.app.record_call import record_call
from messaging.app.record_delivery import record_delivery
from messaging.app.record_reply import RecordReply
from messaging.app.record_visit import RecordVisit
from messaging.app.text_back_caller import TextBackCaller

INBOUND_NAME: Final = "inbound"


class Inbound:
    """Missed calls together as long as nothing else comes between, everything else one by one: order is kept."""

    def __init__(
        self,
        *,
        organizations: Organizations,
        text_back: TextBackCaller,
        reply: RecordReply,
        alerts: Alerts,
        clock: Clock,
    ) -> None:
        self._organizations, self._text_back, self._reply, self._clock = organizations, text_back, reply, clock
        self.alerts = alerts

    async def __call__(self, transaction: Transaction, events: Sequence[Event]) -> None:
        missed: list[CallMissed] = []
        for event in events:
            if isinstance(event, CallMissed):
                missed.append(event)
                continue
            if missed:
                await self._text_back(transaction, missed)
                missed = []
            await self._one(transaction, event)
        if missed:
            await self._text_back(transaction, missed)

    async def at_once(self, database: Database, events: Sequence[Event]) -> bool:
        """Missed calls and nothing else."""
        missed = [event for event in events if isinstance(event, CallMissed)]
        return len(missed) == len(events) and await self._text_back.at_once(database, missed, consumer=INBOUND_NAME)

    async def _one(self, transaction: Transaction, event: Event) -> None:
        match event:
            case TextReceived():
                await self._reply(transaction, event)
            case CallAnswered() | VoicemailLeft():
                await record_call(transaction, event, now=self._clock.now())
            case DeliveryReported():
                shop = self._organizations.get(event.organization_id)
                await record_delivery(transaction, event, now=self._clock.now(), zone=shop.zone if shop else "UTC")
            case AlertNumberNamed():
                await self.alerts.text_code(transaction, event)
            case _:
                pass


def subscriptions(
    *,
    organizations: Organizations,
    inbound: Inbound,
    reply: RecordReply,
    follow_up: FollowUp,
    heard: Heard,
    clock: Clock,
) -> list[Subscription]:
    """Everything that messaging listens to."""

    async def due(transaction: Transaction, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, ReminderDue) and event.kind == "follow_up":
                await follow_up(transaction, event)

    visit, words = RecordVisit(organizations=organizations), CheckWords(clock=clock)

    async def booked(transaction: Transaction, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, BookingChanged):
                await visit(transaction, event)

    return [
        organizations.subscription(),
        Subscription(
            topic=INBOUND,
            name=INBOUND_NAME,
            handle=inbound,
            at_once=inbound.at_once,
            before=reply.before,
            heard=heard.note,
        ),
        Subscription(topic=BOOKINGS, name="bookings", handle=booked, heard=heard.note_bookings),
        Subscription(topic=REMINDER_JOBS, name="reminders", handle=due),
        Subscription(topic=ORGANIZATIONS, name="words", handle=words, may_wait=True, needs_organization=False),
        Subscription(topic=LEADS, name="alerts", handle=inbound.alerts.note, wanted=may_need_a_person, may_wait=True),
    ]
