"""The stranger's story and its neighbours, through five processes, real Kafka and Postgres, and a carrier that speaks Twilio."""

import asyncio
import csv
import json
import subprocess
import sys
import urllib.request
from datetime import datetime
from pathlib import Path

import asyncpg
from carrier_client import get, post, until

HOMEOWNER = "+13125550142"
NUMBERS = tuple(f"+131255501{index}" for index in range(70, 76))
FORM = {"CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01"}
VERIFY = Path(__file__).parents[2] / "docs" / "verify_proof.py"


def test_a_call_that_rings_out_is_texted_back_within_a_second_and_proved(open_shop, stack, tmp_path):
    shop = open_shop()
    tries = (HOMEOWNER, *NUMBERS)
    assert any(_texted_back(shop, each) < 1.0 for each in tries), "a busy machine is late once, not every time"
    (text,) = shop.carrier.sent_to(HOMEOWNER)
    assert "Heating" in text["body"]
    assert "STOP" in text["body"]
    (delivered,) = until(lambda: shop.texts(HOMEOWNER, state="delivered"), what="the delivery state")
    words = stack.run("messaging", "explain", delivered["text_id"]).stdout
    assert words.startswith("Sent at ")
    assert sum("  passed  " in line or "  does not apply  " in line for line in words.splitlines()) == 12
    call = next(each for each in shop.calls() if each["from"] == HOMEOWNER)
    assert (call["outcome"], call["from"], call["to"]) == ("missed", HOMEOWNER, shop.line)
    lead = shop.leads(HOMEOWNER)[0]
    assert (lead["status"], lead["who_acts_next"]) == ("new", "homeowner")
    verified = until(lambda: _verified(stack, shop), what="the ledger")
    assert verified["entries"] >= 5
    exported = tmp_path / "proof.json"
    exported.write_text(stack.run("proof", "export", "--lead", lead["id"]).stdout)
    checked = subprocess.run([sys.executable, str(VERIFY), str(exported)], capture_output=True, text=True, check=True)
    assert checked.stdout.startswith("whole: ")


def _texted_back(shop, number: str) -> float:
    """Seconds from the callback that made a call missed to the text at the carrier."""
    shop.ring(number)
    until(lambda: shop.carrier.sent_to(number), what="the text")
    log = shop.carrier.get("log")
    ended = [line["at"] for line in log if line["kind"] == "callback" and line["route"].endswith("dial-complete")]
    (sent,) = [line["at"] for line in log if line["kind"] == "text" and line["to_number"] == number]
    return _seconds(sent) - _seconds(max(ended))


def test_each_text_lies_in_the_trace_of_the_callback_that_made_its_call_missed(open_shop, stack, collector):
    shop = open_shop()
    for number in NUMBERS:
        shop.ring(number)
    until(lambda: all(shop.carrier.sent_to(number) for number in NUMBERS), what="six texts")
    texts = asyncio.run(_texts_from(stack, shop.line))

    def traces():
        begun = {span.trace_id for service, span in collector.spans if (service, span.name) == ("capture", "callback")}
        sent = {_text_id(span): span.trace_id for _, span in collector.spans if span.name == "send text"}
        found = [sent[text_id] for text_id in texts if text_id in sent]
        return found if len(found) == len(NUMBERS) and begun.issuperset(found) else None

    found = until(traces, seconds=60, what="a trace for each, from the webhook to the text")
    assert len(set(found)) == len(NUMBERS)


async def _texts_from(stack, line: str) -> list[str]:
    database = await asyncpg.connect(stack.connections["postgres"]["databases"]["messaging"])
    try:
        return [
            str(row["text_id"])
            for row in await database.fetch("SELECT text_id FROM texts WHERE from_number = $1", line)
        ]
    finally:
        await database.close()


def _text_id(span) -> str:
    return next((each.value.string_value for each in span.attributes if each.key == "text_id"), "")


def test_five_rings_give_one_text_one_lead_and_five_calls_in_its_thread(open_shop):
    shop = open_shop()
    for _ in range(5):
        shop.ring(HOMEOWNER)
    until(
        lambda: len([item for item in shop.thread(HOMEOWNER) if item["kind"] == "call"]) == 5,
        what="five calls in the thread",
    )
    assert len(shop.leads(HOMEOWNER)) == 1
    assert len(shop.carrier.sent_to(HOMEOWNER)) == 1
    suppressed = shop.texts(HOMEOWNER, state="suppressed")
    assert [item["rule"] for item in suppressed] == [7, 7, 7, 7]
    assert all("already texted" in item["sentence"] for item in suppressed)


def test_after_stop_a_missed_call_is_not_texted_and_the_decision_says_why_until_start(open_shop, stack):
    shop = open_shop()
    shop.ring(HOMEOWNER)
    until(lambda: shop.carrier.sent_to(HOMEOWNER), what="the first text")
    shop.write(HOMEOWNER, "Stop.")
    until(lambda: any(item["kind"] == "text_in" for item in shop.thread(HOMEOWNER)), what="the STOP in the thread")
    shop.ring(HOMEOWNER)
    (refused,) = until(lambda: shop.texts(HOMEOWNER, rule=2), what="a decision by rule 2")
    assert refused["state"] == "suppressed"
    assert "asked for no more texts" in stack.run("messaging", "explain", refused["text_id"]).stdout
    told = stack.run("messaging", "consent", "export", "--organization", shop.slug).stdout
    (consent,) = csv.DictReader(told.splitlines())
    assert (consent["number"], consent["source"]) == (HOMEOWNER, "call")
    assert consent["withdrawn_at"] > consent["recorded_at"]
    assert len(shop.carrier.sent_to(HOMEOWNER)) == 1
    shop.write(HOMEOWNER, "START")
    until(
        lambda: sum(item["kind"] == "text_in" for item in shop.thread(HOMEOWNER)) == 2, what="the START in the thread"
    )
    shop.ring(HOMEOWNER)
    until(lambda: len(shop.carrier.sent_to(HOMEOWNER)) == 2, what="the text after START")


def test_a_plain_request_opts_out_and_is_confirmed_once(open_shop):
    shop = open_shop()
    shop.ring(HOMEOWNER)
    until(lambda: shop.carrier.sent_to(HOMEOWNER), what="the first text")
    shop.write(HOMEOWNER, "please stop texting me")
    until(lambda: len(shop.carrier.sent_to(HOMEOWNER)) == 2, what="the confirmation")
    assert "no more texts" in shop.carrier.sent_to(HOMEOWNER)[1]["body"]
    shop.ring(HOMEOWNER)
    until(lambda: shop.texts(HOMEOWNER, rule=2), what="a decision by rule 2")
    assert len(shop.carrier.sent_to(HOMEOWNER)) == 2


def test_a_reply_makes_the_lead_active_and_drops_the_follow_up(open_shop, stack):
    shop = open_shop()
    shop.ring(HOMEOWNER)
    until(
        lambda: [
            job for job in stack.lines("reminders", "planned", "--organization", shop.slug) if job["state"] == "planned"
        ],
        what="a follow-up",
    )
    shop.write(HOMEOWNER, "No heat since last night")
    until(lambda: shop.leads(HOMEOWNER)[0]["status"] == "active", what="an active lead")
    (job,) = until(
        lambda: [
            job for job in stack.lines("reminders", "planned", "--organization", shop.slug) if job["state"] == "dropped"
        ],
        what="the drop",
    )
    assert job["kind"] == "follow_up"
    until(lambda: len(shop.carrier.sent_to(HOMEOWNER)) == 2, what="what automation asks next")
    until(lambda: shop.leads(HOMEOWNER)[0]["who_acts_next"] == "homeowner", what="the homeowner's turn")


def test_an_answered_call_a_voicemail_and_a_caller_who_gives_up_end_as_what_they_are(open_shop):
    shop = open_shop()
    shop.ring("+13125550151", how="answers", talk_seconds=0.1)
    shop.ring("+13125550152", how="hangs_up")
    until(lambda: {call["outcome"] for call in shop.calls()} == {"answered", "missed"}, what="both outcomes")
    until(lambda: shop.carrier.sent_to("+13125550152"), what="the text to the one who gave up")
    assert shop.carrier.sent_to("+13125550151") == []


def test_a_line_that_forwards_what_it_missed_takes_a_voicemail_and_never_dials(open_shop):
    line = "+13125567001"
    shop = open_shop(numbers=[{"number": line, "provider": "twilio", "mode": "already_missed"}])
    shop.line = line
    shop.carrier.post("accounts", account=shop.account, secret=shop.secret, numbers=[{"number": line}])
    shop.ring(HOMEOWNER, how="voicemail")
    until(lambda: [call for call in shop.calls() if call["outcome"] == "voicemail"], what="a voicemail")
    until(lambda: len(shop.carrier.sent_to(HOMEOWNER)) == 1, what="the text")
    assert not any(
        line["kind"] == "callback" and line["route"].endswith("dial-complete") for line in shop.carrier.get("log")
    )


def test_a_voicemail_box_that_takes_the_call_is_a_missed_call_where_one_must_press_1(open_shop):
    line = "+13125567002"
    shop = open_shop(numbers=[{"number": line, "provider": "twilio", "answer": "press_1"}])
    shop.line = line
    shop.carrier.post("accounts", account=shop.account, secret=shop.secret, numbers=[{"number": line}])
    shop.ring("+13125550153", how="answers", talk_seconds=0.1)
    shop.ring("+13125550154", how="declines", talk_seconds=0.1)
    found = until(
        lambda: (
            {call["from"]: call["outcome"] for call in shop.calls() if call["outcome"] != "open"}
            if len([c for c in shop.calls() if c["outcome"] != "open"]) == 2
            else None
        )
    )
    assert found == {"+13125550153": "answered", "+13125550154": "missed"}


def test_a_hidden_caller_is_kept_and_never_texted(open_shop):
    shop = open_shop()
    shop.ring("+266696687")
    (call,) = until(shop.calls, what="the call")
    until(lambda: shop.calls()[0]["outcome"] == "missed", what="its outcome")
    assert call["from"] == "hidden"
    assert shop.carrier.get("counts")["by_to"].get("+266696687") is None


def test_in_preview_nothing_leaves_and_the_thread_says_what_would_have(open_shop):
    shop = open_shop(automation="preview")
    shop.ring(HOMEOWNER)
    (text,) = until(lambda: shop.texts(HOMEOWNER), what="the decision")
    assert text["sentence"].startswith("Preview: would have sent at ")
    assert shop.carrier.sent_to(HOMEOWNER) == []


def test_callbacks_that_are_forged_oversize_garbage_or_of_an_unknown_number_change_nothing(open_shop, stack):
    shop = open_shop()
    path = "/api/twilio/voice/inbound"
    form = FORM | {"CallSid": "CA" + "1" * 32, "AccountSid": shop.account, "From": HOMEOWNER, "To": shop.line}
    assert shop.callback(path, form, secret="wrong") == 403
    assert post(stack.front_door + path, b"x=" + b"y" * (64 * 1024 - 1)) == 413
    assert post(stack.front_door + path, b"\xff\xfe garbage") == 400
    assert shop.callback(path, form | {"To": "+13125559999"}) == 404
    assert post(stack.front_door + "/api/telnyx/events", b"{}") == 404
    assert shop.calls() == []
    metrics = _metrics(stack.connections["services"]["capture"])
    for reason in ("bad signature", "too large", "malformed", "unknown number"):
        assert f'callsnare_callbacks_refused_total{{reason="{reason}"}}' in metrics
    assert shop.callback(path, form) == 200
    assert shop.callback(path, form) == 200
    assert len(until(shop.calls, what="the one call")) == 1


def test_a_delivery_callback_of_another_shop_s_text_is_refused(open_shop):
    shop, other = open_shop(), open_shop()
    shop.ring(HOMEOWNER)
    (text,) = until(lambda: shop.texts(HOMEOWNER, state="delivered"), what="the text")
    form = {
        "MessageSid": "SM" + "2" * 32,
        "MessageStatus": "failed",
        "AccountSid": other.account,
        "From": other.line,
        "To": HOMEOWNER,
    }
    assert other.callback("/api/twilio/sms/status", form, query=f"text={text['text_id']}&tag={'0' * 32}") == 403
    assert shop.texts(HOMEOWNER, state="delivered")


def test_the_front_door_tells_the_health_of_every_part(stack):
    status, told = get(stack.front_door + "/health/ready")
    assert (status, told["status"]) == (200, "ok")
    assert set(told["parts"]) == {"capture", "messaging", "booking", "reminders", "proof"}


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _verified(stack, shop):
    done = stack.run("proof", "verify", "--organization", shop.slug, check=False)
    return json.loads(done.stdout) if done.returncode == 0 and json.loads(done.stdout)["entries"] >= 5 else None


def _metrics(address: str) -> str:
    with urllib.request.urlopen(address + "/metrics", timeout=10) as answer:
        return str(answer.read().decode())
