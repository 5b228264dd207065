"""Each class of the provider's codes, when the text is handed over and when a callback tells it later."""

from datetime import timedelta
from typing import Any

import pytest
from homeowners import unused_number

from chassis.testing import FixedClock
from contracts.organizations import FirstReply, ProviderAccount
from messaging.app.stopping import resume
from messaging.domain.delivery import CLASSES
from messaging.gateway.carrier import Refused

OTHER = "+13125550777"
AT_SEND, BY_CALLBACK = "at send", "by callback"
MOMENTS = (AT_SEND, BY_CALLBACK)


async def refused(shop: Any, caller: str, code: int, moment: str) -> None:
    """A first reply that the carrier refuses, at once or by a callback."""
    if moment == AT_SEND:
        shop.carrier.answers = [Refused(code, 429 if code == 20429 else 400)]
    await shop.rung_by(caller)
    if moment == BY_CALLBACK:
        await shop.hears(shop.report(await shop.row(caller), "undelivered", error_code=code))


async def stops(shop: Any) -> list[tuple[str, str, int | None]]:
    async with shop.database.work() as transaction:
        rows = await transaction.fetch(
            "SELECT kind, subject, error_code FROM automation_stops WHERE organization_id = $1 AND ended_at IS NULL", shop.id
        )  # fmt: skip
    return [tuple(row) for row in rows]


async def trouble(shop: Any, caller: str) -> str | None:
    async with shop.database.work() as transaction:
        found: str | None = await transaction.fetch_value(
            "SELECT trouble FROM homeowners WHERE homeowner_id = $1", shop.homeowner(caller)
        )
    return found


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("code", CLASSES)
async def test_each_code_does_what_its_class_says(shop: Any, caller: str, code: int, moment: str) -> None:
    await refused(shop, caller, code, moment)
    row, kind, line = await shop.row(caller), CLASSES[code], "+13125550123"
    assert row["error_code"] == code
    waits = kind == "transient"
    assert row["state"] == ("queued" if waits else "failed" if moment == AT_SEND else "undelivered")
    assert (row["due_at"] is not None) == waits
    assert bool(await shop.told("homeowner.opted_out.v1")) == (kind == "opted_out")
    assert (await trouble(shop, caller) is not None) == (kind == "permanent")
    wanted = {"configuration": [("line", line, code)], "content": [("template", "first_reply", code)]}
    assert await stops(shop) == wanted.get(kind, [])
    assert await shop.turn() == ("automation" if waits else "office")
    assert len(await shop.told("office.needed.v1")) == (0 if waits else 1)
    assert row["reason"].endswith("Call instead") == (kind in ("permanent", "configuration", "content"))
    audited = [each.action for each in await shop.told("change.audited.v1")]
    assert audited == (["stopped"] if kind in wanted else [])


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_code_nobody_knows_ends_the_text_and_nothing_else(shop: Any, caller: str, moment: str) -> None:
    await refused(shop, caller, 77777, moment)
    row = await shop.row(caller)
    assert "code 77777" in row["reason"]
    assert await stops(shop) == []
    assert await trouble(shop, caller) is None
    assert await shop.turn() == "office"


async def test_a_stopped_line_keeps_automation_silent_until_a_person_resumes_it(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await refused(shop, caller, 30034, BY_CALLBACK)
    clock.advance(hours=25)
    await shop.rung_by(caller)
    newest = (await shop.rows(caller))[-1]
    assert (newest["state"], newest["rule"]) == ("suppressed", 5)
    assert (
        newest["reason"]
        == "Not sent — automation is stopped on this line: your number is not registered for texting yet"
    )
    async with shop.database.work() as transaction:
        assert await resume(
            transaction, organization_id=shop.id, kind="line", subject="+13125550123", actor_kind="command", actor="messaging resume", now=clock.now()
        )  # fmt: skip
    first, *_ = await shop.rows(caller)
    await shop.hears(shop.report(first, "failed", error_code=30034))  # said again, of the text from before
    assert await stops(shop) == []
    clock.advance(hours=1)
    await shop.rung_by(caller)
    assert (await shop.rows(caller))[-1]["state"] == "sent"
    assert [each.action for each in await shop.told("change.audited.v1")] == ["stopped", "resumed"]


async def test_what_was_refused_before_a_resumption_does_not_stop_the_line_again(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await refused(shop, caller, 30034, BY_CALLBACK)
    second = unused_number()
    async with shop.database.work() as transaction:
        await transaction.execute("UPDATE automation_stops SET ended_at = now() WHERE organization_id = $1", shop.id)
    await shop.rung_by(second)  # leaves
    clock.advance(minutes=1)
    async with shop.database.work() as transaction:
        await transaction.execute(
            "UPDATE automation_stops SET ended_at = $2 WHERE organization_id = $1", shop.id, clock.now()
        )
    await shop.hears(shop.report(await shop.row(second), "undelivered", error_code=30034))
    assert await stops(shop) == []


async def test_a_text_that_arrives_in_spite_of_a_stop_ends_it(shop: Any, caller: str, clock: FixedClock) -> None:
    await refused(shop, caller, 30034, BY_CALLBACK)
    clock.advance(minutes=1)
    shop.become(providers=(ProviderAccount(kind="twilio", account="AC1", keywords="ours"),))
    await shop.texted_by(caller, "HELP")
    answer = (await shop.rows(caller))[-1]
    assert (answer["text_class"], answer["state"]) == ("compliance", "sent")
    assert len(await stops(shop)) == 1
    await shop.hears(shop.report(answer, "delivered"))
    assert await stops(shop) == []
    (_, resumed) = await shop.told("change.audited.v1")
    assert (resumed.action, resumed.actor_kind) == ("resumed", "automation")


@pytest.mark.parametrize("code", [30003, 30008])
async def test_a_phone_out_of_reach_is_tried_once_more_and_says_when(
    shop: Any, caller: str, clock: FixedClock, code: int
) -> None:
    await refused(shop, caller, code, BY_CALLBACK)
    row = await shop.row(caller)
    first_id = row["earlier_ids"][0]
    assert ", one more try at 12:" in row["reason"]
    await shop.hears_nothing_new()
    await shop.sends()
    assert len(shop.carrier.asked) == 1
    clock.advance(hours=1)
    await shop.hears(shop.report(row, "undelivered", provider_message_id=first_id, error_code=code))  # a repeat
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["attempt"], len(shop.carrier.asked)) == ("sent", 2, 2)
    assert len({each.provider_message_id for each in await shop.told("text.sent.v1")}) == 2
    await shop.hears(shop.report(row, "undelivered", error_code=code))
    row = await shop.row(caller)
    assert (row["state"], row["reason"].endswith("Call instead")) == ("undelivered", True)
    assert await shop.turn() == "office"


async def test_a_text_that_was_called_lost_and_arrives_is_not_sent_again(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await refused(shop, caller, 30008, BY_CALLBACK)
    row = await shop.row(caller)
    await shop.hears(shop.report(row, "delivered", provider_message_id=row["earlier_ids"][0]))
    clock.advance(hours=1)
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], len(shop.carrier.asked)) == ("delivered", 1)


async def test_no_text_is_handed_over_more_than_five_times_whatever_fails(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.become(first_reply=FirstReply(at_night="send", useful_minutes=6000))
    await refused(shop, caller, 30001, BY_CALLBACK)
    for _ in range(8):
        clock.advance(minutes=10)
        await shop.hears_nothing_new()
        await shop.sends()
        row = await shop.row(caller)
        if row["state"] == "sent":
            await shop.hears(shop.report(row, "undelivered", error_code=30001))
    row = await shop.row(caller)
    assert (row["state"], row["attempt"], len(shop.carrier.asked)) == ("undelivered", 5, 5)


@pytest.mark.parametrize("code", [30023, 30027])
async def test_a_used_up_day_waits_for_the_next_one(shop: Any, caller: str, clock: FixedClock, code: int) -> None:
    await refused(shop, caller, code, BY_CALLBACK)
    row = await shop.row(caller)
    assert timedelta(hours=14) <= row["due_at"] - clock.now() <= timedelta(hours=15)  # midnight, Pacific time


async def test_a_number_that_writes_to_us_can_be_texted_again(shop: Any, caller: str, clock: FixedClock) -> None:
    await refused(shop, caller, 30005, BY_CALLBACK)
    assert await trouble(shop, caller) == "unreachable"
    clock.advance(minutes=1)
    await shop.texted_by(caller, "hello")
    assert await trouble(shop, caller) is None


async def test_a_refusal_of_a_text_from_before_a_start_says_nothing(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    clock.advance(minutes=1)
    await shop.texted_by(caller, "START")
    await shop.hears(shop.report((await shop.rows(caller))[0], "undelivered", error_code=21610))
    assert await shop.told("homeowner.opted_out.v1") == []
    async with shop.database.work() as transaction:
        lines = await transaction.fetch_value(
            "SELECT refused_lines FROM homeowners WHERE homeowner_id = $1", shop.homeowner(caller)
        )
    assert lines == []


async def test_a_start_opens_a_line_again_that_the_carrier_had_closed(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.texted_by(caller, "START")
    clock.advance(minutes=1)
    await refused(shop, caller, 21610, AT_SEND)
    assert await shop.told("homeowner.opted_out.v1") == []
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert "from this line" in (await shop.rows(caller))[-1]["reason"]
    clock.advance(minutes=1)
    await shop.texted_by(caller, "START")
    await shop.rung_by(caller)
    assert (await shop.rows(caller))[-1]["state"] == "sent"
