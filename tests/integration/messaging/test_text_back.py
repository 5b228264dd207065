"""A missed call is texted back: once, from one lead, or with a reason why not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chassis.testing import FixedClock
from contracts.organizations import Billing, ProviderAccount, TrackedNumber
from messaging.store import facts, newcomers, templates
from messaging.store.templates import By

LINE = "+13125550123"


async def test_a_missed_call_is_answered_by_a_text_that_names_the_shop(shop: Any, caller: str) -> None:
    call = await shop.rung_by(caller)
    (body,) = shop.carrier.bodies(caller)
    assert body.startswith("Northside Heating & Air here")
    assert "STOP" in body
    row = await shop.row(caller)
    assert (row["state"], row["attempt"], row["call_id"], row["segments"]) == ("sent", 1, call.call_id, 1)
    lead = await shop.lead()
    assert (lead["status"], await shop.turn()) == ("new", "homeowner")
    assert [item["kind"] for item in await shop.thread(lead["lead_id"])] == ["call", "text_out"]
    assert [
        len(await shop.told(kind))
        for kind in ("lead.opened.v1", "consent.recorded.v1", "text.decided.v1", "text.sent.v1")
    ] == [1, 1, 1, 1]


async def test_the_callback_address_carries_our_text_id_its_tag_and_the_retry_override(shop: Any, caller: str) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    (outgoing,) = shop.carrier.asked
    assert outgoing.status_callback.startswith(
        f"http://callsnare.test/api/twilio/sms/status?text={row['text_id']}&tag="
    )
    assert outgoing.status_callback.endswith("#rc=5&rp=all")


async def test_the_same_event_twice_changes_nothing(shop: Any, caller: str) -> None:
    call = shop.missed(caller)
    await shop.hears(call, call)
    await shop.hears(call)
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1
    lead = await shop.lead()
    assert len(await shop.thread(lead["lead_id"])) == 2


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_five_rings_in_a_minute_are_one_lead_with_five_calls_and_one_text(
    shop: Any, caller: str, clock: FixedClock, in_one_batch: bool
) -> None:
    calls = []
    for _ in range(5):
        clock.advance(seconds=10)
        calls.append(shop.missed(caller))
        if not in_one_batch:
            await shop.hears(calls[-1])
    if in_one_batch:
        await shop.hears(*calls)
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1
    lead = await shop.lead()
    lines = await shop.thread(lead["lead_id"])
    assert sum(line["kind"] == "call" for line in lines) == 5
    later = [line for line in lines if line["kind"] == "text_out" and line["state"] == "suppressed"]
    assert [line["rule"] for line in later] == [7] * 4
    assert all(line["sentence"].startswith("Not sent — already texted") for line in later)


async def test_a_second_window_gets_a_second_text(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    clock.advance(hours=23, minutes=59)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 2


async def test_a_call_that_does_not_count_or_hides_its_number_gets_no_text(shop: Any, caller: str) -> None:
    await shop.rung_by(caller, counts=False)
    assert await shop.leads() == []
    hidden = shop.missed(None)
    await shop.hears(hidden)
    await shop.sends()
    lead = await shop.lead()
    assert await shop.turn() == "nobody"
    (_, text) = await shop.thread(lead["lead_id"])
    assert (text["state"], text["rule"], text["sentence"]) == ("suppressed", 1, "Not sent — the caller hid the number")
    await shop.hears(shop.voicemail(hidden))
    assert await shop.turn() == "office"
    assert shop.carrier.asked == []


async def test_calls_of_many_homeowners_in_one_batch_each_get_their_text(shop: Any) -> None:
    numbers = [f"+1312556{number:04}" for number in range(150)]
    await shop.hears(*[shop.missed(number) for number in numbers])
    states = {row["state"] for number in numbers for row in await shop.rows(number)}
    assert states <= {"sending", "queued", "sent"}  # as many as there are hands at once, the others after them
    await shop.hears_nothing_new()
    await shop.sends()
    assert [len(shop.carrier.bodies(number)) for number in numbers] == [1] * 150
    assert len(await shop.leads()) == 150


async def test_an_ignored_number_opens_no_lead(shop: Any, caller: str) -> None:
    async with shop.database.work() as transaction:
        await transaction.execute("INSERT INTO ignored_numbers VALUES ($1, $2, now())", shop.id, caller)
    await shop.rung_by(caller)
    await shop.texted_by(caller, "hello from a vendor")
    assert await shop.leads() == []
    assert shop.carrier.asked == []


REASONS: list[tuple[dict[str, Any], int, str]] = [
    ({"automation": "preview"}, 5, "Preview: would have sent at 12:00 PM"),
    ({"billing": Billing(status="unpaid")}, 4, "Not sent — the plan is unpaid"),
    ({"numbers": (TrackedNumber(number="+13125550777", provider="twilio", account="AC1"),)}, 1, "Not sent — the line it would leave from is not yours any more"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "rule", "sentence"), REASONS)
async def test_a_text_that_must_not_leave_says_why(
    open_shop: Callable[..., Any], caller: str, facts: dict[str, Any], rule: int, sentence: str
) -> None:
    shop = open_shop(**facts)
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], row["rule"], row["reason"]) == ("suppressed", rule, sentence)
    assert shop.carrier.asked == []
    (ended,) = await shop.told("text.ended.v1")
    assert (ended.state, ended.reason) == ("suppressed", sentence)


async def test_a_voicemail_joins_the_call_it_belongs_to_and_asks_for_the_office(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    call = await shop.rung_by(caller)
    clock.advance(seconds=30)
    await shop.hears(shop.voicemail(call), shop.answered(caller))
    lead = await shop.lead()
    lines = await shop.thread(lead["lead_id"])
    assert [line.get("outcome", line["kind"]) for line in lines] == ["voicemail", "text_out", "answered"]
    assert len(shop.carrier.bodies(caller)) == 1


async def test_two_processes_with_the_same_call_write_it_once(shop: Any, caller: str) -> None:
    call = shop.missed(caller)
    first = shop.intake
    carrier = shop.carrier
    shop.start_again()
    await asyncio.gather(first.take([shop._record(call)]), shop.intake.take([shop._record(call)]))
    await shop.sends()
    await asyncio.sleep(0)
    assert len(await shop.leads()) == 1
    rows = await shop.rows(caller)
    assert len(rows) == 1
    assert len(carrier.asked) <= 1


async def test_two_senders_never_claim_the_same_text(shop: Any) -> None:
    numbers = [f"+1312557{number:04}" for number in range(120)]
    shop.carrier.gate.clear()
    await shop.hears(*[shop.missed(number) for number in numbers])
    one = shop.sender
    shop.start_again()
    two = shop.sender
    await shop.hears_nothing_new()
    shop.carrier.gate.set()
    await asyncio.gather(*[each.step() for each in (one, two, one, two)])
    for sender in (one, two):
        while sender._tasks:
            await asyncio.wait(set(sender._tasks), timeout=10)
    await shop.sends()
    assert [len(shop.carrier.bodies(number)) for number in numbers] == [1] * 120


async def test_the_account_s_secret_never_lies_beside_a_text(open_shop: Callable[..., Any], caller: str) -> None:
    shop = open_shop(providers=(ProviderAccount(kind="twilio", account="AC1", sealed_secret="mark.sealed"),))
    await shop.rung_by(caller)
    assert "sealed" not in str(dict(await shop.row(caller)))


async def test_two_processes_with_two_calls_of_one_newcomer_send_one_text(
    shop: Any, caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, first, second = newcomers.write, shop.missed(caller), shop.missed(caller)

    async def write_and_be_overtaken(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(newcomers, "write", write)
        await shop.intake.subscription.at_once(shop.database, [first])
        return await write(*arguments, **named)

    monkeypatch.setattr(newcomers, "write", write_and_be_overtaken)
    await shop.hears(second)
    await shop.hears(first)
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1
    lead = await shop.lead()
    lines = await shop.thread(lead["lead_id"])
    assert sorted(line["kind"] for line in lines) == ["call", "call", "text_out", "text_out"]


async def test_two_statements_with_one_newcomer_at_the_same_moment_leave_one_text(shop: Any, caller: str) -> None:
    first, second = shop.missed(caller), shop.missed(caller)
    at_once = shop.intake.subscription.at_once
    outcomes = await asyncio.gather(at_once(shop.database, [first]), at_once(shop.database, [second]))
    assert sorted(outcomes) == [False, True]
    await shop.hears(first, second)
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1
    assert len(await shop.leads()) == 1


async def test_a_newcomer_is_not_looked_up(shop: Any, caller: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(facts, "look")
    monkeypatch.delattr(facts, "gather")
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1


async def test_a_newcomer_gets_the_words_that_another_process_changed_a_moment_ago(shop: Any, caller: str) -> None:
    await shop.rung_by("+17085550190")
    by, words = By(None, "Pat Owner", shop.clock.now()), "{shop}: we were under a roof. STOP to opt out."
    for version, own in enumerate((words, words.replace("under", "on"))):
        async with shop.database.work() as transaction:
            await templates.replace(
                transaction, organization_id=shop.id, name="first_reply", version=version, body=own, active=True, by=by
            )
        number = f"{caller[:-1]}{version}"
        await shop.rung_by(number)
        assert shop.carrier.bodies(number) == [own.replace("{shop}", "Northside Heating & Air")]


UNKNOWN_BUT: list[tuple[str, str, int]] = [
    ("INSERT INTO opt_outs (opt_out_id, organization_id, homeowner_id, source, evidence_id, at) VALUES (gen_random_uuid(), $1, $2, 'text', gen_random_uuid(), now())", "suppressed", 2),
    (("INSERT INTO automation_stops (stop_id, organization_id, kind, subject, reason, what_to_do, text_id, stopped_at)"
     " VALUES (gen_random_uuid(), $1, 'line', '+13125550123', 'the carrier refuses it', 'ask the carrier', $2, now())"), "suppressed", 5),
]  # fmt: skip


@pytest.mark.parametrize(("known", "state", "rule"), UNKNOWN_BUT)
async def test_what_is_known_without_the_homeowner_counts(
    shop: Any, caller: str, known: str, state: str, rule: int
) -> None:
    await shop.rung_by("+17085550191")
    async with shop.database.work() as transaction:
        await transaction.execute(known, shop.id, shop.homeowner(caller))
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], row["rule"]) == (state, rule)
    assert shop.carrier.bodies(caller) == []


async def test_a_batch_in_which_one_is_known_is_handled_whole(shop: Any) -> None:
    numbers = [f"+1708555{index:04}" for index in range(3)]
    await shop.rung_by(numbers[1])
    await shop.hears(*(shop.missed(number) for number in numbers))
    await shop.sends()
    assert [len(shop.carrier.bodies(number)) for number in numbers] == [1, 1, 1]
    assert [len(await shop.rows(number)) for number in numbers] == [1, 2, 1]
