"""Each text that left, held against the rules of section 5: what each class has to heed stands in a table of its own here."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from year.areas import area_of
from year.calendar import first_allowed, is_open, is_quiet
from year.look_state import Past, Sent, Violation

HEEDED: Final = {
    "first_reply": "1 2 3 4 5 6 7 8 9 10 11 12",
    "follow_up": "1 2 3 4 5 6 7 8 9 10 11 12",
    "response": "1 2 3 4 5 6 7 8 9 10 11 12",
    "slot_offer": "1 2 3 4 5 6 7 8 9 10 11 12",
    "confirmation": "1 2 4 5 8 10 11 12",
    "change_notice": "1 2 4 5 8 10 11 12",
    "cancel_notice": "1 2 4 5 8 10 11 12",
    "reminder": "1 2 4 5 8 10 11 12",
    "on_my_way": "1 2 4 8 11 12",
    "review_request": "1 2 3 4 5 6 7 8 9 10 11 12",
    "staff": "1 2 4 11",
    "compliance": "1 11",
    "safety": "1 2 11",
    "staff_alert": "1 11",
}  # fmt: skip
AT_ONCE: Final = timedelta(minutes=15)
CONFIRM_WITHIN: Final = timedelta(minutes=5)
UNHEARD: Final = timedelta(seconds=30)
LONGEST: Final = 1600
CONVERSATION: Final = ("first_reply", "follow_up", "response", "slot_offer")
HOURS_HOLD: Final = ("follow_up", "review_request")
PAYING: Final = ("unmetered", "trialing", "active")


def look(past: Past) -> Iterator[Violation]:
    for sent in past.sent:
        heeded = HEEDED[sent.text.text_class].split()
        for rule, check in CHECKS:
            if rule in heeded:
                for kind, words in check(past, sent):
                    yield Violation(kind, sent.left.text_id, sent.left.at, f"{sent.text.text_class}: {words}")


Found = Iterator[tuple[str, str]]


def _destination(past: Past, sent: Sent) -> Found:
    at = sent.left.at
    if sent.left.line not in sent.shop.lines:
        yield "line that is not the shop's", sent.left.line
    if sent.left.number in sent.shop.lines:
        yield "text to the shop's own line", sent.left.number
    if past.is_unreachable(sent.who, at):
        yield "number that cannot be texted", sent.left.number


def _consent(past: Past, sent: Sent) -> Found:
    stop = past.opted_out_since(sent.who, sent.left.at)
    if stop is not None:
        yield "text after an opt-out", f"{stop.meaning} at {stop.at}"


def _unheard_stop(past: Past, sent: Sent) -> Found:
    stop = past.opted_out_since(sent.who, sent.left.at, unheard=UNHEARD)
    if stop is not None and stop.heard_at > sent.left.at:
        yield "text after an opt-out on its way", f"{stop.meaning} at {stop.at}, heard at {stop.heard_at}"
    if not past.heard_within(sent.left.at, UNHEARD):
        yield "text while the stream was not heard", str(sent.left.at)


def _ignored(past: Past, sent: Sent) -> Found:
    if past.is_switched(sent.who, "ignored", sent.left.at):
        yield "text to an ignored number", sent.left.number


def _billing(past: Past, sent: Sent) -> Found:
    shop = sent.shop
    if shop.billing in PAYING:
        return
    if shop.billing != "past_due":
        yield "text without a plan", shop.billing
    elif sent.text.text_class != "staff" and shop.past_due_since is not None:
        ends = shop.past_due_since + timedelta(days=shop.grace_days)
        if sent.left.at >= ends:
            yield "text after the grace period", f"it ended at {ends}"


def _mode(past: Past, sent: Sent) -> Found:
    if sent.shop.mode == "preview":
        yield "text in preview", sent.shop.name
    if sent.shop.mode == "approval" and sent.text.approved_at is None:
        yield "text without approval", sent.shop.name


def _may_speak(past: Past, sent: Sent) -> Found:
    if past.is_switched(sent.who, "paused", sent.left.at):
        yield "text while automation is paused", sent.left.number
    if past.is_owned(sent.text.lead_id, sent.left.at):
        yield "text in the office's thread", sent.left.number
    status = past.status_at(sent.text.lead_id, sent.left.at)
    if status in ("won", "closed") and sent.text.text_class != "review_request":
        yield "text in an ended lead", status


def _hours(past: Past, sent: Sent) -> Found:
    shop, text, at = sent.shop, sent.text, sent.left.at
    closed = not is_open(shop, at)
    if text.text_class == "first_reply":
        if closed and shop.after_hours == "hold":
            yield "text outside business hours", str(at)
        says_closed = "closed right now" in sent.left.body
        if says_closed != (closed and shop.after_hours == "template"):
            yield "wrong wording for the hour", sent.left.body
    elif text.text_class in HOURS_HOLD and closed:
        yield "text outside business hours", str(at)


def _quiet(past: Past, sent: Sent) -> Found:
    text, at = sent.text, sent.left.at
    if not is_quiet(sent.left.number, sent.shop, at):
        return
    if area_of(sent.left.number) is None and past.has_told_a_place(sent.who, at):
        return  # a number that is of no place: theirs is what they told, not the shop's
    if text.text_class == "first_reply" and sent.shop.at_night == "send":
        return
    answers = text.text_class in ("response", "slot_offer", "confirmation", "change_notice", "cancel_notice")
    if answers and text.answers_at is not None and at - text.answers_at <= AT_ONCE:
        return
    yield "text in quiet hours", f"{sent.left.number} at {at}"


def _still_useful(past: Past, sent: Sent) -> Found:
    """A first reply is of use for so long after the first moment at which it could have left."""
    if sent.text.text_class != "first_reply" or sent.text.call_id is None:
        return
    call = next((each for each in past.journal.rang if each.call_id == sent.text.call_id), None)
    useful = timedelta(minutes=sent.shop.useful_minutes)
    if call is None or sent.left.at - call.at <= useful or past.is_place_doubtful(sent.who, sent.left.at):
        return
    settings = (
        past.shop_at(sent.text.shop, call.at),
        sent.shop,
    )  # a call is let through at night, or waits, as it comes
    could = first_allowed(
        sent.left.number, sent.shop, call.at, hours_count=any(each.after_hours == "hold" for each in settings),
        quiet_counts=any(each.at_night == "hold" for each in settings),
    )  # fmt: skip
    if sent.left.at - could > useful + timedelta(minutes=1):
        yield "text too late to be of use", f"rang at {call.at}, could leave at {could}, left at {sent.left.at}"


def _spoke_since(past: Past, sent: Sent) -> Found:
    call = next((each for each in past.journal.rang if each.call_id == sent.text.call_id), None)
    if sent.text.text_class != "first_reply" or call is None:
        return
    for spoke in past.journal.spoke:
        if (spoke.shop, spoke.number) == sent.who and call.at < spoke.at and spoke.heard_at < sent.left.at:
            yield "sorry for a missed call to one they spoke with", f"rang at {call.at}, spoke at {spoke.at}"


def _words(past: Past, sent: Sent) -> Found:
    body = sent.left.body
    if not body.strip() or "{" in body or len(body) > LONGEST:
        yield "words that are not complete", body
    if sent.text.text_class in CONVERSATION:
        texted = any(each.left.taken and each.left.at < sent.left.at for each in past.sent_to(sent.who))
        if not texted and not (sent.shop.name in body and "STOP" in body):
            yield "first text without name or way out", body


CHECKS: Final[tuple[tuple[str, Callable[[Past, Sent], Found]], ...]] = (
    ("1", _destination),
    ("2", _consent),
    ("3", _ignored),
    ("4", _billing),
    ("5", _mode),
    ("6", _may_speak),
    ("8", _still_useful),
    ("8", _spoke_since),
    ("9", _hours),
    ("10", _quiet),
    ("11", _words),
    ("12", _unheard_stop),
)
