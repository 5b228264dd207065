"""What a password must be: long enough and not among the first that anybody would try (NIST SP 800-63B section 3.1.1)."""

from typing import Final

SHORTEST: Final = 10
LONGEST: Final = 200
GUESSED_FIRST: Final = frozenset(
    [
        "0123456789",
        "1234567890",
        "12345678910",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "abcdefghij",
        "administrator",
        "basketball",
        "callsnare1",
        "changeme123",
        "chocolate1",
        "football123",
        "iloveyou123",
        "letmein123",
        "passw0rd123",
        "password01",
        "password12",
        "password123",
        "password1234",
        "qwerty12345",
        "qwertyuiop",
        "qwertyuiop123",
        "sunshine123",
        "superman123",
        "trustno1234",
        "welcome123",
        "welcome2026",
        "whatever123",
        "heatingandcooling",
        "airconditioning",
    ]
)


def why_not(password: str, *, email: str, name: str) -> str | None:
    """None where it will do, else what is wrong with it."""
    if len(password) < SHORTEST:
        return f"Use {SHORTEST} characters or more. A few words in a row are easy to keep in mind."
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters at most."
    plain = password.lower().strip()
    own = {email.lower(), email.lower().partition("@")[0], name.lower(), name.lower().replace(" ", "")}
    if plain in GUESSED_FIRST or plain in own or len(set(plain)) < 4:  # noqa: PLR2004 -- aaaaaaaaaa, abababab
        return "This one would be guessed among the first. Take another."
    return None
