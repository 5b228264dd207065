"""A list of numbers with reasons, as CSV: what people export from an address book or a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Final, NamedTuple

from messaging.app.phone import as_e164

MOST: Final = 10_000
LONGEST_REASON: Final = 200
NAMES_OF_NUMBER: Final = frozenset({"number", "phone", "phone number", "telephone", "mobile"})


class NumberList(NamedTuple):
    """Pairs of number and reason, each number once; `unread` says which lines were none, in words."""

    numbers: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]


def read_number_list(text: str) -> NumberList:
    """The number stands first, the reason behind it; a line of names at the top is passed over. Commas, semicolons or tabs."""
    found: dict[str, str] = {}
    unread: list[str] = []
    for at, row in enumerate(_rows(text.removeprefix("\ufeff"), unread), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (at == 1 and cells[0].lower() in NAMES_OF_NUMBER):
            continue
        number = as_e164(cells[0])
        if number is None:
            unread.append(f"line {at}: {cells[0][:40]!r} is not a phone number")
        elif number not in found:
            found[number] = " ".join(" ".join(cells[1:]).split())[:LONGEST_REASON]
    return NumberList(tuple(list(found.items())[:MOST]), tuple(unread))


def _rows(text: str, unread: list[str]) -> Iterator[list[str]]:
    """Up to what cannot be read at all, such as a quote that never closes."""
    try:
        yield from csv.reader(io.StringIO(text, newline=None), delimiter=_separator(text))
    except csv.Error:
        unread.append("from some line on this is no CSV: a quote that does not close, perhaps")


def _separator(text: str) -> str:
    """Of its first line."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
