"""What to dial on the shop's own line so that unanswered calls come to the tracked number (`already_missed`)."""

from typing import Final, NamedTuple


class Code(NamedTuple):
    """`dial` with the number's ten digits in place of NUMBER; an empty one: it is set elsewhere, as `words` say."""

    line: str
    dial: str
    undo: str
    words: str


CODES: Final = (
    Code("AT&T mobile, T-Mobile", "**004*1NUMBER#", "##004#", "Unanswered, busy and switched off, all three. Wait for the “registration succeeded” message."),
    Code("Verizon mobile", "*71NUMBER", "*73", "Unanswered and busy. Listen for the tones, then hang up."),
    Code("US Cellular", "*92NUMBER", "*920", "Unanswered; for busy dial *90 and *900 the same way."),
    Code("Home or office landline (AT&T, Verizon, Frontier)", "*92NUMBER", "*93", "No answer. For busy dial *90NUMBER, to end it *91."),
    Code("Cable phone (Xfinity, Spectrum, Cox)", "*92NUMBER", "*93", "No answer. Some plans set it on the account’s website instead: look for “call forwarding, no answer”."),
    Code("Office system (RingCentral, 8x8, own PBX)", "", "", "Set “forward when unanswered” to the tracked number after 15–20 seconds in its settings."),
)  # fmt: skip


def codes(number: str) -> list[Code]:
    """For a tracked number such as `+13125550123`."""
    digits = number.removeprefix("+1")
    return [
        each._replace(dial=each.dial.replace("NUMBER", digits), words=each.words.replace("NUMBER", digits))
        for each in CODES
    ]
