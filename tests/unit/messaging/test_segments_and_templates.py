"""How many texts a body is, and what ours say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.introduction import says_who_and_how_to_stop
from messaging.domain.segments import BASIC, EXTENSION, measure
from messaging.domain.templates import (
    ABOUT,
    TEMPLATES,
    Template,
    Wording,
    Words,
    asks_for_carrier_word,
    empty_fields,
    fill,
    render,
    troubles_of,
)
from messaging.domain.words import spoken_word

LONG_NAME = "Northside Heating & Air Co."
FIELDS = {"shop": LONG_NAME, "phone": "(312) 555-0100"}


@pytest.mark.parametrize(
    ("body", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" * 5, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # the euro is not split, so one septet stays empty
        ("’", "UCS-2", 1, 1),
        ("ж" * 70, "UCS-2", 70, 1),
        ("ж" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("ж" * 66 + "😀" + "ж" * 67, "UCS-2", 135, 3),  # nor is an emoji
        ("ç", "UCS-2", 1, 1),  # only the capital one is in the table
        ("Ç^{}\\[~]|\n\r", "GSM-7", 19, 1),
    ],
)
def test_the_count_is_the_carrier_s(body: str, encoding: str, units: int, segments: int) -> None:
    assert measure(body) == (encoding, units, segments)


def test_the_alphabet_is_that_of_the_standard() -> None:
    assert len(BASIC) == 127  # 128 places, one of which is the escape
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@given(st.text(alphabet=st.sampled_from(sorted(BASIC | EXTENSION)), max_size=900))
def test_plain_letters_are_counted_in_septets(body: str) -> None:
    found = measure(body)
    assert found.encoding == "GSM-7"
    assert found.units == len(body) + sum(letter in EXTENSION for letter in body)
    assert (found.segments <= 1) == (found.units <= 160)
    assert found.segments * 153 >= found.units or found.segments == 1 or not body


@given(st.text(min_size=1, max_size=400), st.text(max_size=60))
def test_a_longer_text_never_takes_fewer_segments(body: str, more: str) -> None:
    assert measure(body + more).segments >= measure(body).segments or measure(more).encoding == "UCS-2"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_a_template_is_complete_plain_and_short(name: Template) -> None:
    body = render(name, FIELDS)
    assert empty_fields(body) == []
    found = measure(body)
    assert found.encoding == "GSM-7"
    assert found.segments <= 2
    assert (LONG_NAME in body) == ("{shop}" in TEMPLATES[name])


@pytest.mark.parametrize("name", ["first_reply", "first_reply_after_hours"])
def test_the_first_text_names_the_shop_and_says_how_to_stop(name: Template) -> None:
    body = render(name, FIELDS)
    assert LONG_NAME in body
    assert "STOP" in body
    assert spoken_word(body) is None


def test_an_answer_to_a_call_is_one_text() -> None:
    assert measure(render("first_reply", FIELDS)).segments == 1


def test_a_field_without_a_value_stays_to_be_seen() -> None:
    assert empty_fields(render("help", {"shop": "N"})) == ["phone"]
    assert empty_fields(render("help", {"shop": "N", "phone": ""})) == ["phone"]


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("Reply YES to book", True),
        ("Text 'cancel' to cancel", True),
        ("reply with END when done", True),
        ("Answer QUIT", True),
        ("Reply STOP", True),
        ("reply STOP for a free quote", True),
        ("Reply STOP to opt out.", False),
        ("or reply STOP at any time to opt out", False),
        ("Reply C to confirm, R to move it, 1, 2 or 3 for a time", False),
        ("We will text you at the end of the day. Yes, even on Sundays", False),
    ],
)
def test_no_text_of_ours_asks_for_a_word_that_the_carrier_takes(body: str, asks: bool) -> None:
    assert asks_for_carrier_word(body) is asks


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_the_words_that_a_shop_starts_with_may_be_saved(name: Template) -> None:
    assert troubles_of(name, TEMPLATES[name]) == []
    assert name in ABOUT


def test_a_fallback_stands_in_for_what_is_not_known() -> None:
    assert fill("Hi {first_name|there}, {shop}", {"shop": "N", "first_name": ""}) == "Hi there, N"
    assert fill("Hi {first_name|there}", {"first_name": "Dana"}) == "Hi Dana"
    assert empty_fields(fill("Hi {first_name|}", {})) == ["first_name"]


def test_a_shop_with_a_curly_name_is_named_by_plain_words_too() -> None:
    words = Words({"first_reply": Wording("{shop} here. STOP to opt out.")})
    assert says_who_and_how_to_stop(words.render("first_reply", fields={"shop": "Joe’s"}), shop="Joe’s")
    assert Words(plain=False).render("ask_name", fields={}) == TEMPLATES["ask_name"]
