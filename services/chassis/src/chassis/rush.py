"""While a process works off a backlog, what it has to say rests: what was heard goes first, a STOP among it."""

import time
from typing import Final

from chassis.metrics import gauge

RUSH_SECONDS: Final = 0.5
"""How long it lasts after the last large batch."""
LONGEST_SECONDS: Final = 10.0
"""And at the longest: then what rested has as long a time before it may be put off again."""

_rush: Final = gauge("rush_until_timestamp_seconds", "Until when loops rest for a backlog that is worked off")


class Rush:
    """Of one process. Whoever rests for it asks again after a moment."""

    def __init__(self) -> None:
        self._began = self._until = -LONGEST_SECONDS

    @property
    def on(self) -> bool:
        return time.monotonic() < self._until

    def note(self) -> None:
        """A large batch came."""
        now = time.monotonic()
        if now >= self._began + 2 * LONGEST_SECONDS or (
            now >= self._until and self._until < self._began + LONGEST_SECONDS
        ):
            self._began = now
        self._until = min(now + RUSH_SECONDS, self._began + LONGEST_SECONDS)
        _rush.set(time.time() + self._until - now)
