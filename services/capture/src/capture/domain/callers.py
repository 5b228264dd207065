"""Who calls: a number that can be texted, or a caller who hides."""

import re
from typing import Final

HIDDEN_WORDS: Final = frozenset({"", "anonymous", "restricted", "unavailable", "unknown", "private", "blocked"})
HIDDEN_NUMBERS: Final = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""Words spelled on a keypad (ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE): how Twilio writes a withheld number."""
E164: Final = re.compile(r"^\+[1-9][0-9]{6,14}$")


def homeowner_number(raw: str) -> str | None:
    """The caller as E.164, or None for one who hides or whose number is none."""
    text = raw.strip()
    if text.lower() in HIDDEN_WORDS or text in HIDDEN_NUMBERS or not E164.match(text):
        return None
    return text
