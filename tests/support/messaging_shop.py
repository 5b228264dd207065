"""A shop in messaging without Kafka: events put into its intake by hand, a carrier that does what a test says."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import asyncpg
from aiokafka.structs import ConsumerRecord
from pretend_carrier import PretendCarrier

from chassis import ids
from chassis.database import Database
from chassis.intake import Intake
from chassis.organizations import Organizations
from chassis.partitions import partition_of
from chassis.retries import Retries
from chassis.settings import DatabaseSettings
from chassis.testing import FixedClock, settings_for
from contracts import envelope, topics
from contracts.base import Event
from contracts.inbound import CallAnswered, CallMissed, DeliveryReported, TextReceived, VoicemailLeft
from contracts.organizations import FirstReply, OrganizationChanged, ProviderAccount, Span, TrackedNumber, Weekday
from contracts.watermarks import StreamHeard
from messaging.app import telling
from messaging.app.alerts import Alerts
from messaging.app.ask_carriers import AskCarriers
from messaging.app.ask_delivery import AskDelivery
from messaging.app.close_silent_leads import CloseSilentLeads
from messaging.app.follow_up import FollowUp
from messaging.app.heard import Heard
from messaging.app.look_again import LookAgain
from messaging.app.record_reply import RecordReply
from messaging.app.sending import Sender
from messaging.app.settle_lost_answers import SettleLostAnswers
from messaging.app.text_back_caller import TextBackCaller
from messaging.domain.response import Settings
from messaging.events import Inbound, subscriptions
from messaging.store import templates, texts, threads
from messaging.store.templates import By

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # a Tuesday, in Chicago
LINE, OFFICE = "+13125550123", "+13125550100"
ALWAYS = {day: (Span(start=0, end=1440),) for day in get_args(Weekday)}


class Shop:
    """One organization and everything that happens to it."""

    def __init__(self, *, database: Database, address: DatabaseSettings, clock: FixedClock, **changes: Any) -> None:
        self.database, self.clock = database, clock
        self.settings = settings_for("messaging", database=address)
        self.id = ids.new_id()
        self.organizations = Organizations()
        self.carrier = PretendCarrier(clock)
        self._offsets = itertools.count()
        self.start_again()
        self.become(**changes)

    def start_again(self) -> None:
        """As after a crash: nothing of the memory is left."""
        clock, organizations = self.clock, self.organizations
        self.heard = Heard(clock=clock)
        look_again = LookAgain(organizations=organizations, heard=self.heard, name=ids.new_id().hex)
        self.sender = Sender(
            database=self.database, look_again=look_again, carriers=lambda *_: self.carrier, clock=clock, keys=self.settings.keys,
            public_url="http://callsnare.test",
        )  # fmt: skip
        text_back = TextBackCaller(organizations=organizations, heard=self.heard, sender=self.sender, clock=clock)
        self.reply = RecordReply(database=self.database, organizations=organizations, sender=self.sender, clock=clock)
        self.follow_up = FollowUp(organizations=organizations, heard=self.heard, sender=self.sender, clock=clock)
        self.settle = SettleLostAnswers(
            database=self.database, sender=self.sender, carriers=lambda *_: self.carrier, clock=clock
        )
        self.close = CloseSilentLeads(database=self.database, organizations=organizations, clock=clock)
        self.ask_delivery = AskDelivery(
            database=self.database, organizations=organizations, carriers=lambda *_: self.carrier, clock=clock
        )
        self.alerts = Alerts(
            settings=self.settings, database=self.database, organizations=organizations, text_bell=self.sender.bell, clock=clock
        )  # fmt: skip
        self.intake = Intake(
            command_subscription(Inbound(organizations=organizations, text_back=text_back, reply=self.reply, alerts=self.alerts, clock=clock), self),
            database=self.database, organizations=organizations, clock=clock,
        )  # fmt: skip

        self.retries = Retries(
            [self.intake], database=self.database, clock=clock, arrivals=lambda: organizations.arrivals
        )

    def become(self, **changes: Any) -> None:
        """A newer snapshot of the shop."""
        known = self.organizations.get(self.id)
        facts: dict[str, Any] = {
            "event_id": ids.new_id(), "organization_id": self.id, "occurred_at": self.clock.now(), "slug": f"shop-{self.id.hex[-12:]}",
            "name": "Northside Heating & Air", "zone": "America/Chicago", "state": "IL", "office_line": OFFICE, "hours": ALWAYS, "automation": "live",
            "first_reply": FirstReply(at_night="send"), "numbers": (TrackedNumber(number=LINE, provider="twilio", account="AC1", segments_per_second=1000),),
            "providers": (ProviderAccount(kind="twilio", account="AC1"),), "organization_version": known.organization_version + 1 if known else 1,
        }  # fmt: skip
        if known is not None:
            facts |= {"hours": known.hours, "automation": known.automation, "first_reply": known.first_reply, "numbers": known.numbers,
                      "providers": known.providers, "billing": known.billing}  # fmt: skip
        self.organizations._remember([OrganizationChanged(**{**facts, **changes})])

    def homeowner(self, number: str | None) -> UUID:
        key = self.settings.keys.id_key
        return ids.homeowner_id(key=key, organization_id=self.id, number=number) if number else ids.new_id()

    async def hears(self, *events: Event) -> None:
        """One batch from Kafka."""
        await self.intake.take([self._record(event) for event in events])

    async def hears_nothing_new(self) -> None:
        """A watermark in every partition."""
        for partition in range(topics.INBOUND.partitions):
            self.heard.note(partition, self.clock.now())

    async def sends(self) -> None:
        """Until the sender's hands are empty and nothing is due; a carrier that was in trouble is asked first."""
        await self.ask_carriers()
        more = True
        while more:
            more = await self.sender.step()
            await self.hands_are_empty()

    async def ask_carriers(self) -> None:
        await AskCarriers(sender=self.sender, carriers=lambda *_: self.carrier, clock=self.clock)()

    async def hands_are_empty(self) -> None:
        while self.sender._tasks:
            await asyncio.wait(set(self.sender._tasks), timeout=10)

    async def close_silent(self) -> None:
        while await self.close():
            pass

    async def rung_by(self, number: str, **changes: Any) -> CallMissed:
        """A missed call, and what the sender makes of it."""
        call = self.missed(number, **changes)
        await self.hears(call)
        await self.sends()
        return call

    async def texted_by(self, number: str, body: str, **changes: Any) -> TextReceived:
        text = self.text(number, body, **changes)
        await self.hears(text)
        await self.sends()
        return text

    def missed(self, number: str | None, **changes: Any) -> CallMissed:
        return CallMissed(**{**self._call(number), "reason": "no_answer", **changes})

    def answered(self, number: str) -> CallAnswered:
        return CallAnswered(**self._call(number), seconds=61)

    def voicemail(self, call: CallMissed) -> VoicemailLeft:
        same = {**self._call(call.homeowner_number), "call_id": call.call_id, "homeowner_id": call.homeowner_id}
        return VoicemailLeft(**same, recording_id="RE1", recording_url="https://carrier.test/RE1", seconds=12)

    def text(self, number: str, body: str, **changes: Any) -> TextReceived:
        facts = {**self._common(number), "message_id": ids.new_id(), "provider": "twilio", "provider_message_id": "SM1", "tracked_number": LINE,
                 "homeowner_number": number, "body": body, "received_at": self.clock.now()}  # fmt: skip
        return TextReceived(**{**facts, **changes})

    def report(self, row: asyncpg.Record, state: str, **changes: Any) -> DeliveryReported:
        facts = {**self._common(row["to_number"]), "text_id": row["text_id"], "provider": "twilio", "provider_message_id": row["provider_id"] or "SMcallback",
                 "tracked_number": LINE, "homeowner_number": row["to_number"], "state": state, "raw_state": state, "reported_at": self.clock.now()}  # fmt: skip
        return DeliveryReported(**{**facts, **changes})

    async def answers_nothing(self) -> None:
        """The office switched the answers by rule off."""
        by = By(None, "Pat Owner", self.clock.now())
        async with self.database.work() as transaction:
            await templates.replace_settings(
                transaction, organization_id=self.id, version=0, settings=Settings(answers=False), by=by
            )

    async def lead(self) -> asyncpg.Record:
        """The shop's only one."""
        (found,) = await self.leads()
        return found

    async def leads(self) -> list[asyncpg.Record]:
        async with self.database.work() as transaction:
            return await threads.leads_of(transaction, organization_id=self.id)

    async def turn(self) -> str:
        return telling.turn_of(await self.lead())

    async def thread(self, lead_id: UUID) -> list[dict[str, Any]]:
        async with self.database.work() as transaction:
            items = await threads.items_of(transaction, lead_id=lead_id)
            return telling.thread(items, await texts.of_lead(transaction, lead_id=lead_id))

    async def rows(self, number: str) -> list[asyncpg.Record]:
        """Texts of ours to a homeowner, oldest first."""
        async with self.database.work() as transaction:
            return await transaction.fetch(
                "SELECT * FROM texts WHERE homeowner_id = $1 ORDER BY created_at, text_id", self.homeowner(number)
            )

    async def row(self, number: str) -> asyncpg.Record:
        """The only text of ours to a homeowner."""
        (found,) = await self.rows(number)
        return found

    async def told(self, kind: str) -> list[Any]:
        """Events of a type in the outbox, oldest first."""
        async with self.database.work() as transaction:
            rows = await transaction.fetch("SELECT type, payload FROM outbox WHERE type = $1 ORDER BY seq", kind)
        events = [envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows]
        return [event for event in events if isinstance(event, Event) and event.organization_id == self.id]

    def _common(self, number: str | None) -> dict[str, Any]:
        return {"event_id": ids.new_id(), "organization_id": self.id, "occurred_at": self.clock.now(), "homeowner_id": self.homeowner(number)}  # fmt: skip

    def _call(self, number: str | None) -> dict[str, Any]:
        now = self.clock.now()
        return {**self._common(number), "call_id": ids.new_id(), "provider": "twilio", "provider_call_id": "CA1", "tracked_number": LINE,
                "homeowner_number": number, "started_at": now - timedelta(seconds=20), "ended_at": now}  # fmt: skip

    def _record(self, event: Event) -> ConsumerRecord:
        sent = envelope.encode(event, source="capture")
        partition = (
            event.partition if isinstance(event, StreamHeard) else partition_of(event.key, topics.INBOUND.partitions)
        )
        headers = [(name, value.encode()) for name, value in sent.headers.items()]
        return ConsumerRecord(
            topics.INBOUND.name,
            partition,
            next(self._offsets),
            0,
            0,
            sent.key,
            sent.value,
            None,
            36,
            len(sent.value),
            headers,
        )


def command_subscription(inbound: Inbound, shop: Shop) -> Any:
    """As main.py makes it."""

    made = subscriptions(
        organizations=shop.organizations, inbound=inbound, reply=shop.reply, follow_up=shop.follow_up, heard=shop.heard,
        clock=shop.clock,
    )  # fmt: skip
    return next(each for each in made if each.topic is topics.INBOUND)
