"""Every order and every repetition of the same callbacks tells the same story."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.domain import call_story
from capture.domain.call_story import Facts, Heard, Recording, news, outcome, take

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CALLER = "+13125550199"
MESSAGE = Recording(recording_id="RE1", url="https://api.example/RE1", seconds=7)


def heard(seconds: float = 0, **facts: Any) -> Heard:
    return Heard(at=NOW + timedelta(seconds=seconds), **({"caller": CALLER} | facts))


RANG = heard(came_in=True)


def told(callbacks: Sequence[Heard], **line: Any) -> Facts:
    facts = Facts(**line)
    for each in callbacks:
        facts = take(facts, each)
    return facts


STORIES: list[tuple[str, dict[str, Any], list[Heard], tuple[str, str | None]]] = [
    ("rings", {}, [RANG], ("open", None)),
    ("nobody answers", {}, [RANG, heard(18, dial="no-answer"), heard(19, final="completed")], ("missed", "no_answer")),
    ("is busy", {}, [RANG, heard(1, dial="busy"), heard(2, final="completed")], ("missed", "busy")),
    ("fails", {}, [RANG, heard(1, dial="failed"), heard(2, final="completed")], ("missed", "failed")),
    ("is cancelled", {}, [RANG, heard(9, dial="canceled"), heard(9, final="no-answer")], ("missed", "canceled")),
    ("hangs up while it rings", {}, [RANG, heard(5, final="no-answer")], ("missed", "hung_up")),
    ("is answered", {}, [RANG, heard(60, dial="completed", bridged=True, talked_seconds=50), heard(61, final="completed")], ("answered", None)),
    ("is answered, says an older word", {}, [RANG, heard(60, dial="answered")], ("answered", None)),
    ("only the end was heard", {}, [RANG, heard(60, final="completed")], ("open", None)),
    ("nobody presses 1", {"answer": "press_1"}, [RANG, heard(20, dial="completed", bridged=False)], ("missed", "not_accepted")),
    ("somebody presses 1", {"answer": "press_1"}, [RANG, heard(60, dial="completed", bridged=True)], ("answered", None)),
    ("somebody presses 1, the carrier does not say", {"answer": "press_1"}, [RANG, heard(9, caller=None, accepted=True), heard(60, dial="completed")], ("answered", None)),
    ("was missed before", {"mode": "already_missed"}, [RANG], ("missed", "already_missed")),
    ("was missed before, leaves a message", {"mode": "already_missed"}, [RANG, heard(30, recording=MESSAGE)], ("voicemail", "already_missed")),
    ("leaves a message", {}, [RANG, heard(18, dial="no-answer"), heard(40, recording=MESSAGE)], ("voicemail", "no_answer")),
    ("leaves a message, the dial was lost", {}, [RANG, heard(40, recording=MESSAGE)], ("voicemail", "voicemail")),
    ("is answered and recorded", {}, [RANG, heard(60, dial="completed"), heard(70, recording=MESSAGE)], ("answered", None)),
    ("hides", {}, [heard(caller="", came_in=True), heard(18, caller="", dial="no-answer")], ("missed", "no_answer")),
    ("who rang is not known", {}, [heard(40, caller=None, recording=MESSAGE)], ("open", None)),
    ("the lists show: answered", {}, [heard(came_in=True, leg="completed", final="completed", looked_up=True)], ("answered", None)),
    ("the lists show: missed", {}, [heard(came_in=True, leg="no-answer", final="completed", looked_up=True)], ("missed", "no_answer")),
    ("the lists show: never dialled", {}, [heard(came_in=True, final="completed", looked_up=True)], ("missed", "hung_up")),
    ("the lists show an answer that nobody accepted", {"answer": "press_1"}, [heard(came_in=True, leg="completed", final="completed", looked_up=True)], ("missed", "not_accepted")),
    ("our callback counts before the lists", {}, [RANG, heard(18, dial="no-answer"), heard(leg="completed", final="completed", looked_up=True)], ("missed", "no_answer")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "callbacks", "ended"), [each[1:] for each in STORIES], ids=[each[0] for each in STORIES]
)
def test_every_order_ends_alike(line: dict[str, Any], callbacks: list[Heard], ended: tuple[str, str | None]) -> None:
    for order in permutations(callbacks):
        assert outcome(told(order, **line)) == ended
        assert outcome(told([*order, *order], **line)) == ended


moments = st.integers(0, 600).map(lambda seconds: NOW + timedelta(seconds=seconds))
anything = st.builds(
    Heard,
    at=moments,
    caller=st.sampled_from([None, "", "anonymous", "+266696687", CALLER]),
    came_in=st.booleans(),
    dial=st.sampled_from(
        [None, "no-answer", "busy", "failed", "canceled", "completed", "answered", "in-progress", "strange"]
    ),
    leg=st.sampled_from([None, "no-answer", "busy", "completed", "ringing"]),
    bridged=st.sampled_from([None, True, False]),
    accepted=st.booleans(),
    talked_seconds=st.one_of(st.none(), st.integers(0, 600)),
    final=st.sampled_from([None, "completed", "canceled", "no-answer", "busy", "failed", "in-progress"]),
    ended_at=st.one_of(st.none(), moments),
    looked_up=st.booleans(),
    recording=st.one_of(
        st.none(),
        st.builds(
            Recording,
            recording_id=st.sampled_from(["RE1", "RE2"]),
            url=st.sampled_from(["a", "b"]),
            seconds=st.integers(0, 3),
        ),
    ),
)
lines = st.fixed_dictionaries(
    {"mode": st.sampled_from(["ring", "already_missed"]), "answer": st.sampled_from(["any", "press_1"])}
)


@given(callbacks=st.lists(anything, min_size=1, max_size=6), line=lines, data=st.data())
def test_any_order_and_any_repetition_gives_the_same_facts(
    callbacks: list[Heard], line: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*callbacks, *data.draw(st.lists(st.sampled_from(callbacks), max_size=4))]))
    assert told(callbacks, **line) == told(shuffled, **line)


@given(callbacks=st.lists(anything, min_size=1, max_size=8), line=lines)
def test_each_news_is_told_once_and_voicemail_only_after_missed(callbacks: list[Heard], line: dict[str, Any]) -> None:
    facts, out = Facts(**line), list[str]()
    for each in callbacks:
        facts = take(facts, each)
        out += news(facts, told=frozenset(out))
        assert news(facts, told=frozenset(out)) == ()
    assert out in ([], ["missed"], ["answered"], ["missed", "voicemail"])


@given(callbacks=st.lists(anything, min_size=1, max_size=8), line=lines)
def test_what_was_told_stays(callbacks: list[Heard], line: dict[str, Any]) -> None:
    facts, out, stands, reason = Facts(**line), frozenset[str](), "open", None
    for each in callbacks:
        facts = take(facts, each)
        before = stands
        stands, reason = call_story.what_stands(facts, told=out, reason=reason)
        out |= set(news(facts, told=out))
        assert before in ("open", stands) or (before, stands) == ("missed", "voicemail")
        assert (stands == "open") == (not out)


@given(callbacks=st.lists(anything, min_size=1, max_size=6))
def test_a_call_never_ends_before_it_began(callbacks: list[Heard]) -> None:
    began, ended = call_story.began_and_ended(told(callbacks))
    assert began <= ended


def test_nothing_heard_is_no_call() -> None:
    with pytest.raises(ValueError):
        call_story.began_and_ended(Facts())


@pytest.mark.parametrize(
    ("callbacks", "asks"),
    [
        ([RANG], False),
        ([RANG, heard(60, final="completed")], True),
        ([RANG, heard(18, dial="no-answer")], False),
        ([heard(40, caller=None, recording=MESSAGE)], True),
    ],
)
def test_the_provider_is_asked_when_only_it_can_know(callbacks: list[Heard], asks: bool) -> None:
    assert call_story.only_the_provider_knows(told(callbacks)) is asks
