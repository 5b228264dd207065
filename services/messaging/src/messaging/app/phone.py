"""Phone numbers as people write them, and as they are stored."""

from functools import lru_cache
from typing import Final

import phonenumbers

REGION: Final = "US"
"""Of a number that is written without its country."""


@lru_cache(maxsize=4096)
def as_people_write(number: str) -> str:
    """`(312) 555-0100` in the numbering plan of North America, international elsewhere."""
    parsed = phonenumbers.parse(number)
    north_america = parsed.country_code == 1
    form = phonenumbers.PhoneNumberFormat.NATIONAL if north_america else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def as_e164(typed: str) -> str | None:
    """None for what cannot be a phone number."""
    try:
        parsed = phonenumbers.parse(typed, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
