"""Phone numbers of homeowners that no test names: a random one could be a shop's line or on its ignore list."""

import itertools

_unused = itertools.count(2_000_000)  # tests name numbers from 312 555 0000 on


def unused_number() -> str:
    """E.164, in Chicago; never the same one twice in this process."""
    return f"+1312{next(_unused):07}"


def shown(number: str) -> str:
    """As pages and alerts write it: `(312) 555-0142`."""
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
