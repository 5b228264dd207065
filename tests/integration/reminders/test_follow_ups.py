"""A follow-up is planned once, dropped in whatever order the signs come, and told when it is due."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis import ids
from chassis.testing import FixedClock, eventually
from contracts import envelope
from contracts.inbound import CallAnswered
from contracts.leads import HomeownerOptedOut, HomeownerReplied, LeadChanged, LeadOpened
from contracts.reminders import ReminderDue
from reminders.app.follow_up_missed_call import FollowUpMissedCall
from reminders.app.tell_due import TellDue

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SHOP = ids.new_id()


def opened(homeowner_id: UUID, lead_id: UUID, *, by: Any = "call", number: str | None = "+13125550142") -> LeadOpened:
    return LeadOpened(
        event_id=ids.new_id(), organization_id=SHOP, occurred_at=NOW, homeowner_id=homeowner_id, lead_id=lead_id, lead_version=1, status="new", homeowner_number=number,
        opened_by=by,
    )  # fmt: skip


def signs(homeowner_id: UUID, lead_id: UUID) -> dict[str, object]:
    common: dict[str, Any] = {
        "organization_id": SHOP,
        "occurred_at": NOW + timedelta(minutes=1),
        "homeowner_id": homeowner_id,
    }
    return {
        "replied": HomeownerReplied(event_id=ids.new_id(), **common, lead_id=lead_id, message_id=ids.new_id(), first=True),
        "opted out": HomeownerOptedOut(event_id=ids.new_id(), **common, source="text", evidence_id=ids.new_id()),
        "booked": LeadChanged(event_id=ids.new_id(), **common, lead_id=lead_id, lead_version=2, status="booked", who_acts_next="nobody"),
        "answered": CallAnswered(
            event_id=ids.new_id(), **common, call_id=ids.new_id(), provider="twilio", provider_call_id="CA1", tracked_number="+13125550123",
            homeowner_number="+13125550142", started_at=NOW, ended_at=NOW + timedelta(minutes=1),
        ),
    }  # fmt: skip


async def heard(database, *events) -> None:
    async with database.work() as transaction:
        await FollowUpMissedCall(clock=FixedClock(NOW))(transaction, events)


async def jobs(database, homeowner_id: UUID):
    async with database.work() as transaction:
        return await transaction.fetch("SELECT * FROM jobs WHERE homeowner_id = $1", homeowner_id)


async def told(database, homeowner_id: UUID) -> list[str]:
    async with database.work() as transaction:
        return [
            row["type"]
            for row in await transaction.fetch(
                "SELECT type FROM outbox WHERE aggregateid = $1 ORDER BY seq", str(homeowner_id)
            )
        ]


async def test_a_lead_that_a_missed_call_opened_is_followed_up_once(database):
    homeowner, lead = ids.new_id(), ids.new_id()
    await heard(database, opened(homeowner, lead), opened(homeowner, lead))
    (job,) = await jobs(database, homeowner)
    assert (job["kind"], job["state"], job["due_at"]) == ("follow_up", "planned", NOW + timedelta(hours=2))
    assert await told(database, homeowner) == ["reminder.planned.v1"]


@pytest.mark.parametrize(("by", "number"), [("text", "+13125550142"), ("office", "+13125550142"), ("call", None)])
async def test_nothing_is_planned_for_one_who_wrote_or_hides(database, by, number):
    homeowner = ids.new_id()
    await heard(database, opened(homeowner, ids.new_id(), by=by, number=number))
    assert await jobs(database, homeowner) == []


@pytest.mark.parametrize("sign", ["replied", "opted out", "booked", "answered"])
@pytest.mark.parametrize("sign_first", [True, False])
async def test_a_sign_of_the_homeowner_drops_it_in_whatever_order_the_two_are_heard(database, sign, sign_first):
    homeowner, lead = ids.new_id(), ids.new_id()
    events = [opened(homeowner, lead), signs(homeowner, lead)[sign]]
    for event in reversed(events) if sign_first else events:
        await heard(database, event)
    assert [job["state"] for job in await jobs(database, homeowner)] in ([], ["dropped"])
    if not sign_first:
        assert await told(database, homeowner) == ["reminder.planned.v1", "reminder.dropped.v1"]


async def test_a_sign_that_is_heard_while_the_job_is_being_planned_drops_it(database):
    homeowner, lead = ids.new_id(), ids.new_id()
    async with database.work() as transaction:
        await FollowUpMissedCall(clock=FixedClock(NOW))(transaction, [opened(homeowner, lead)])
        other = asyncio.create_task(heard(database, signs(homeowner, lead)["answered"]))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"

        async def it_waits_or_is_done() -> bool:
            return other.done() or await transaction.fetch_value(waits) > 0

        await eventually(it_waits_or_is_done)
    await other
    assert [job["state"] for job in await jobs(database, homeowner)] == ["dropped"]


async def test_batches_that_name_the_same_homeowners_in_other_orders_do_not_wait_in_a_circle(database):
    people = [(ids.new_id(), ids.new_id()) for _ in range(40)]
    events = [signs(*each)["answered"] for each in people]
    await asyncio.gather(
        heard(database, *events), heard(database, *reversed(events)), heard(database, *events[20:], *events[:20])
    )


@pytest.mark.parametrize(
    ("changed_by", "reason"), [("homeowner", "the homeowner answered"), (f"member:{UUID(int=5)}", "the office wrote")]
)
async def test_a_dropped_job_says_who_made_it_needless(database, changed_by, reason):
    homeowner, lead = ids.new_id(), ids.new_id()
    await heard(database, opened(homeowner, lead))
    changed = LeadChanged(
        event_id=ids.new_id(), organization_id=SHOP, occurred_at=NOW, homeowner_id=homeowner, lead_id=lead, lead_version=2, status="active",
        who_acts_next="office", changed_by=changed_by,
    )  # fmt: skip
    await heard(database, changed)
    assert [job["reason"] for job in await jobs(database, homeowner)] == [reason]


async def test_every_order_of_all_signs_leaves_nothing_planned(database):
    for order in itertools.permutations(range(3)):
        homeowner, lead = ids.new_id(), ids.new_id()
        events = [opened(homeowner, lead), signs(homeowner, lead)["replied"], signs(homeowner, lead)["booked"]]
        for position in order:
            await heard(database, events[position])
        assert all(job["state"] == "dropped" for job in await jobs(database, homeowner))


async def test_what_is_due_is_told_once_though_several_look_at_the_same_time(database):
    homeowner = ids.new_id()
    await heard(database, opened(homeowner, ids.new_id()))
    early, late = FixedClock(NOW + timedelta(hours=1, minutes=59)), FixedClock(NOW + timedelta(hours=2))
    await TellDue(database=database, clock=early)()
    assert "reminder.due.v1" not in await told(database, homeowner)
    await asyncio.gather(*(TellDue(database=database, clock=late)() for _ in range(4)))
    assert (await told(database, homeowner)).count("reminder.due.v1") == 1
    async with database.work() as transaction:
        payload = await transaction.fetch_value(
            "SELECT payload FROM outbox WHERE aggregateid = $1 AND type = 'reminder.due.v1'", str(homeowner)
        )
    due = envelope.decode({"ce_type": "reminder.due.v1"}, payload)
    assert isinstance(due, ReminderDue)
    assert (due.due_at, due.counted_from) == (NOW + timedelta(hours=2), NOW)
    assert [job["state"] for job in await jobs(database, homeowner)] == ["done"]
