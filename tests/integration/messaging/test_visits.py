"""Texts about a visit leave only while it is what they say, and only once booking was heard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from office_desk import OfficeDesk
from visits import booking, hears_booking, hears_of, plans

from chassis.testing import FixedClock
from contracts.organizations import Billing
from messaging.app.log_call import log_call


async def test_a_reminder_of_a_visit_that_moved_never_leaves(shop: Any, caller: str, clock: FixedClock) -> None:
    booked = booking(shop, caller)
    await hears_of(shop, booked)
    await plans(shop, caller, booked)  # booking has not been heard yet: it is held
    moved = booking(shop, caller, booking_id=booked.booking_id, booking_version=2)
    await hears_of(shop, moved, booked)  # and the older one once more, late
    clock.advance(seconds=10)
    await shop.hears_nothing_new()
    hears_booking(shop)
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["rule"], row["reason"]) == ("suppressed", 8, "Not sent — the visit moved")
    assert shop.carrier.asked == []


async def test_a_job_of_a_version_not_heard_of_yet_waits_for_it(shop: Any, caller: str, clock: FixedClock) -> None:
    booked = booking(shop, caller)
    await hears_of(shop, booked)
    await shop.hears_nothing_new()
    hears_booking(shop)
    await shop.rung_by(caller)
    await plans(shop, caller, booked, version=2)
    row = (await shop.rows(caller))[-1]
    assert (row["state"], row["rule"]) == ("held", 8)
    clock.advance(seconds=10)
    await hears_of(shop, booking(shop, caller, booking_id=booked.booking_id, booking_version=2))
    await shop.hears_nothing_new()
    hears_booking(shop)
    await shop.sends()
    assert (await shop.rows(caller))[-1]["state"] == "sent"


async def test_booking_has_to_be_heard_as_well_as_the_carrier(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    booked = booking(shop, caller)
    await hears_of(shop, booked)
    await shop.hears_nothing_new()
    await plans(shop, caller, booked)
    clock.advance(seconds=10)
    await shop.hears_nothing_new()
    await shop.sends()
    row = (await shop.rows(caller))[-1]
    assert (row["state"], row["rule"]) == ("held", 12)
    assert row["due_at"] > clock.now()  # it is not looked at without pause
    hears_booking(shop)
    clock.advance(seconds=10)
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.rows(caller))[-1]["state"] == "sent"


async def test_a_visit_booked_while_the_plan_was_active_keeps_its_texts(
    open_shop: Callable[..., Any], caller: str
) -> None:
    shop = open_shop(billing=Billing(status="active"))
    before = booking(shop, caller)
    await hears_of(shop, before)
    shop.become(billing=Billing(status="canceled"))
    after = booking(shop, caller)
    await hears_of(shop, after)
    await shop.hears_nothing_new()
    hears_booking(shop)
    await shop.rung_by(caller)
    await plans(shop, caller, before)
    await plans(shop, caller, after)
    await shop.sends()
    first_reply, kept, lost = sorted(await shop.rows(caller), key=lambda row: (row["created_at"], row["text_id"]))
    assert (first_reply["state"], first_reply["rule"]) == ("suppressed", 4)
    assert {(kept["state"], kept["rule"]), (lost["state"], lost["rule"])} == {("sent", None), ("suppressed", 4)}


async def test_quiet_hours_go_by_the_address_of_the_visit(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop()
    await hears_of(shop, booking(shop, caller, postal_code="96813"))  # Honolulu, where it is 8 AM
    clock.advance(hours=-1)
    booked = booking(shop, caller)
    await hears_of(shop, booked)
    await shop.hears_nothing_new()
    hears_booking(shop)
    await plans(shop, caller, booked)
    row = await shop.row(caller)
    assert row["state"] == "held"
    assert "Hawaii (address) and Illinois (number)" in row["reason"]


async def planned_for(shop: Any, caller: str, **changes: Any) -> Any:
    """A visit of somebody who rang, and a text about it; the lead afterwards."""
    await shop.rung_by(caller)
    booked = booking(shop, caller)
    await hears_of(shop, booked)
    await shop.hears_nothing_new()
    hears_booking(shop)
    await plans(shop, caller, booked, lead_id=(await shop.lead())["lead_id"], **changes)
    return booked


async def test_a_visit_text_that_cannot_leave_asks_the_office_to_call_once(shop: Any, caller: str) -> None:
    office = OfficeDesk(shop)
    booked = await planned_for(shop, caller, text_class="confirmation")
    await shop.sends()
    assert not (await shop.lead())["asked_for_a_call"]
    async with shop.database.work() as transaction:
        await transaction.execute(
            "UPDATE homeowners SET trouble = 'landline' WHERE homeowner_id = $1", shop.homeowner(caller)
        )
    lead_id = (await shop.lead())["lead_id"]
    for _ in range(2):
        await plans(shop, caller, booked, lead_id=lead_id)
    assert await shop.turn() == "office"
    (needed,) = await shop.told("office.needed.v1")
    assert (needed.reason, needed.sentence) == (
        "text_failed", "Call about the visit: reminder not sent, this is a landline",
    )  # fmt: skip
    assert (await office.row())["why"] == "Call about the visit"
    await log_call(office.desk, office.sam, lead_id=lead_id)
    assert not (await shop.lead())["asked_for_a_call"]


async def test_a_stop_that_takes_a_reminder_with_it_leaves_the_call_to_the_office(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await planned_for(shop, caller, wished_at=clock.now() + timedelta(hours=3))
    held = (await shop.rows(caller))[-1]
    assert (held["state"], held["held_until"]) == ("held", clock.now() + timedelta(hours=3))
    await shop.texted_by(caller, "STOP")
    assert (await shop.rows(caller))[-1]["state"] == "cancelled"
    (needed,) = await shop.told("office.needed.v1")
    assert needed.sentence == "Call about the visit: reminder not sent, asked for no more texts"
    assert await shop.turn() == "office"


async def test_a_reminder_leaves_before_the_night_into_which_its_moment_falls(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    """Wished for 7 AM tomorrow, which is quiet in Illinois: it comes at 8:59 PM today."""
    await planned_for(shop, caller, wished_at=clock.now() + timedelta(hours=19))
    evening = clock.now() + timedelta(hours=8, minutes=59)
    held = (await shop.rows(caller))[-1]
    assert (held["state"], held["held_until"]) == ("held", evening)
    clock.moment = evening
    await shop.hears_nothing_new()
    hears_booking(shop)
    await shop.sends()
    assert (await shop.rows(caller))[-1]["sent_at"] == evening


async def test_a_reminder_whose_evening_was_missed_is_skipped_and_somebody_calls(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await planned_for(shop, caller, wished_at=clock.now() + timedelta(hours=19))
    clock.advance(hours=10)
    await shop.hears_nothing_new()
    hears_booking(shop)
    await shop.sends()
    row = (await shop.rows(caller))[-1]
    assert (row["state"], row["rule"]) == ("suppressed", 10)
    assert "the last moment before them has passed" in row["reason"]
    assert (await shop.lead())["asked_for_a_call"]
