"""The segment count against one that shares no code with ours: written from the tables of 3GPP TS 23.038 as octets go over the air."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.domain.segments import measure
from messaging.domain.templates import TEMPLATES, plain_letters, render

ESCAPE = 0x1B
# TS 23.038, 6.2.1: the default alphabet, row by row as the standard prints it (columns 0x00 to 0x70); None is the escape.
ROWS = [
    "@Δ 0¡P¿p", "£_!1AQaq", '$Φ"2BRbr', "¥Γ#3CScs", "èΛ¤4DTdt", "éΩ%5EUeu", "ùΠ&6FVfv", "ìΨ'7GWgw", "òΣ(8HXhx", "ÇΘ)9IYiy", "\nΞ*:JZjz",
    "Ø\x1b+;KÄkä", "øÆ,<LÖlö", "\ræ-=MÑmñ", "Åß.>NÜnü", "åÉ/?O§oà",
]  # fmt: skip
SEPTETS = {
    letter: column * 16 + row
    for row, letters in enumerate(ROWS)
    for column, letter in enumerate(letters)
    if letter != "\x1b"
}
# TS 23.038, 6.2.1.1: what follows an escape.
AFTER_ESCAPE = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}


def outside(body: str) -> tuple[int, int]:
    """Units and segments: the whole is encoded first, then cut; no cut falls after an escape or within a surrogate pair."""
    try:
        units = [unit for letter in body for unit in _septets(letter)]
        one, many, opens = 160, 153, lambda unit: unit == ESCAPE
    except KeyError:
        octets = body.encode("utf-16-be", "surrogatepass")
        units = [int.from_bytes(octets[index : index + 2]) for index in range(0, len(octets), 2)]
        one, many, opens = 70, 67, lambda unit: 0xD800 <= unit <= 0xDBFF
    if len(units) <= one:
        return len(units), min(1, len(units))
    cuts, start = 0, 0
    while start < len(units):
        end = min(start + many, len(units))
        start = end - 1 if end < len(units) and opens(units[end - 1]) else end
        cuts += 1
    return len(units), cuts


def _septets(letter: str) -> list[int]:
    return [SEPTETS[letter]] if letter in SEPTETS else [ESCAPE, AFTER_ESCAPE[letter]]


LETTERS = st.one_of(
    st.sampled_from("".join(ROWS).replace("\x1b", "")), st.sampled_from(sorted(AFTER_ESCAPE)), st.sampled_from("’“”…—ç😀🏽ж漢\t"), st.characters(codec="utf-8")
)  # fmt: skip


def test_the_tables_have_a_place_for_every_septet() -> None:
    assert sorted({*SEPTETS.values(), ESCAPE}) == list(range(128))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(LETTERS, max_size=700),
        st.text(st.sampled_from("ab€{é"), max_size=900),
        st.text(st.sampled_from("ж😀"), max_size=400),
    )
)
def test_random_texts_are_counted_as_outside(body: str) -> None:
    found = measure(body)
    assert (found.units, found.segments) == outside(body)


@pytest.mark.parametrize("edge", range(150, 165))
@pytest.mark.parametrize("letter", ["€", "a", "😀", "’"])
def test_every_edge_is_counted_as_outside(edge: int, letter: str) -> None:
    for times in (1, 2, 3):
        for tail in ("", "b"):
            body = ("a" * edge + letter) * times + tail
            assert (measure(body).units, measure(body).segments) == outside(body)


@given(st.text(LETTERS, max_size=200))
def test_plain_letters_never_cost_more_and_stay_once_made(body: str) -> None:
    plain = plain_letters(body)
    assert plain_letters(plain) == plain


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_our_own_words_are_plain_already(name: str) -> None:
    body = render(name, {"shop": "Northside", "phone": "(312) 555-0100", "first_name": "Dana"})  # type: ignore[arg-type]
    assert plain_letters(body) == body
