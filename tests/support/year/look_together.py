"""What several texts, or texts and calls, say together: too often, twice, nothing at all."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from year.areas import area_of
from year.calendar import is_quiet
from year.journal import Decided, Planned
from year.look_state import Past, Sent, Violation, Who
from year.look_texts import CONFIRM_WITHIN, PAYING, UNHEARD
from year.sayings import meaning_of

CAPPED: Final = ("first_reply", "follow_up", "response", "slot_offer", "review_request")
DAY: Final = timedelta(hours=24)
FEW: Final = frozenset({"FL", "OK", "OR", "MD"})
WAITING: Final = ("queued", "held", "sending", "unsettled")
LATE: Final = timedelta(hours=2)
TO_ANSWER: Final = timedelta(hours=2)


def look(past: Past) -> Iterator[Violation]:
    for who in past.everybody():
        texts = [each for each in past.sent_to(who) if each.left.taken]
        yield from _same_text_twice(past, texts)
        yield from _first_replies(past, texts)
        yield from _cap(past, texts)
        yield from _follow_ups(past, who, texts)
        yield from _follow_up_had_to_wait(past, texts)
        yield from _answers_to_words(past, who, texts)
    yield from _calls(past)
    yield from _left_behind(past)
    yield from _held_for_nothing(past)


def _same_text_twice(past: Past, texts: list[Sent]) -> Iterator[Violation]:
    """A second try is right only after the carrier said that it could not deliver the first one."""
    for index, sent in enumerate(texts):
        same = [each for each in texts[:index] if each.left.text_id == sent.left.text_id]
        if any(past.counts_at(each, sent.left.at) for each in same):
            words = f"{sent.text.text_class}: taken at {same[-1].left.at} already"
            yield Violation("the same text twice", sent.left.text_id, sent.left.at, words)


def _first_replies(past: Past, texts: list[Sent]) -> Iterator[Violation]:
    replies = [each for each in texts if each.text.text_class == "first_reply"]
    for index, after in enumerate(replies):
        before = next((each for each in reversed(replies[:index]) if past.counts_at(each, after.left.at)), None)
        if before is None:
            continue
        window = timedelta(hours=after.shop.window_hours)
        started = past.last_start(after.who, after.left.at)
        if after.left.at - before.left.at < window and not (started is not None and started >= before.left.at):
            words = f"{after.left.at - before.left.at} after the one before (window {window})"
            yield Violation("two first replies in a window", after.left.text_id, after.left.at, words)


def _cap(past: Past, texts: list[Sent]) -> Iterator[Violation]:
    counted = [each for each in texts if each.text.text_class in CAPPED and each.text.answers_at is None]
    for index, sent in enumerate(counted):
        area = area_of(sent.left.number)
        cap = 3 if (area.state if area else sent.shop.state) in FEW else 5
        earlier = [each for each in counted[:index] if past.counts_at(each, sent.left.at)]
        recent = [each for each in (*earlier, sent) if sent.left.at - each.left.at < DAY]
        if len(recent) > cap:
            yield Violation("over the cap", sent.left.text_id, sent.left.at, f"{len(recent)} in a day (at most {cap})")


def _follow_ups(past: Past, who: Who, texts: list[Sent]) -> Iterator[Violation]:
    by_lead: dict[UUID | None, list[Sent]] = defaultdict(list)
    for sent in texts:
        if sent.text.text_class == "follow_up":
            by_lead[sent.text.lead_id].append(sent)
    for lead, sents in by_lead.items():
        opened = past.opened_at(lead)
        for index, sent in enumerate(sents):
            before = [each for each in sents[:index] if past.counts_at(each, sent.left.at)]
            replied = any(opened is not None and opened <= at <= sent.left.at for at in past.replies(who))
            if replied:
                yield Violation("follow-up after a reply", sent.left.text_id, sent.left.at, str(who[1]))
            elif before:
                yield Violation("second follow-up", sent.left.text_id, sent.left.at, str(who[1]))


def _follow_up_had_to_wait(past: Past, texts: list[Sent]) -> Iterator[Violation]:
    """Whoever rang has two hours to answer a first reply, from the moment at which it left."""
    replies = [each for each in texts if each.text.text_class == "first_reply"]
    for sent in (each for each in texts if each.text.text_class == "follow_up"):
        at, started = sent.left.at, past.last_start(sent.who, sent.left.at)
        for reply in replies:
            planned, left = reply.text.created_at <= at, reply.left.at
            forgotten = started is not None and started >= left
            if planned and not forgotten and (left > at or (at - left < TO_ANSWER and past.counts_at(reply, at))):
                words = f"the first reply left {left}"
                yield Violation("follow-up on the heels of a first reply", sent.left.text_id, at, words)


def _answers_to_words(past: Past, who: Who, texts: list[Sent]) -> Iterator[Violation]:
    """A `compliance` text answers a carrier word or an opt-out, once; a STOP within five minutes, and once for each opt-out."""
    answered: dict[object, set[UUID]] = defaultdict(set)
    asked = Counter[object](said.at for said in past.journal.said if (said.shop, said.number) == who)
    for sent in (each for each in texts if each.text.text_class == "compliance"):
        at, left = sent.text.answers_at, sent.left
        said = next((each for each in past.journal.said if (each.shop, each.number) == who and each.at == at), None)
        meaning = meaning_of(said.body, opted_out=True, carrier_word=said.carrier_word) if said else "nothing"
        if meaning in ("nothing", "talk"):
            yield Violation("carrier answer to no carrier word", left.text_id, left.at, said.body if said else "")
        elif len(answered[at] - {left.text_id}) >= asked[at]:
            yield Violation("two answers to one word", left.text_id, left.at, meaning)
        elif at is not None and meaning in ("stop", "plain") and left.at - at > CONFIRM_WITHIN:
            yield Violation("late confirmation of an opt-out", left.text_id, left.at, f"after {left.at - at}")
        if said is not None and (said.carrier_word or (sent.shop.keywords == "provider" and meaning != "plain")):
            yield Violation("answer that the carrier gives itself", left.text_id, left.at, meaning)
        answered[at].add(left.text_id)


def _calls(past: Past) -> Iterator[Violation]:
    """Each missed call that counts has one decision, whatever it is."""
    decided = Counter(text.call_id for text in past.journal.planned.values() if text.text_class == "first_reply")
    for call in past.journal.rang:
        who = (call.shop, call.number or "")
        ignored = past.is_switched(who, "ignored", call.heard_at)
        wanted = 1 if call.counts and not ignored else 0
        if decided[call.call_id] != wanted and not past.was_switched_just_now(who, "ignored", call.heard_at):
            yield Violation(
                "call without its decision", None, call.at, f"{decided[call.call_id]} decisions, wanted {wanted}"
            )


def _left_behind(past: Past) -> Iterator[Violation]:
    end = past.journal.ended_at
    for text in past.journal.planned.values():
        if end is not None and text.state in WAITING and text.due_at is not None and text.due_at < end - LATE:
            yield Violation("text left behind", text.text_id, text.due_at, f"{text.text_class}, {text.state}")
    for left in past.journal.left:
        if left.text_id not in past.journal.planned:
            yield Violation("text that nobody planned", left.text_id, left.at, left.body)
    for words in past.journal.stuck:
        yield Violation("event that was not handled", None, past.journal.shops[0].since, words)


def _held_for_nothing(past: Past) -> Iterator[Violation]:
    """What was held for quiet hours, or suppressed since somebody opted out, payment lapsed or in preview: rightly so?"""
    for decided in past.journal.decided:
        text = past.journal.planned.get(decided.text_id)
        if text is not None and text.number is not None:
            wrong = (
                _wrongly_held(past, decided, text, text.number)
                if decided.outcome == "hold"
                else _wrongly_suppressed(past, decided, text, text.number)
            )
            if wrong:
                words = f"{text.text_class}: {wrong}"
                yield Violation("held or suppressed for nothing", text.text_id, decided.at, words)


def _wrongly_held(past: Past, decided: Decided, text: Planned, number: str) -> str:
    shop, area = past.shop_at(text.shop, decided.at), area_of(number)
    if decided.rules == (12,):
        known = past.heard_within(decided.at, UNHEARD) and not past.starts_near(decided.at)
        return "held as if unheard" if known else ""
    if decided.rules != (10,) or area is None or area.state is None or len(area.zones) > 1:
        return ""  # by other rules as well, or a place of which two people may think differently
    if not is_quiet(number, shop, decided.at) and not past.is_place_doubtful((text.shop, number), decided.at):
        return "held in no quiet hours"
    if decided.until is not None and is_quiet(number, shop, decided.until):
        return f"held until {decided.until}, which is in quiet hours"
    return ""


def _wrongly_suppressed(past: Past, decided: Decided, text: Planned, number: str) -> str:
    if decided.outcome != "suppress":
        return ""
    shop = past.shop_at(text.shop, decided.at)
    if decided.rules == (2,) and past.opted_out_since((text.shop, number), decided.at) is None:
        return "suppressed as opted out"
    if decided.rules == (5,) and shop.mode != "preview":
        return "suppressed as in preview"
    return "suppressed as without a plan" if decided.rules == (4,) and shop.billing in PAYING else ""
