"""Visits: never two at once for one technician, and marked when their homeowner rings."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from booking.app.mark_visit import MarkVisit
from chassis import ids
from chassis.testing import FixedClock
from contracts.inbound import CallMissed

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


async def book(
    database,
    *,
    homeowner_id: UUID,
    technician_id: UUID,
    hours: float,
    status: str = "scheduled",
    overbooked: bool = False,
) -> UUID:
    booking_id, start = ids.new_id(), NOW + timedelta(hours=hours)
    async with database.work() as transaction:
        await transaction.execute(
            "INSERT INTO bookings (booking_id, organization_id, homeowner_id, homeowner_number, status, start_at, end_at, zone, technician_id, service, source,"
            " overbooked) VALUES ($1,$2,$3,'+13125550142',$4,$5,$6,'America/Chicago',$7,'repair','office',$8)",
            booking_id, ids.new_id(), homeowner_id, status, start, start + timedelta(hours=2), technician_id, overbooked,
        )  # fmt: skip
    return booking_id


def missed(homeowner_id: UUID, *, at: datetime = NOW) -> CallMissed:
    return CallMissed(
        event_id=ids.new_id(), organization_id=ids.new_id(), occurred_at=at, homeowner_id=homeowner_id, call_id=ids.new_id(), provider="twilio", provider_call_id="CA1",
        tracked_number="+13125550123", homeowner_number="+13125550142", started_at=at, ended_at=at, reason="no_answer",
    )  # fmt: skip


async def rang(database, *calls: CallMissed) -> None:
    async with database.work() as transaction:
        await MarkVisit(clock=FixedClock(NOW))(transaction, calls)


async def stored(database, booking_id: UUID):
    async with database.work() as transaction:
        return await transaction.fetch_one("SELECT * FROM bookings WHERE booking_id = $1", booking_id)


async def test_two_visits_of_one_technician_never_overlap_however_many_try_at_once(database):
    technician = ids.new_id()
    tries = [
        book(database, homeowner_id=ids.new_id(), technician_id=technician, hours=1 + number / 10)
        for number in range(8)
    ]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, UUID) for each in ended) == 1
    assert (
        sum(
            isinstance(
                each, asyncpg.ExclusionViolationError | asyncpg.DeadlockDetectedError | asyncpg.LockNotAvailableError
            )
            for each in ended
        )
        == 7
    )


async def test_touching_visits_another_technician_a_cancelled_one_and_one_on_purpose_are_allowed(database):
    technician, homeowner = ids.new_id(), ids.new_id()
    await book(database, homeowner_id=homeowner, technician_id=technician, hours=1)
    await book(database, homeowner_id=homeowner, technician_id=technician, hours=3)
    await book(database, homeowner_id=homeowner, technician_id=ids.new_id(), hours=1)
    await book(database, homeowner_id=homeowner, technician_id=technician, hours=2, status="cancelled")
    await book(database, homeowner_id=homeowner, technician_id=technician, hours=2, overbooked=True)


async def test_a_missed_call_marks_the_coming_visit_with_a_version_higher_and_tells_it(database):
    homeowner = ids.new_id()
    coming = await book(database, homeowner_id=homeowner, technician_id=ids.new_id(), hours=24)
    past = await book(database, homeowner_id=homeowner, technician_id=ids.new_id(), hours=-24)
    stranger = await book(database, homeowner_id=ids.new_id(), technician_id=ids.new_id(), hours=24)
    await rang(database, missed(homeowner))
    row = await stored(database, coming)
    assert (row["homeowner_rang_at"], row["version"]) == (NOW, 2)
    assert (await stored(database, past))["homeowner_rang_at"] is None
    assert (await stored(database, stranger))["version"] == 1
    async with database.work() as transaction:
        told = await transaction.fetch("SELECT type, payload FROM outbox WHERE aggregateid = $1", str(homeowner))
    assert [row["type"] for row in told] == ["booking.changed.v1"]
    assert b'"booking_version":2' in told[0]["payload"]


async def test_an_older_call_that_is_heard_of_later_changes_nothing(database):
    homeowner = ids.new_id()
    coming = await book(database, homeowner_id=homeowner, technician_id=ids.new_id(), hours=24)
    await rang(database, missed(homeowner))
    await rang(database, missed(homeowner, at=NOW - timedelta(minutes=5)))
    row = await stored(database, coming)
    assert (row["homeowner_rang_at"], row["version"]) == (NOW, 2)


@pytest.mark.parametrize("status", ["requested", "completed", "no_show"])
async def test_only_a_scheduled_visit_is_marked(database, status):
    homeowner = ids.new_id()
    booking_id = await book(database, homeowner_id=homeowner, technician_id=ids.new_id(), hours=24, status=status)
    await rang(database, missed(homeowner))
    assert (await stored(database, booking_id))["version"] == 1
