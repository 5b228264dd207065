"""What automation does with what was said: pure, without a parser."""

from dataclasses import replace
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.response import (
    QUESTIONS,
    Ask,
    Complete,
    Conversation,
    Danger,
    Details,
    HandOver,
    Quiet,
    Said,
    Settings,
    Wanted,
    Warn,
    missing,
    respond,
)

ALL = Details(problem="no heat", urgency="urgent", address="1 Elm St", name="Dana", wanted=Wanted(words="tomorrow"))
OPEN = Conversation(status="active")


def said(**details: Any) -> Said:
    return Said(details=Details(**details))


def test_questions_come_one_at_a_time_in_their_order_until_all_is_known() -> None:
    conversation, asked = OPEN, []
    for answer in (said(problem="no heat"), said(urgency="soon"), said(address="1 Elm St"), said(name="Dana")):
        reaction = respond(conversation, answer)
        assert isinstance(reaction.step, Ask)
        asked.append(reaction.step.question)
        conversation = reaction.conversation
    assert asked == ["urgency", "address", "name", "time"]
    last = respond(conversation, said(wanted=Wanted(words="tomorrow")))
    assert last.step == Complete()
    assert last.conversation.office_has_it


@given(st.sets(st.sampled_from(QUESTIONS)))
def test_what_was_said_is_never_asked(known: set[str]) -> None:
    details = Details(
        **{("wanted" if each == "time" else each): getattr(ALL, "wanted" if each == "time" else each) for each in known}
    )
    step = respond(replace(OPEN, details=Details()), Said(details=details)).step
    if known == set(QUESTIONS):
        assert step == Complete()
    elif known:
        assert isinstance(step, Ask)
        assert step.question not in known
        assert not step.again


def test_a_postal_code_stands_for_the_address() -> None:
    assert "address" not in missing(Details(postal_code="60614"), Settings())


def test_a_question_that_the_shop_does_not_ask_is_left_out() -> None:
    settings = Settings(asks=("problem", "time"))
    first = respond(replace(OPEN, settings=settings), said(problem="no heat"))
    assert first.step == Ask("time")
    assert respond(first.conversation, said(wanted=Wanted(words="any time"))).step == Complete()


def test_an_answer_that_is_not_understood_is_asked_for_once_more_and_then_the_office_has_it() -> None:
    first = respond(replace(OPEN, asking="name", details=replace(ALL, name=None)), Said())
    assert first.step == Ask("name", again=True)
    second = respond(first.conversation, Said())
    assert second.step == HandOver("unsure", urgent=True)
    assert respond(second.conversation, said(name="Dana")).step == Quiet("the office has this thread")


def test_something_understood_in_between_makes_up_for_a_miss() -> None:
    first = respond(replace(OPEN, asking="address", details=Details(problem="x", urgency="soon")), Said())
    told = respond(first.conversation, said(name="Dana"))
    assert told.step == Ask("address")
    assert respond(told.conversation, Said()).step == Ask("address", again=True)


def test_a_later_word_corrects_an_earlier_one_and_a_further_problem_is_added() -> None:
    before = replace(OPEN, details=replace(ALL, wanted=None))
    after = respond(before, said(address="2 Elm St", problem="it leaks too")).conversation.details
    assert (after.address, after.problem) == ("2 Elm St", "no heat; it leaks too")
    again = respond(before, said(problem="No heat")).conversation.details
    assert again.problem == "no heat"


def test_thanks_are_not_answered_and_count_as_no_miss() -> None:
    asked = replace(OPEN, asking="name", unsure=1, details=replace(ALL, name=None))
    quiet = respond(asked, Said(thanks=True))
    assert quiet.step == Quiet("nothing was asked or told")
    assert quiet.conversation == asked


def test_thanks_for_a_question_that_never_left_bring_it_again() -> None:
    lost = replace(OPEN, asking="name", unasked=True, details=replace(ALL, name=None))
    assert respond(lost, Said(thanks=True)).step == Ask("name")


@pytest.mark.parametrize("danger", get_args(Danger))
@pytest.mark.parametrize(
    ("status", "office"), list(product(("new", "active", "booked", "won", "closed"), (True, False)))
)
def test_danger_is_answered_in_every_state_whoever_has_the_thread(danger: Danger, status: str, office: bool) -> None:
    conversation = Conversation(status=status, office_has_it=office, settings=Settings(answers=False))
    assert respond(conversation, Said(danger=danger, angry=True)).step == Warn(danger)


@pytest.mark.parametrize(
    ("conversation", "why"),
    [
        (replace(OPEN, office_has_it=True), "the office has this thread"),
        (replace(OPEN, status="booked"), "a visit is booked: the office answers"),
        (replace(OPEN, status="won"), "the lead is won"),
        (replace(OPEN, status="closed"), "the lead is closed"),
        (replace(OPEN, settings=Settings(answers=False)), "you switched these answers off"),
    ],
)
def test_automation_holds_its_tongue(conversation: Conversation, why: str) -> None:
    reaction = respond(conversation, said(problem="no heat"))
    assert reaction.step == Quiet(why)
    assert reaction.conversation == conversation


@pytest.mark.parametrize("visit", ["confirm", "move"])
@pytest.mark.parametrize("status", ["active", "booked"])
def test_a_word_about_a_visit_goes_to_the_office(visit: Any, status: str) -> None:
    assert respond(replace(OPEN, status=status), Said(visit=visit)).step == HandOver("visit")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (Said(wants_person=True, question=True), "wants_person"),
        (Said(angry=True, wants_person=True), "angry"),
        (Said(question=True), "question"),
        (Said(wrong_number=True), "wrong_number"),
    ],
)
def test_a_person_is_needed(words: Said, reason: str) -> None:
    step = respond(OPEN, words).step
    assert isinstance(step, HandOver)
    assert (step.reason, step.urgent, step.tells) == (reason, False, reason != "wrong_number")


def test_what_was_told_with_a_question_is_kept_and_urgency_goes_with_it() -> None:
    reaction = respond(OPEN, replace(said(problem="no heat", urgency="urgent"), question=True))
    assert reaction.step == HandOver("question", urgent=True)
    assert reaction.conversation.details.problem == "no heat"


def test_a_child_in_the_house_matters_when_it_is_urgent() -> None:
    assert respond(OPEN, replace(said(urgency="urgent"), vulnerable=True)).step == HandOver("vulnerable", urgent=True)
    assert isinstance(respond(OPEN, replace(said(urgency="can_wait"), vulnerable=True)).step, Ask)


@pytest.mark.parametrize("field", ["advertisement", "no_need"])
def test_nothing_is_said_to_advertisements_and_to_those_who_need_nothing(field: str) -> None:
    flag: dict[str, Any] = {field: True}
    assert isinstance(respond(OPEN, Said(**flag)).step, Quiet)


@given(st.lists(st.sampled_from(["", "problem", "urgency", "address", "name"]), max_size=12))
def test_no_question_is_asked_more_than_twice_without_anything_learned(answers: list[str]) -> None:
    conversation, run = OPEN, 0
    for answer in answers:
        before = conversation
        reaction = respond(before, said(**({answer: getattr(ALL, answer)} if answer else {})))
        conversation = reaction.conversation
        learned = conversation.details != before.details
        run = 0 if learned else run + 1
        if isinstance(reaction.step, Ask):
            assert run <= 1
        if isinstance(reaction.step, HandOver | Complete):
            break
