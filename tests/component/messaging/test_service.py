"""The process is killed at the worst moments; the homeowner has one text all the same."""

import asyncio
import json
import random
from functools import partial
from typing import Any
from uuid import UUID

from homeowners import unused_number

from chassis import ids
from chassis.testing import eventually
from contracts.inbound import DeliveryReported


def _more_than(account: Any, few: int, most: int) -> bool:
    return len(account.taken) >= most or len(account.taken) > few


async def test_killed_after_the_carrier_accepted_and_before_it_was_recorded(messaging: Any, account: Any) -> None:
    account.answers.clear()
    messaging.start()
    caller = unused_number()
    await messaging.hears(messaging.missed(caller))
    await eventually(lambda: account.taken, timeout=40)
    messaging.kill()
    account.answers.set()
    messaging.start()
    await messaging.reaches(sending=1)
    messaging.pass_time(seconds=70)
    await messaging.reaches(sent=1)
    assert len(account.texts_to(caller)) == len(account.posts) == 1


async def test_killed_before_the_carrier_had_it(messaging: Any, account: Any) -> None:
    account.accepts = False
    account.answers.clear()
    messaging.start()
    caller = unused_number()
    await messaging.hears(messaging.missed(caller))
    await eventually(lambda: account.posts, timeout=40)
    messaging.kill()
    account.accepts = True
    account.answers.set()
    messaging.start()
    messaging.pass_time(seconds=70)
    await messaging.reaches(sent=1)
    assert len(account.texts_to(caller)) == 1


async def test_asked_to_stop_it_waits_for_the_carrier_s_answer(messaging: Any, account: Any) -> None:
    account.answers.clear()
    messaging.start()
    await messaging.hears(messaging.missed(unused_number()))
    await eventually(lambda: account.taken, timeout=40)
    stopping = asyncio.create_task(messaging.stop())
    await asyncio.sleep(0)
    account.answers.set()
    assert await stopping == 0
    assert await messaging.states() == {"sent": 1}


async def test_killed_again_and_again_under_repeated_events_each_caller_has_one_text(
    messaging: Any, account: Any
) -> None:
    order = random.Random(3)
    callers = [unused_number() for _ in range(60)]
    calls = [messaging.missed(caller) for caller in callers] * 3
    order.shuffle(calls)
    messaging.start()
    for batch in range(0, len(calls), 60):
        await messaging.hears(*calls[batch : batch + 60])
        await eventually(partial(_more_than, account, len(account.taken) + 9, len(callers)), timeout=40)
        messaging.kill()
        messaging.start()
    messaging.pass_time(seconds=100)
    await messaging.reaches(sent=60)
    assert [len(account.texts_to(caller)) for caller in callers] == [1] * 60


async def test_its_commands_tell_the_story_and_its_log_tells_nobody_s_number(messaging: Any, account: Any) -> None:
    messaging.start()
    caller = unused_number()
    await messaging.hears(messaging.missed(caller), messaging.missed(caller))
    await messaging.reaches(sent=1, suppressed=1)
    (lead,) = [
        json.loads(line) for line in messaging.run("leads", "--organization", messaging.slug).stdout.splitlines()
    ]
    assert {"id", "homeowner_number", "status", "who_acts_next", "assigned_to", "opened_at"} == set(lead)
    assert (lead["homeowner_number"], lead["status"]) == (caller, "new")
    lines = [json.loads(line) for line in messaging.run("thread", lead["id"]).stdout.splitlines()]
    assert sorted(line["kind"] for line in lines) == ["call", "call", "text_out", "text_out"]
    sent, suppressed = sorted(
        (line for line in lines if line["kind"] == "text_out"), key=lambda line: str(line["state"])
    )
    assert {"text_id", "class", "state", "held_until", "rule", "provider_id", "id", "at", "body"} <= set(sent)
    words = messaging.run("explain", suppressed["text_id"]).stdout
    assert words.startswith("Not sent — already texted")
    assert sum(line[:2].strip().isdigit() for line in words.splitlines()) == 12
    (told,) = [json.loads(line) for line in messaging.run("explain", sent["text_id"], "--json").stdout.splitlines()]
    assert [rule["rule"] for rule in told["first"]["rules"]] == list(range(1, 13))
    assert told["latest"] is None
    assert json.loads(messaging.run("republish").stdout)["republished"] >= 1
    refused = messaging.run("explain", str(ids.new_id()))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("there is no text ")
    assert caller not in messaging.log
    assert caller.removeprefix("+1") not in messaging.log
    assert "sorry we missed" not in messaging.log
    assert account.taken


async def test_a_stopped_line_is_shown_with_what_to_do_and_resumed_by_a_command(messaging: Any, account: Any) -> None:
    messaging.start()
    call = messaging.missed(unused_number())
    await messaging.hears(call)
    await messaging.reaches(sent=1)
    lead = json.loads(messaging.run("leads", "--organization", messaging.slug).stdout)
    sent = next(
        line
        for line in map(json.loads, messaging.run("thread", lead["id"]).stdout.splitlines())
        if line["kind"] == "text_out"
    )
    await messaging.hears(
        DeliveryReported(
            event_id=ids.new_id(), organization_id=call.organization_id, occurred_at=messaging.now(), homeowner_id=call.homeowner_id, text_id=UUID(sent["text_id"]),
            provider="twilio", provider_message_id=sent["provider_id"], tracked_number=call.tracked_number, homeowner_number=call.homeowner_number,
            state="undelivered", raw_state="undelivered", error_code=30034, reported_at=messaging.now(),
        )
    )  # fmt: skip
    await messaging.reaches(undelivered=1)
    stop = json.loads(messaging.run("stops", "--organization", messaging.slug).stdout)
    assert (stop["line"], stop["code"]) == (call.tracked_number, 30034)
    assert "10DLC" in stop["what_to_do"]
    wanted = ("resume", "--organization", messaging.slug, "--line", call.tracked_number)
    assert messaging.run(*wanted).returncode == 0
    assert messaging.run("stops", "--organization", messaging.slug).stdout == ""
    again = messaging.run(*wanted)
    assert (again.returncode, again.stderr.strip()) == (1, f"{call.tracked_number} is not stopped")
    assert account.taken
