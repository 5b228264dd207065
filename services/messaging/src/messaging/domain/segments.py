"""How many texts a body is billed as: GSM 03.38 in septets, anything else in UTF-16 (3GPP TS 23.038, 23.040)."""

from functools import lru_cache
from typing import Final, NamedTuple

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("\f^{}\\[~]|€")
ONE_GSM, MANY_GSM = 160, 153
LAST_ONE_UNIT: Final = 0xFFFF
ONE_UCS2, MANY_UCS2 = 70, 67


class Length(NamedTuple):
    """`encoding` is `GSM-7` or `UCS-2`; `units` are septets or 16-bit units."""

    encoding: str
    units: int
    segments: int


@lru_cache(maxsize=1024)
def measure(body: str) -> Length:
    """A character that takes two units is never split over two segments."""
    if all(letter in BASIC or letter in EXTENSION for letter in body):
        return _measured("GSM-7", [2 if letter in EXTENSION else 1 for letter in body], ONE_GSM, MANY_GSM)
    return _measured("UCS-2", [2 if ord(letter) > LAST_ONE_UNIT else 1 for letter in body], ONE_UCS2, MANY_UCS2)


def _measured(encoding: str, widths: list[int], one: int, many: int) -> Length:
    units = sum(widths)
    if units <= one:
        return Length(encoding, units, 1 if widths else 0)
    segments, room = 1, many
    for width in widths:
        if width > room:
            segments, room = segments + 1, many
        room -= width
    return Length(encoding, units, segments)
