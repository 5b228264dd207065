"""STOP, START, HELP and what people write instead."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.words import HELP, START, STOP, asks_for_a_call, spoken_word

AROUND = st.text(alphabet=" .!?,;:'\"-*()…\n\t“”", max_size=4)


def _any_case(word: str) -> st.SearchStrategy[str]:
    return st.tuples(*[st.sampled_from([letter.lower(), letter.upper()]) for letter in word]).map("".join)


@given(st.sampled_from(sorted(STOP)).flatmap(_any_case), AROUND, AROUND)
def test_a_stop_word_alone_opts_out_in_any_case_and_punctuation(word: str, before: str, after: str) -> None:
    assert spoken_word(before + word + after) == "stop"


@given(st.sampled_from(sorted(START)).flatmap(_any_case), AROUND, st.booleans())
def test_start_opts_in(word: str, around: str, opted_out: bool) -> None:
    assert spoken_word(around + word + around, opted_out=opted_out) == "start"


@given(st.sampled_from(sorted(HELP)).flatmap(_any_case), AROUND)
def test_help_asks_for_help(word: str, around: str) -> None:
    assert spoken_word(word + around) == "help"


@given(st.text(max_size=300), st.booleans())
def test_no_text_of_any_kind_breaks_it(body: str, opted_out: bool) -> None:
    spoken_word(body, opted_out=opted_out)
    asks_for_a_call(body)


def test_yes_opts_in_only_whoever_is_opted_out() -> None:
    assert spoken_word("Yes!", opted_out=True) == "start"
    assert spoken_word("Yes!", opted_out=False) is None


def test_a_lone_cancel_opts_out_and_may_mean_the_visit() -> None:
    assert spoken_word("Cancel.") == "stop"
    assert asks_for_a_call("Cancel.")
    assert not asks_for_a_call("please cancel my visit")
    assert not asks_for_a_call("STOP")


@pytest.mark.parametrize(
    "body",
    [
        "please stop texting me", "Stop texting", "STOP MESSAGING ME", "stop the texts", "Stop sending me these messages", "can you stop with the texts",
        "take me off your list", "Take me off of your list please", "remove me from your list", "Remove my number from your system", "remove me", "Remove me please",
        "delete my number", "no more messages", "No more texts!!", "no more of these texts please", "don't text me", "Don’t text me again", "dont text this number",
        "Do not contact me", "do not message us again", "never text me again", "quit texting me", "please don't send me any more texts", "I don't want these texts",
        "I do not want to receive any more messages", "i dont want to be texted", "unsubscribe me", "please unsubscribe", "I want to opt out", "opt me out",
        "leave me alone", "Lose my number", "please stop", "Stop please", "stop it", "STOP now", "no me manden mas mensajes", "dejen de enviar mensajes", "ya no me escriban",
    ],
)  # fmt: skip
def test_plain_language_opts_out(body: str) -> None:
    assert spoken_word(body) == "plain_stop"


@pytest.mark.parametrize(
    "body",
    [
        "please stop by at 3", "can you stop by and text me when you are here", "the furnace won't stop", "it won't stop beeping, text me", "My AC stopped working",
        "Stop at the gate and call me", "I never got your text", "I never got a text", "take me off the schedule for Tuesday", "get me out of this heat", "Yes", "no", "ok",
        "I need help", "Can you help me?", "info on pricing please", "Please cancel my appointment", "the season will end soon", "start it again did not help",
        "don't want to wait", "do not come before 9", "text me when you are close", "no more heat in the house", "no heat", "", "👍", "1", "C", "R",
        "I don't want a new unit", "remove me from the Tuesday slot and put me on Wednesday", "why did you stop texting me?", "quit working yesterday",
    ],
)  # fmt: skip
def test_what_homeowners_write_about_their_house_does_not(body: str) -> None:
    assert spoken_word(body) is None


def _lines(name: str) -> list[str]:
    """One text a line; a line break within it is written as a backslash and n."""
    return [line.replace("\\n", "\n") for line in (Path(__file__).parent / name).read_text().splitlines()]


@pytest.mark.parametrize("body", _lines("asked_to_stop.txt"))
def test_whoever_asks_to_be_left_alone_is(body: str) -> None:
    assert spoken_word(body) in ("stop", "plain_stop")


@pytest.mark.parametrize("body", _lines("did_not_ask_to_stop.txt"))
def test_whoever_speaks_of_the_house_or_the_visit_goes_on_getting_texts(body: str) -> None:
    assert spoken_word(body) not in ("stop", "plain_stop", "start")


@pytest.mark.parametrize("body", ["OPT-OUT", "opt‑out", "Stop-All", "ｓｔｏｐ", "\u200bSTOP", "STOP\n--\nPat Owner"])
def test_other_letters_dashes_and_signatures_make_no_difference(body: str) -> None:
    assert spoken_word(body) == "stop"
