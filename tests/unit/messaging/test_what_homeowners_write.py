"""Hundreds of texts as homeowners write them, each with what was understood and what automation does next."""

from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.app.understand import understand
from messaging.domain.response import (
    QUESTIONS,
    Ask,
    Complete,
    Conversation,
    Details,
    HandOver,
    Quiet,
    Said,
    Step,
    Wanted,
    Warn,
    respond,
)
from messaging.domain.words import spoken_word

CORPUS = Path(__file__).parent / "corpus"
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
ZONE = "America/Chicago"
KNOWN = {"problem": "no heat", "urgency": "soon", "address": "1 Elm St", "name": "Pat Doe"}


class Case(NamedTuple):
    line: int
    asking: Any
    text: str
    step: str
    facts: dict[str, str]


def read(name: str) -> list[Case]:
    cases = []
    for number, line in enumerate((CORPUS / name).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        asking, text, step, *facts = (part.strip() for part in line.split(" |"))
        told = dict(fact.partition("=")[::2] for fact in "".join(facts).split("; ") if fact)
        cases.append(
            Case(
                number,
                asking,
                text,
                step,
                {name.strip(): value for name, value in told.items() if value != "" or name == "problem"},
            )
        )
    return cases


def stands(asking: Any) -> Conversation:
    """All questions before this one are known."""
    known: dict[str, Any] = {each: KNOWN[each] for each in QUESTIONS[: QUESTIONS.index(asking)] if each != "time"}
    return Conversation(status="active", asking=asking, details=Details(**known))


def in_short(step: Step) -> str:
    match step:
        case Ask(question, again):
            return f"{'again' if again else 'ask'} {question}"
        case Complete():
            return "complete"
        case HandOver(reason, urgent, tells):
            return f"office {reason}{' urgent' if urgent else ''}{'' if tells else ' silent'}"
        case Warn(danger):
            return f"warn {danger}"
        case Quiet():
            return "quiet"


def facts_of(said: Said) -> dict[str, str]:
    details = said.details
    found = {
        "problem": "" if details.problem else None,
        "urgency": details.urgency or said.implied_urgency,
        "address": details.address,
        "zip": details.postal_code,
        "name": details.name,
        "time": details.wanted.words if isinstance(details.wanted, Wanted) else None,
    }
    return {name: value for name, value in found.items() if value is not None}


TEXTS = read("texts.txt")


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(TEXTS) >= 400
    assert len({(each.asking, each.text) for each in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: f"{case.line}: {case.text[:40]}")
def test_a_text_is_understood_and_led_on(case: Case) -> None:
    said = understand(case.text, asking=case.asking, zone=ZONE, now=NOON)
    reaction = respond(stands(case.asking), said)
    assert (in_short(reaction.step), facts_of(said)) == (case.step, case.facts)


@pytest.mark.parametrize("case", TEXTS, ids=lambda case: f"{case.line}: {case.text[:40]}")
def test_no_text_of_the_corpus_is_taken_for_an_opt_out(case: Case) -> None:
    assert spoken_word(case.text) is None


class Talk(NamedTuple):
    name: str
    turns: list[tuple[str, str]]


def talks() -> list[Talk]:
    found: list[Talk] = []
    said = ""
    for line in (CORPUS / "conversations.txt").read_text().splitlines():
        match line[:2]:
            case "==":
                found.append(Talk(line[2:].strip(), []))
            case "> ":
                said = line[2:]
            case "< ":
                found[-1].turns.append((said, line[2:]))
    return found


@pytest.mark.parametrize("talk", talks(), ids=lambda talk: talk.name)
def test_a_conversation_goes_where_it_should(talk: Talk) -> None:
    conversation = Conversation(status="active")
    for text, wanted in talk.turns:
        said = understand(text, asking=conversation.asking or "problem", zone=ZONE, now=NOON)
        reaction = respond(conversation, said)
        assert in_short(reaction.step) == wanted, text
        conversation = reaction.conversation


@pytest.mark.parametrize("line", (CORPUS / "opt_outs.txt").read_text().splitlines())
def test_the_border_of_an_opt_out(line: str) -> None:
    """`stop |` opts out, `talk |` does not and is led on like any other text."""
    kind, _, text = line.partition(" | ")
    assert (spoken_word(text) in ("stop", "plain_stop")) == (kind == "stop"), text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from(QUESTIONS))
def test_whatever_is_written_has_an_answer(text: str, asking: Any) -> None:
    reaction = respond(stands(asking), understand(text, asking=asking, zone=ZONE, now=NOON))
    assert in_short(reaction.step)


@pytest.mark.parametrize(
    "piece", ["there anyone there ", "on on late ", "it's it's ", "12 Oak ", "a - b. ", "no no no ", "thanks, Dana "]
)
def test_a_long_text_is_read_within_a_moment(piece: str) -> None:
    begun = perf_counter()
    understand(piece * 200, asking="name", zone=ZONE, now=NOON)
    assert perf_counter() - begun < 5
