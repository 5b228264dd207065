"""What may be written as an e-mail address: its form alone, since only a letter shows whether somebody reads it."""

from typing import Final

LONGEST: Final = 254
NO_ADDRESS: Final = "This is not an e-mail address such as jess@example.com."


def tidy(text: str) -> str:
    """As it is kept and compared."""
    return text.strip().lower()


def why_not_address(text: str) -> str | None:
    """None for what has the form of an address."""
    local, _, host = text.partition("@")
    broken = not local or not host or "@" in host or any(character.isspace() for character in text)
    return NO_ADDRESS if broken or len(text) > LONGEST else None
