"""The look that follows a simulated year finds a violation of every kind that is planted in a history without one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from year.journal import Decided, Journal, LeadMoved, Left, Planned, Rang, Reported, Said, ShopFacts, Spoke, Switched
from year.look import KINDS, tally, violations

NOON = datetime(2027, 6, 2, 17, 0, tzinfo=UTC)  # a Wednesday, in Chicago
SHOP, CALL, LEAD, TEXT = (UUID(int=number) for number in (1, 2, 3, 4))
LINE, HOMEOWNER = "+13125557000", "+13122000001"
BODY = "Northside here, sorry we missed your call. Reply STOP to opt out."
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def clean() -> Journal:
    """One call in the middle of the day, answered at once."""
    journal = Journal(ended_at=NOON + 3 * DAY)
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((480, 1020),))
    journal.shops.append(
        ShopFacts(shop=SHOP, since=NOON - DAY, name="Northside", zone="America/Chicago", state="IL", mode="live", hours=hours, lines=(LINE,))
    )  # fmt: skip
    journal.rang.append(Rang(shop=SHOP, number=HOMEOWNER, call_id=CALL, at=NOON, heard_at=NOON))
    journal.moved.append(LeadMoved(lead_id=LEAD, at=NOON, status="new"))
    text(journal, at=NOON, text_id=TEXT, call_id=CALL)
    return journal


def text(journal: Journal, *, at: datetime, text_id: UUID, text_class: str = "first_reply", **more: Any) -> None:
    """Planned and taken by the carrier at one moment."""
    body = more.pop("body", BODY)
    journal.planned[text_id] = Planned(
        text_id=text_id, shop=SHOP, number=HOMEOWNER, text_class=text_class, body=body, state="sent", created_at=at, lead_id=LEAD, **more
    )  # fmt: skip
    journal.left.append(Left(shop=SHOP, line=LINE, number=HOMEOWNER, text_id=text_id, body=body, at=at, taken=True))


def settings(**changes: Any) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        journal.shops[0] = replace(journal.shops[0], **changes)

    return plant


def later(**changes: Any) -> Callable[[Journal], None]:
    """Settings from the next day on."""
    return lambda journal: journal.shops.append(replace(journal.shops[0], since=NOON + DAY, **changes))


def left(**changes: Any) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        journal.left[0] = replace(journal.left[0], **changes)

    return plant


def planned(**changes: Any) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        journal.planned[TEXT] = replace(journal.planned[TEXT], **changes)

    return plant


def said(body: str, *, before: timedelta, heard: timedelta | None = None) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        at = NOON - before
        journal.said.append(Said(shop=SHOP, number=HOMEOWNER, body=body, at=at, heard_at=NOON - (heard or before)))

    return plant


def switched(what: Any) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        at = NOON - HOUR
        journal.switched.append(Switched(shop=SHOP, number=HOMEOWNER, what=what, on=True, at=at, lead_id=LEAD))

    return plant


def also(*times: timedelta, text_class: str = "first_reply", **more: Any) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        for index, after in enumerate(times):
            text(journal, at=NOON + after, text_id=UUID(int=100 + index), text_class=text_class, **more)

    return plant


def at_another_hour(hour: int, **changes: Any) -> Callable[[Journal], None]:
    """The whole clean history, at this hour of the same day (UTC)."""

    def plant(journal: Journal) -> None:
        then = NOON.replace(hour=hour)
        settings(**changes)(journal)
        journal.rang[0] = replace(journal.rang[0], at=then, heard_at=then)
        left(at=then)(journal)
        journal.moved[0] = replace(journal.moved[0], at=then - DAY)

    return plant


def both(*plants: Callable[[Journal], None]) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        for each in plants:
            each(journal)

    return plant


def answer(
    body: str, *, after: timedelta = timedelta(seconds=9), times: int = 1, **shop: Any
) -> Callable[[Journal], None]:
    """A homeowner's message an hour later, answered as if it were a carrier word."""
    at = NOON + HOUR
    answers = also(*[HOUR + after] * times, text_class="compliance", answers_at=at)
    return both(settings(keywords="ours", **shop), said(body, before=-HOUR), answers)


def lapsed(days: int) -> Callable[[Journal], None]:
    return settings(billing="past_due", past_due_since=NOON - days * DAY)


def decided(outcome: str, *rules: int, until: datetime | None = None) -> Callable[[Journal], None]:
    def plant(journal: Journal) -> None:
        journal.decided.append(Decided(text_id=TEXT, at=NOON, look=1, outcome=outcome, rules=rules, until=until))

    return plant


def refused(journal: Journal) -> None:
    report = Reported(
        shop=SHOP, number=HOMEOWNER, line=LINE, text_id=TEXT, state="undelivered", code=30006, heard_at=NOON - HOUR
    )
    journal.reported.append(report)


def silence(journal: Journal) -> None:
    journal.silences.append((NOON - timedelta(seconds=31), NOON + HOUR))


def spoke(journal: Journal) -> None:
    """A minute after a call that was answered by text another minute later."""
    left(at=NOON + timedelta(minutes=2))(journal)
    at = NOON + timedelta(minutes=1)
    journal.spoke.append(Spoke(shop=SHOP, number=HOMEOWNER, at=at, heard_at=at))


PLANTS: dict[str, Callable[[Journal], None]] = {
    "line that is not the shop's": settings(lines=("+13125557999",)),
    "text to the shop's own line": settings(lines=(LINE, HOMEOWNER)),
    "number that cannot be texted": refused,
    "text after an opt-out": said("Stop.", before=HOUR),
    "text after an opt-out on its way": said("please stop texting me", before=timedelta(seconds=31), heard=-HOUR),
    "text while the stream was not heard": silence,
    "text to an ignored number": switched("ignored"),
    "text without a plan": settings(billing="unpaid"),
    "text after the grace period": lapsed(7),
    "text in preview": settings(mode="preview"),
    "text without approval": settings(mode="approval"),
    "text while automation is paused": switched("paused"),
    "text in the office's thread": switched("owned"),
    "text in an ended lead": lambda journal: journal.moved.append(LeadMoved(lead_id=LEAD, at=NOON, status="closed")),
    "text outside business hours": at_another_hour(22, after_hours="hold"),
    "wrong wording for the hour": at_another_hour(23),
    "text in quiet hours": at_another_hour(12, after_hours="send"),
    "text too late to be of use": left(at=NOON + timedelta(hours=2, minutes=2)),
    "sorry for a missed call to one they spoke with": spoke,
    "words that are not complete": left(body="Northside here, {name}. STOP"),
    "first text without name or way out": left(body="Sorry we missed your call."),
    "the same text twice": lambda journal: journal.left.append(
        replace(journal.left[0], at=NOON + timedelta(minutes=1))
    ),
    "two first replies in a window": also(timedelta(hours=23)),
    "over the cap": both(settings(window_hours=0), also(*[HOUR * each / 2 for each in range(1, 6)])),
    "follow-up after a reply": both(said("no heat here", before=-HOUR), also(2 * HOUR, text_class="follow_up")),
    "second follow-up": also(HOUR, 2 * HOUR, text_class="follow_up"),
    "follow-up on the heels of a first reply": also(2 * HOUR - timedelta(seconds=1), text_class="follow_up"),
    "carrier answer to no carrier word": answer("the furnace won't stop running"),
    "two answers to one word": answer("HELP", times=2),
    "late confirmation of an opt-out": answer("no more messages", after=timedelta(minutes=5, seconds=1)),
    "answer that the carrier gives itself": both(answer("Info"), settings(keywords="provider")),
    "call without its decision": planned(call_id=None),
    "text left behind": planned(state="queued", due_at=NOON),
    "text that nobody planned": lambda journal: journal.planned.clear(),
    "event that was not handled": lambda journal: journal.stuck.append("dead_letters: inbound: boom"),
    "held or suppressed for nothing": decided("hold", 10, until=NOON + HOUR),
}


def test_a_history_without_a_violation_is_clean_and_counted() -> None:
    journal = clean()
    assert violations(journal) == []
    assert tally(journal)["left, by class"] == {"first_reply": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_violation_is_found(kind: str) -> None:
    journal = clean()
    PLANTS[kind](journal)
    assert kind in {each.kind for each in violations(journal)}


@pytest.mark.parametrize(
    "harmless",
    [
        both(said("STOP", before=HOUR), said("START", before=HOUR / 2)),
        said("STOP", before=timedelta(seconds=20), heard=-HOUR),
        both(also(HOUR), said("UNSTOP", before=timedelta(minutes=-30))),
        lapsed(6),
        at_another_hour(12, after_hours="send", at_night="send"),
        also(2 * HOUR, text_class="follow_up"),
        both(also(2 * DAY, text_class="staff"), later(mode="preview")),
        answer("no more messages"),
        answer("(Help!)"),
        said("please stop by at 3", before=HOUR),
        decided("suppress", 7),
    ],
)  # fmt: skip
def test_what_is_allowed_is_no_violation(harmless: Callable[[Journal], None]) -> None:
    journal = clean()
    harmless(journal)
    assert violations(journal) == []


def test_a_follow_up_that_left_before_its_first_reply_is_found() -> None:
    journal = clean()
    text(journal, at=NOON - timedelta(seconds=1), text_id=UUID(int=100), text_class="follow_up")
    planned(created_at=NOON - 2 * HOUR)(journal)
    assert [each.kind for each in violations(journal)] == ["follow-up on the heels of a first reply"]


@pytest.mark.parametrize(("outcome", "rule"), [("hold", 12), ("suppress", 2), ("suppress", 4), ("suppress", 5)])
def test_a_text_that_was_kept_back_without_reason_is_found(outcome: str, rule: int) -> None:
    journal = clean()
    decided(outcome, rule)(journal)
    assert [each.kind for each in violations(journal)] == ["held or suppressed for nothing"]
