"""How long somebody who guesses has to wait: it grows with each failure, and quiet makes it forgotten."""

from datetime import datetime, timedelta
from typing import Final

FREE: Final = 5
"""So many failures cost nothing but themselves: people mistype."""
FREE_OF_A_PLACE: Final = 25
"""The same for one place that tries many addresses."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
FORGOTTEN: Final = timedelta(hours=24)


def wait_after(failures: int, *, free: int = FREE) -> timedelta:
    """The wait before the next try: none up to `free` failures, then doubled with each, one hour at most."""
    if failures < free:
        return timedelta()
    doubled: int = 2 ** min(failures - free, 12)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def failures_now(failures: int, last_at: datetime, *, now: datetime) -> int:
    """What is still counted: after a day without a failure nothing is."""
    return 0 if now - last_at >= FORGOTTEN else failures
