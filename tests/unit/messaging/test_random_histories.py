"""Random histories of one homeowner, on the pure function alone: facts are counted here in the plainest way."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import never
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from never import CAPPED, Happened, Sent

from messaging.domain.context import Context, History, Homeowner, Known, Lead, Message, Shop
from messaging.domain.decide import decide
from messaging.domain.hours import week
from messaging.domain.quiet_hours import Place
from messaging.domain.verdicts import Hold, Send

BEGIN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
LINE, CALLER = "+13125550123", "+13125550199"
PLACES = {
    "FL": "America/New_York", "TX": "America/Chicago", "UT": "America/Denver", "HI": "Pacific/Honolulu", "KY": "America/New_York", "RI": "America/New_York",
}  # fmt: skip
ALWAYS = week(dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ((0, 1440),)))
WEEKDAYS = week(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((540, 1020),)))
PLANNED = ("first_reply", "follow_up", "slot_offer", "review_request", "reminder", "confirmation")
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 900)),
    st.tuples(st.just("plan"), st.sampled_from(PLANNED)),
    st.tuples(st.just("answer"), st.integers(0, 40)),
    st.tuples(st.sampled_from(["stop", "start", "move", "deaf", "hears"]), st.just(0)),
)


@dataclass
class World:
    """One homeowner, one visit, and whatever waits for them."""

    state: str
    hours: Any
    now: datetime = BEGIN
    version: int = 1
    deaf_since: datetime | None = None
    on_their_way: list[Happened] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    heard: list[Happened] = field(default_factory=list)
    waiting: list[tuple[datetime, Message]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)

    def step(self, kind: str, value: Any) -> None:
        match kind:
            case "wait":
                self._wait(timedelta(minutes=value))
            case "plan":
                visit = self.version if value in ("reminder", "confirmation", "review_request") else None
                self._look(
                    Message(text_class=value, body="Northside. STOP opts out.", from_number=LINE, visit_version=visit)
                )
            case "answer":
                wrote = self.now - timedelta(minutes=value)
                self._look(
                    Message(text_class="response", body="Northside. STOP opts out.", from_number=LINE, answers_at=wrote)
                )
            case "stop" | "start":
                self._comes(Happened(at=self.now, who=CALLER, kind="stop" if kind == "stop" else "start"))
            case "move":
                self.version += 1
                self._comes(Happened(at=self.now, who=CALLER, kind="visit", visit="v", version=self.version))
            case "deaf":
                self.deaf_since = self.deaf_since or self.now
            case _:
                self.heard += self.on_their_way
                self.deaf_since, self.on_their_way = None, []

    def _comes(self, event: Happened) -> None:
        self.happened.append(event)
        (self.heard if self.deaf_since is None else self.on_their_way).append(event)

    def _wait(self, span: timedelta) -> None:
        """By way of every moment at which something is due; while deaf, once in half an hour."""
        end = self.now + span
        while due := sorted(each for each, _ in self.waiting if each <= end):
            self.now = max(self.now, due[0])
            taken = [message for at, message in self.waiting if at <= self.now]
            self.waiting = [(at, message) for at, message in self.waiting if at > self.now]
            for message in taken:
                self._look(message)
        self.now = end

    def _look(self, message: Message) -> None:
        decision = decide(message, self._context(), self.now)
        match decision.verdict:
            case Send():
                self.sent.append(Sent(at=self.now, to=CALLER, text_class=message.text_class, answers=message.answers_at, visit="v", version=message.visit_version))  # fmt: skip
            case Hold(until=until):
                assert until > self.now
                pause = timedelta(minutes=30) if self.deaf_since is not None else timedelta(0)
                self.waiting.append((max(until, self.now + pause), message))
            case _:
                pass

    def _context(self) -> Context:
        words = [each for each in self.heard if each.kind != "visit"]
        opted_out = words[-1].at if words and words[-1].kind == "stop" else None
        window_from = max((each.at for each in words if each.kind == "start"), default=BEGIN - timedelta(days=9))
        known = max((each.version for each in self.heard if each.kind == "visit"), default=1)
        replies = [each.at for each in self.sent if each.text_class == "first_reply" and each.at > window_from]
        waits = [message for _, message in self.waiting]
        capped = [each for each in self.sent if each.text_class in CAPPED and each.answers is None and self.now - each.at < timedelta(days=1)]  # fmt: skip
        pending = [each for each in waits if each.text_class in CAPPED and each.answers_at is None]
        until = self.deaf_since or self.now
        history = History(
            first_reply_at=max(replies, default=None), first_reply_waits=any(each.text_class == "first_reply" for each in waits),
            unanswered_in_a_day=len(capped) + len(pending),
            follow_ups=sum(name == "follow_up" for name in [each.text_class for each in self.sent] + [each.text_class for each in waits]),
        )  # fmt: skip
        return Context(
            shop=Shop(name="Northside", zone="America/Chicago", state="IL", mode="live", hours=self.hours, own_numbers=frozenset({LINE})),
            homeowner=Homeowner(number=CALLER, places=(Place(PLACES[self.state], self.state),), place_words="there", opted_out_at=opted_out),
            lead=Lead(status="new"), history=history, known=Known(inbound_until=until, bookings_until=until, visit_version=known),
        )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    state=st.sampled_from(sorted(PLACES)),
    hours=st.sampled_from([ALWAYS, WEEKDAYS]),
    steps=st.lists(STEPS, min_size=4, max_size=40),
)
def test_what_must_never_happen_does_not_in_any_history(state: str, hours: Any, steps: list[tuple[str, Any]]) -> None:
    world = World(state=state, hours=hours)
    for kind, value in steps:
        world.step(kind, value)
    world.step("hears", 0)
    world.step("wait", 3 * 24 * 60)
    assert never.violations(world.sent, world.happened, places={CALLER: (PLACES[state], state)}) == []


FIRST = Sent(at=BEGIN, to=CALLER, text_class="first_reply")
SINS = [
    ("opt-out", [replace(FIRST, at=BEGIN + timedelta(hours=1))], [Happened(at=BEGIN, who=CALLER, kind="stop")]),
    ("quiet", [replace(FIRST, at=BEGIN.replace(hour=3))], []),
    ("two first", [FIRST, replace(FIRST, at=BEGIN + timedelta(hours=5))], []),
    ("old version", [replace(FIRST, at=BEGIN + timedelta(minutes=1), text_class="reminder", visit="v", version=1)], [Happened(at=BEGIN, who=CALLER, kind="visit", visit="v", version=2)]),
    ("more than 5", [replace(FIRST, text_class="slot_offer", at=BEGIN + timedelta(minutes=n)) for n in range(6)], []),
]  # fmt: skip


@pytest.mark.parametrize(("sin", "sent", "happened"), SINS)
def test_the_judge_of_histories_sees_each_sin(sin: str, sent: list[Sent], happened: list[Happened]) -> None:
    (found,) = never.violations(sent, happened, places={CALLER: ("America/Chicago", "IL")})
    assert sin in found


def test_a_plain_history_is_one_in_which_texts_do_leave() -> None:
    world = World(state="TX", hours=ALWAYS)
    for step in [
        ("plan", "first_reply"),
        ("wait", 800),
        ("plan", "reminder"),
        ("move", 0),
        ("plan", "reminder"),
        ("wait", 1440),
    ]:
        world.step(*step)
    assert [each.text_class for each in world.sent] == ["first_reply", "reminder"]
