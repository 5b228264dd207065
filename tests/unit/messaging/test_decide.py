"""Every rule in a table of cases, and what all of them together decide."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.context import Context, History, Homeowner, Known, Lead, Message, Shop
from messaging.domain.decide import LOOKS, decide
from messaging.domain.hours import week
from messaging.domain.matrix import MATRIX, RULES, TextClass
from messaging.domain.quiet_hours import Place
from messaging.domain.verdicts import Suppress

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # Tuesday, 10 PM in Chicago
TEXAS = (Place("America/Chicago", "TX"),)

TABLE = """
first_reply     1 2 3 4 5 6 7 8 9 10 11 12
follow_up       1 2 3 4 5 6 7 8 9 10 11 12
response        1 2 3 4 5 6 7 8 9 10 11 12
slot_offer      1 2 3 4 5 6 7 8 9 10 11 12
confirmation    1 2   4 5     8   10 11 12
change_notice   1 2   4 5     8   10 11 12
cancel_notice   1 2   4 5     8   10 11 12
reminder        1 2   4 5     8   10 11 12
on_my_way       1 2   4 5     8      11 12
review_request  1 2 3 4 5 6 7 8 9 10 11 12
staff           1 2   4              11
compliance      1                    11
safety          1 2                  11
staff_alert     1 2           8      11
"""


def test_the_matrix_is_the_table_of_the_product() -> None:
    written = {line.split()[0]: {int(rule) for rule in line.split()[1:]} for line in TABLE.strip().splitlines()}
    assert {name: set(rules) for name, rules in MATRIX.items()} == written
    assert set(written) == set(get_args(TextClass))


REFUSED: list[tuple[str, int, str, dict[str, Any], dict[str, Any], str]] = [
    # class, rule, effect, the message, the context, words of the fact
    ("first_reply", 1, "suppress", {}, {"homeowner__number": None}, "hid the number"),
    ("compliance", 1, "suppress", {}, {"homeowner__trouble": "landline"}, "landline"),
    ("staff", 1, "suppress", {}, {"homeowner__number": "+13125550123"}, "your own lines"),
    ("staff", 1, "suppress", {}, {"homeowner__number": "+266696687"}, "hid the number"),
    ("first_reply", 1, "suppress", {"from_number": "+13125550000"}, {}, "not yours any more"),
    ("first_reply", 1, "suppress", {}, {"homeowner__refused_lines": ("+13125550123",)}, "from this line"),
    ("reminder", 2, "suppress", {}, {"homeowner__opted_out_at": NOON}, "no more texts on Nov 24"),
    ("staff", 2, "suppress", {}, {"homeowner__opted_out_at": NOON}, "no more texts"),
    ("safety", 2, "suppress", {}, {"homeowner__opted_out_at": NOON}, "no more texts"),
    ("first_reply", 2, "suppress", {}, {"homeowner__consented": False}, "no consent"),
    ("follow_up", 3, "suppress", {}, {"homeowner__ignored": True}, "ignore list"),
    ("first_reply", 4, "suppress", {}, {"shop__billing": "unpaid"}, "unpaid"),
    ("staff", 4, "suppress", {}, {"shop__billing": "canceled"}, "canceled"),
    ("staff", 4, "suppress", {}, {"shop__billing": "canceled", "known__visit_booked_while_entitled": True}, "canceled"),
    ("reminder", 4, "suppress", {}, {"shop__billing": "canceled", "homeowner__has_visit": True}, "canceled"),
    ("first_reply", 4, "suppress", {}, {"shop__billing": "past_due", "shop__past_due_since": NOON - timedelta(days=7)}, "grace period ended"),
    ("first_reply", 5, "suppress", {}, {"shop__mode": "preview"}, "preview"),
    ("on_my_way", 5, "suppress", {}, {"shop__mode": "preview"}, "preview"),
    ("first_reply", 5, "await", {}, {"shop__mode": "approval"}, "asks first"),
    ("first_reply", 5, "suppress", {}, {"stops__lines": {"+13125550123": "your account at the carrier is suspended"}}, "stopped on this line: your account"),
    ("reminder", 5, "suppress", {}, {"stops__templates": {"reminder": "the carrier took it for spam"}}, "this template is stopped: the carrier"),
    ("response", 6, "suppress", {}, {"lead__office_owns": True}, "you have this thread"),
    ("review_request", 6, "suppress", {}, {"homeowner__paused": True}, "paused"),
    ("follow_up", 6, "suppress", {}, {"lead__status": "closed"}, "closed"),
    ("first_reply", 7, "suppress", {}, {"history__first_reply_at": NOON - 3 * HOUR}, "already texted 3 h ago (once per 24 h)"),
    ("first_reply", 7, "suppress", {}, {"history__first_reply_waits": True}, "on its way"),
    ("follow_up", 7, "suppress", {}, {"history__follow_ups": 1}, "one follow-up"),
    ("slot_offer", 7, "suppress", {}, {"history__unanswered_in_a_day": 5}, "at most 5"),
    ("follow_up", 7, "suppress", {}, {"history__unanswered_in_a_day": 3, "homeowner__places": (Place("America/New_York", "FL"),)}, "at most 3"),
    ("first_reply", 8, "suppress", {"allowed_since": NOON - 2 * HOUR - MINUTE}, {}, "too late to be of use"),
    ("first_reply", 8, "suppress", {}, {"lead__status": "active"}, "was new when this was planned"),
    ("first_reply", 8, "suppress", {"rang_at": NOON - HOUR}, {"homeowner__spoken_at": NOON - MINUTE}, "you spoke with them since"),
    ("follow_up", 8, "suppress", {"rang_at": NOON - HOUR}, {"homeowner__spoken_at": NOON - MINUTE}, "you spoke with them since"),
    ("first_reply", 8, "suppress", {"planned_in_status": "booked"}, {"lead__status": "booked"}, "is booked"),
    ("first_reply", 8, "suppress", {"planned_in_status": "active"}, {"lead__status": "active", "lead__last_word_at": NOON - HOUR}, "in touch already"),
    ("reminder", 8, "suppress", {"visit_version": 1}, {"known__visit_version": 2, "known__bookings_until": NOON}, "visit moved"),
    ("reminder", 8, "suppress", {"visit_version": 2}, {"known__visit_version": 2, "known__visit_status": "cancelled", "known__bookings_until": NOON}, "was cancelled"),
    ("cancel_notice", 8, "suppress", {"visit_version": 2}, {"known__visit_version": 3, "known__visit_status": "scheduled", "known__bookings_until": NOON}, "takes place"),
    ("reminder", 8, "hold", {"visit_version": 2}, {"known__visit_version": 1, "known__bookings_until": NOON}, "newest change"),
    ("reminder", 8, "suppress", {"moment_passes_at": NOON}, {}, "moment had passed"),
    ("follow_up", 8, "hold", {"follows_after": 2 * HOUR}, {"history__first_reply_waits": True, "history__first_reply_leaves_at": NOON}, "has not left yet"),
    ("follow_up", 8, "hold", {}, {"history__first_reply_waits": True, "history__first_reply_leaves_at": NOON - HOUR}, "has not left yet"),
    ("follow_up", 8, "hold", {"follows_after": 2 * HOUR}, {"history__first_reply_at": NOON - HOUR}, "only 1 h old"),
    ("follow_up", 9, "hold", {}, {"shop__hours": week({"wed": ((540, 1020),)})}, "the shop is closed"),
    ("first_reply", 9, "hold", {}, {"shop__hours": week({"wed": ((540, 1020),)}), "shop__after_hours": "hold"}, "the shop is closed"),
    ("response", 9, "hold", {}, {"shop__hours": week({"wed": ((540, 1020),)}), "shop__held_while_closed": frozenset({"response"})}, "the shop is closed"),
    ("first_reply", 10, "hold", {}, {"homeowner__places": (Place("Pacific/Honolulu", "HI"), Place("Asia/Tokyo", None))}, "quiet hours"),
    ("staff", 11, "suppress", {"body": "  "}, {}, "empty"),
    ("first_reply", 11, "suppress", {"body": "Hi {name}"}, {}, "no value for name"),
    ("staff", 11, "suppress", {"body": "x" * 1601}, {}, "1601 characters"),
    ("first_reply", 11, "suppress", {"body": "Hi there"}, {"history__texted_before": False}, "name the shop"),
    ("confirmation", 11, "suppress", {"body": "Northside: see you"}, {"history__texted_before": False}, "how to stop"),
    ("first_reply", 10, "hold", {"rang_at": NOON - 16 * MINUTE}, {"homeowner__places": (Place("Asia/Tokyo", None),), "shop__at_night": "send"}, "quiet hours"),
    ("first_reply", 12, "hold", {}, {"known__inbound_until": NOON - timedelta(seconds=31)}, "on its way"),
    ("first_reply", 12, "hold", {}, {"known__inbound_until": None}, "on its way"),
    ("reminder", 12, "hold", {"visit_version": 1}, {"known__visit_version": 1}, "on its way"),
]  # fmt: skip


@pytest.mark.parametrize(("text_class", "rule", "effect", "says", "facts", "words"), REFUSED)
def test_a_rule_refuses(
    message: Any, context: Any, text_class: str, rule: int, effect: str, says: dict[str, Any], facts: dict[str, Any], words: str
) -> None:  # fmt: skip
    decision = decide(message(text_class, **says), context(**facts), NOON)
    looked = decision.findings[rule - 1]
    assert (looked.effect, looked.applies) == (effect, True)
    assert words in looked.fact
    assert rule in decision.deciding_rules
    assert decision.outcome == {"suppress": "suppress", "hold": "hold", "await": "await_approval"}[effect]


PASSED: list[tuple[str, int, dict[str, Any], dict[str, Any], str]] = [
    ("follow_up", 9, {}, {"shop__hours": week({"wed": ((540, 1020),)}), "shop__held_while_closed": frozenset()}, "sent all the same"),
    ("response", 9, {}, {"shop__hours": week({"wed": ((540, 1020),)})}, "sent all the same"),
    ("response", 9, {"answers_at": NOON - 15 * MINUTE}, {"shop__hours": week({"wed": ((540, 1020),)}), "shop__held_while_closed": frozenset({"response"})}, "answers a text"),
    ("staff", 2, {}, {"homeowner__consented": False}, "has not asked"),
    ("first_reply", 4, {}, {"shop__billing": "past_due", "shop__past_due_since": NOON - timedelta(days=6)}, "goes on until"),
    ("staff", 4, {}, {"shop__billing": "past_due", "shop__past_due_since": NOON - timedelta(days=99)}, "your own texts go on"),
    ("first_reply", 4, {}, {"shop__billing": "past_due"}, "goes on for now"),
    ("reminder", 4, {}, {"shop__billing": "unpaid", "known__visit_booked_while_entitled": True}, "booked before"),
    ("staff", 4, {}, {"shop__billing": "canceled", "homeowner__has_visit": True}, "a visit is booked already"),
    ("on_my_way", 5, {}, {"shop__mode": "approval"}, "pressed by a person"),
    ("first_reply", 5, {"approved": True}, {"shop__mode": "approval"}, "the office said yes"),
    ("review_request", 6, {}, {"lead__status": "won"}, "open"),
    ("first_reply", 7, {}, {"history__first_reply_at": NOON - 24 * HOUR}, "no answer to a call"),
    ("response", 7, {"answers_at": NOON - HOUR}, {"history__unanswered_in_a_day": 9}, "answers"),
    ("follow_up", 7, {}, {"history__follow_ups": 3, "history__replied": True}, "of at most"),
    ("first_reply", 8, {"planned_in_status": "active"}, {"lead__status": "active", "lead__last_word_at": NOON - 24 * HOUR}, "recent"),
    ("first_reply", 8, {"allowed_since": NOON - 2 * HOUR}, {}, "recent"),
    ("first_reply", 8, {"rang_at": NOON}, {"homeowner__spoken_at": NOON - MINUTE}, "recent"),
    ("follow_up", 8, {"follows_after": 2 * HOUR}, {"history__first_reply_at": NOON - 2 * HOUR}, "nothing changed"),
    ("first_reply", 9, {}, {"shop__hours": week({})}, "no business hours are set"),
    ("response", 9, {}, {"shop__hours": week({"wed": ((540, 1020),)})}, "sent all the same"),
    ("first_reply", 9, {}, {"shop__hours": week({"wed": ((540, 1020),)})}, "after-hours wording"),
    ("response", 10, {"answers_at": NOON - 15 * MINUTE}, {"homeowner__places": (Place("Asia/Tokyo", None),)}, "answers"),
    ("change_notice", 10, {"answers_at": NOON - 15 * MINUTE}, {"homeowner__places": (Place("Asia/Tokyo", None),)}, "answers"),
    ("first_reply", 10, {}, {"homeowner__places": (Place("Asia/Tokyo", None),), "shop__at_night": "send"}, "lets the answer to a call"),
    ("first_reply", 12, {}, {"known__inbound_until": NOON - timedelta(seconds=30)}, "is known"),
]  # fmt: skip


@pytest.mark.parametrize(("text_class", "rule", "says", "facts", "words"), PASSED)
def test_a_rule_lets_it_pass(
    message: Any, context: Any, text_class: str, rule: int, says: dict[str, Any], facts: dict[str, Any], words: str
) -> None:
    looked = decide(message(text_class, **says), context(**facts), NOON).findings[rule - 1]
    assert looked.passed
    assert words in looked.fact


@pytest.mark.parametrize("text_class", get_args(TextClass))
def test_all_twelve_rules_are_told_and_those_that_do_not_apply_decide_nothing(
    message: Any, context: Any, text_class: TextClass
) -> None:
    worst = context(
        homeowner__number=None, homeowner__opted_out_at=NOON, homeowner__ignored=True, shop__billing="unpaid", shop__mode="preview",
        lead__office_owns=True, history__first_reply_waits=True, homeowner__places=(Place("Asia/Tokyo", None),), known__inbound_until=None,
    )  # fmt: skip
    decision = decide(message(text_class), worst, NOON)
    assert [each.rule for each in decision.findings] == list(RULES)
    assert {each.rule for each in decision.findings if each.applies} == set(MATRIX[text_class])
    assert all(each.passed for each in decision.findings if not each.applies)


def test_suppress_goes_before_approval_and_approval_before_a_hold(message: Any, context: Any) -> None:
    night = {"known__inbound_until": NIGHT}
    assert decide(message(), context(**night), NIGHT).outcome == "hold"
    assert decide(message(), context(**night, shop__mode="approval"), NIGHT).outcome == "await_approval"
    opted = context(**night, shop__mode="approval", homeowner__opted_out_at=NOON)
    assert decide(message(), opted, NIGHT).outcome == "suppress"


def test_a_hold_runs_to_the_first_moment_that_all_holding_rules_allow(message: Any, context: Any) -> None:
    early = week({"sat": ((360, 540),), "sun": ((360, 780),)})  # opens at 6 AM, which is quiet
    decision = decide(message("follow_up"), context(shop__hours=early, homeowner__places=TEXAS), NOON)
    sunday_noon = datetime(
        2026, 11, 29, 18, 0, tzinfo=UTC
    )  # Saturday closes at 9, when Texas begins; Sunday it begins at noon
    assert decision.verdict.until == sunday_noon  # type: ignore[union-attr]


def test_a_shop_that_is_open_only_while_homeowners_sleep_says_so_and_holds_nothing_for_months(
    message: Any, context: Any
) -> None:
    nights = week(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ((120, 300),)))
    asleep = {"shop__hours": nights, "shop__after_hours": "hold"}
    decision = decide(message(), context(**asleep), NOON)
    assert decision.verdict == Suppress(9)
    assert decision.sentence == "Not sent — the shop is closed, and your hours never meet the homeowner's"
    preview = decide(message(), context(**asleep, shop__mode="preview"), NOON)
    assert (
        preview.sentence
        == "Preview: would not have sent — the shop is closed, and your hours never meet the homeowner's"
    )
    assert decide(message(), context(**asleep, shop__mode="approval"), NOON).outcome == "await_approval"


SENTENCES: list[tuple[dict[str, Any], datetime, str]] = [
    ({}, NOON, "Sent at 12:00 PM — all checks passed"),
    ({"homeowner__places": TEXAS, "homeowner__place_words": "Texas"}, NIGHT, "Held until 9:00 AM — quiet hours in Texas"),
    ({"homeowner__places": (Place("America/Los_Angeles", "CA"),), "homeowner__place_words": "California"}, NIGHT + 3 * HOUR,
     "Held until 10:00 AM (8:00 AM there) — quiet hours in California"),
    ({"shop__mode": "approval"}, NOON, "Waits for your OK"),
    ({"shop__mode": "preview"}, NOON, "Preview: would have sent at 12:00 PM"),
    ({"shop__mode": "preview"}, NIGHT, "Preview: would have sent at 8:00 AM"),
    ({"shop__mode": "preview", "history__first_reply_at": NOON - 3 * HOUR}, NOON, "Not sent — already texted 3 h ago (once per 24 h)"),
    ({"homeowner__opted_out_at": datetime(2026, 11, 3, 18, tzinfo=UTC)}, NOON, "Not sent — asked for no more texts on Nov 3"),
    ({"known__inbound_until": None}, NOON, "Held for a moment — something may still be on its way from the carrier"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "now", "sentence"), SENTENCES)
def test_an_owner_reads_why(message: Any, context: Any, facts: dict[str, Any], now: datetime, sentence: str) -> None:
    assert decide(message(), context(**{"known__inbound_until": now, **facts}), now).sentence == sentence


def test_the_after_hours_wording_leaves_when_the_shop_is_closed_and_is_the_one_that_is_checked(
    message: Any, context: Any
) -> None:
    closed = context(shop__hours=week({"wed": ((540, 1020),)}))
    decision = decide(message(body_after_hours="We are closed. {when}"), closed, NOON)
    assert decision.findings[10].effect == "suppress"
    decision = decide(message(body_after_hours="We are closed."), closed, NOON)
    assert decision.verdict.wording == "after_hours"  # type: ignore[union-attr]


@given(
    text_class=st.sampled_from(get_args(TextClass)),
    minutes=st.integers(0, 60 * 24 * 400),
    opted_out=st.booleans(), consented=st.booleans(), mode=st.sampled_from(["live", "approval", "preview"]), status=st.sampled_from(["new", "active", "booked", "closed"]),
    state=st.sampled_from(["IL", "TX", "FL", "AL", "RI", "KY", None]), zone=st.sampled_from(["America/New_York", "America/Phoenix", "Pacific/Honolulu"]),
    heard_ago=st.integers(0, 90), unanswered=st.integers(0, 6),
)  # fmt: skip
def test_what_must_never_happen(
    text_class: TextClass, minutes: int, opted_out: bool, consented: bool, mode: str, status: str, state: str | None, zone: str, heard_ago: int, unanswered: int
) -> None:  # fmt: skip
    now = NOON + timedelta(minutes=minutes)
    whole, text = _plain(text_class)
    whole = replace(
        whole,
        shop=replace(whole.shop, mode=mode),
        homeowner=replace(
            whole.homeowner,
            places=(Place(zone, state),),
            opted_out_at=NOON if opted_out else None,
            consented=consented,
        ),
        lead=replace(whole.lead, status=status),  # type: ignore[type-var]
        history=replace(whole.history, unanswered_in_a_day=unanswered),
        known=replace(whole.known, inbound_until=now - timedelta(seconds=heard_ago)),
    )
    decision = decide(text, whole, now)
    again = decide(text, whole, now)
    assert decision == again
    applying = {each.rule: each for each in decision.findings if each.applies}
    if decision.outcome == "send":
        assert all(each.passed for each in applying.values())
        assert not (opted_out and 2 in applying)
        assert not (heard_ago > 30 and 12 in applying)
        if text_class in ("first_reply", "follow_up"):
            assert mode == "live"
            assert unanswered < 5
            assert 8 <= now.astimezone(ZoneInfo(zone)).hour < 21
    if decision.outcome == "hold":
        assert decision.verdict.until > now  # type: ignore[union-attr]
    assert all(each.fact for each in decision.findings)


def _plain(text_class: TextClass) -> tuple[Context, Message]:

    line = "+13125550123"
    shop = Shop(
        name="N",
        zone="America/Chicago",
        state="IL",
        mode="live",
        hours=week({"mon": ((0, 1440),)}),
        own_numbers=frozenset({line}),
    )
    owner = Homeowner(number="+13125550199", places=(), place_words="somewhere")
    whole = Context(
        shop=shop, homeowner=owner, lead=Lead(status="new"), history=History(), known=Known(inbound_until=NOON)
    )
    return whole, Message(text_class=text_class, body="N here. STOP to opt out.", from_number=line)


def test_every_rule_has_a_function_of_its_own() -> None:
    assert len({look.__name__ for look in LOOKS.values()}) == len(RULES)
