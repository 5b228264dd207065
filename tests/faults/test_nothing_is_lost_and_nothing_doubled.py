"""Processes and engines die under load; every homeowner gets exactly one text."""

import threading
import time

import pytest
import storm
from carrier_client import get, until

HOMEOWNER = "+13125550142"


def test_every_call_is_texted_once_though_messaging_and_then_kafka_are_killed(shop, stack, calls_per_run):
    homeowners = storm.numbers(calls_per_run, seed=7)
    prepared = storm.requests(shop, homeowners, seed=11)
    answers: list = []
    sending = threading.Thread(target=lambda: answers.append(storm.send(shop, prepared)))
    sending.start()
    _after_texts(shop, calls_per_run // 20)
    stack.kill("messaging")
    _after_texts(shop, calls_per_run // 5)
    stack.kill("kafka")
    sending.join()
    assert answers[0].statuses == {200: len(prepared)}
    until(lambda: set(shop.carrier.get("counts")["by_to"]) >= set(homeowners), seconds=240, what="a text for everybody")
    assert {number: count for number, count in shop.carrier.get("counts")["by_to"].items() if count != 1} == {}
    leads = [lead for lead in shop.leads() if lead["homeowner_number"] in set(homeowners)]
    assert len(leads) == len(homeowners)
    calls = shop.calls()
    assert len(calls) == len(homeowners)
    assert {call["outcome"] for call in calls} == {"missed"}


def test_a_text_whose_answer_is_lost_is_settled_by_its_callback_and_not_sent_again(shop, stack):
    shop.carrier.post("faults", send="accept_then_drop", send_next=1)
    shop.ring(HOMEOWNER)
    until(lambda: shop.carrier.sent_to(HOMEOWNER), what="the carrier has it")
    stack.kill("messaging")
    until(lambda: shop.texts(HOMEOWNER, state="delivered"), seconds=60, what="settled by the callback")
    assert len(shop.carrier.sent_to(HOMEOWNER)) == 1


def test_a_text_whose_answer_and_callbacks_are_lost_is_found_in_the_carrier_s_list(shop, stack, clock):
    shop.carrier.post("faults", send="accept_then_drop", send_next=1)
    shop.ring(HOMEOWNER)
    until(lambda: shop.carrier.sent_to(HOMEOWNER), what="the carrier has it")
    shop.carrier.post("faults", drop_share=1.0)
    killed = stack.kill("messaging")
    until(lambda: stack.runs("messaging", other_than=killed), what="messaging is back")
    clock.advance(120)
    until(
        lambda: shop.texts(HOMEOWNER, state="sent") or shop.texts(HOMEOWNER, state="delivered"),
        seconds=90,
        what="settled by the list",
    )
    shop.carrier.post("faults")
    assert len(shop.carrier.sent_to(HOMEOWNER)) == 1


@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.faults_full)])
def test_without_kafka_callbacks_are_answered_in_time_and_nothing_is_lost(shop, stack, seconds):
    homeowners = storm.numbers(60, seed=seconds)
    with stack.hold_down("kafka"):
        until(
            lambda: get(stack.front_door + "/health/ready")[1]["status"] == "degraded",
            what="the health page says degraded",
        )
        assert get(stack.front_door + "/health/ready")[0] == 200
        result = storm.send(shop, storm.requests(shop, homeowners, seed=seconds))
        assert result.statuses == {200: len(homeowners) * 9}
        assert result.percentile(0.99) < 2.0
        time.sleep(seconds)
        assert shop.carrier.get("counts")["taken"] == 0
    until(lambda: set(shop.carrier.get("counts")["by_to"]) == set(homeowners), seconds=120, what="a text for everybody")
    assert set(shop.carrier.get("counts")["by_to"].values()) == {1}


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.faults_full)])
def test_without_postgres_calls_still_reach_the_shop_and_all_is_there_afterwards(shop, stack, seconds):
    caller, writer = f"+1312558{seconds:04d}", f"+1312559{seconds:04d}"
    with stack.hold_down("postgres"):
        until(lambda: get(stack.front_door + "/health/ready")[0] == 503, seconds=30, what="the health page says so")
        text = {
            "MessageSid": "SM" + "5" * 32,
            "AccountSid": shop.account,
            "From": writer,
            "To": shop.line,
            "Body": "hello",
        }
        assert shop.callback("/api/twilio/sms/inbound", text) == 503
        shop.ring(caller)
        shop.write(writer, "Is anybody there?")
        until(lambda: _dialled(shop), what="the shop was dialled")
        time.sleep(seconds)
    until(lambda: get(stack.front_door + "/health/ready")[0] == 200, seconds=90, what="everything is back")
    until(
        lambda: [call for call in shop.calls() if call["from"] == caller and call["outcome"] == "missed"],
        seconds=90,
        what="the call of that time",
    )
    until(lambda: shop.carrier.sent_to(caller), seconds=60, what="its text")
    until(
        lambda: any(item["body"] == "Is anybody there?" for item in shop.thread(writer)),
        seconds=90,
        what="the text of that time",
    )
    assert len(shop.carrier.sent_to(caller)) == 1


def _after_texts(shop, count: int) -> None:
    until(lambda: shop.carrier.get("counts")["taken"] >= count, seconds=120, what=f"{count} texts")


def _dialled(shop) -> bool:
    return any(
        line["kind"] == "callback" and line["route"].endswith("dial-complete") and line["status"] == 200
        for line in shop.carrier.get("log")
    )
