"""Words to be found by: names, words of texts, and numbers in any writing."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

NUMBER_DIGITS: Final = 10
SHORTEST_NUMBER: Final = 4
LONGEST_WORD: Final = 40
MOST_WORDS: Final = 8

_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"^[\d\s()+.\-/]+$")


def words_of(*texts: str | None) -> set[str]:
    """Lower case, without accents, `don't` as one word."""
    plain = " ".join(_plain(text) for text in texts if text)
    return {word[:LONGEST_WORD] for word in _WORD.findall(plain)}


def words_of_number(number: str | None) -> set[str]:
    """So that any four or more neighbouring digits find it: every end of its last ten digits, marked `#`."""
    digits = _digits(number or "")[-NUMBER_DIGITS:]
    return {f"#{digits[start:]}" for start in range(max(0, len(digits) - SHORTEST_NUMBER + 1))}


def wanted(asked: str) -> list[str]:
    """What all must be there, each the beginning of a word; empty where nothing can be searched for."""
    if _NUMBER.match(asked.strip()) and len(_digits(asked)) >= SHORTEST_NUMBER:
        digits = _digits(asked)
        whole = digits[1:] if len(digits) > NUMBER_DIGITS and digits.startswith("1") else digits
        return [f"#{whole[-NUMBER_DIGITS:]}"]
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(_plain(asked))))[:MOST_WORDS]


def marked(words: Iterable[str], organization: str) -> list[str]:
    """Each word with its organization before it: one shop's words are not slower to find for another's."""
    mark = organization[-8:]
    return sorted(f"{mark}{word}" for word in words)


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).replace("'", "")


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal() and letter.isascii())
