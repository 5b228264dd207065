"""How fast one sender may hand over: segments per second with a burst, so that the first texts of a quiet line leave at once."""

from datetime import datetime
from typing import Final, NamedTuple

TOLL_FREE: Final = ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")
LONG_CODE_PER_SECOND: Final = 1.0
TOLL_FREE_PER_SECOND: Final = 3.0
"""What Twilio grants such numbers by themselves; a 10DLC campaign may be granted more, which is told per number."""
BURST_SECONDS: Final = 30.0
UNTOLD_BURST_SECONDS: Final = 600.0
"""Where nobody told the rate, the carrier may well have granted more: a storm's calls are answered at once, and at worst ten
minutes' worth lies in its queue."""


class Grant(NamedTuple):
    """`rate` in segments per second, of which `burst_seconds` may leave at once."""

    rate: float
    burst_seconds: float = BURST_SECONDS

    @property
    def burst(self) -> float:
        return self.rate * self.burst_seconds


def granted(line: str, *, told: float | None = None, among: int = 1) -> Grant:
    """What is told of a number, else what its kind is granted by itself: the share of one of `among` processes that send."""
    if told is not None:
        return Grant(told / among)
    own = TOLL_FREE_PER_SECOND if line.startswith(TOLL_FREE) else LONG_CODE_PER_SECOND
    return Grant(own / among, UNTOLD_BURST_SECONDS)


class Pace:
    """A bucket that fills at the granted rate, up to the burst. A text may leave while anything is in it, and may take more:
    the debt is waited for. Where time goes back nothing is gained.
    """

    def __init__(self, grant: Grant) -> None:
        self._grant, self._tokens = grant, grant.burst
        self._seen: datetime | None = None

    def become(self, grant: Grant) -> None:
        """Somebody changed the setting: what is in the bucket stays, as far as it fits."""
        if grant != self._grant:
            self._grant, self._tokens = grant, min(self._tokens, grant.burst)

    def free(self, now: datetime) -> float:
        """Segments that may leave now; nothing may while it is 0 or less."""
        passed = 0.0 if self._seen is None else max(0.0, (now - self._seen).total_seconds())
        return min(self._grant.burst, self._tokens + passed * self._grant.rate)

    def take(self, segments: int, *, now: datetime) -> None:
        self._tokens = self.free(now) - segments
        self._seen = now if self._seen is None else max(now, self._seen)
