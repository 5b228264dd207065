"""Rate limits in memory: a token bucket per key, for one process."""

import math
from collections import OrderedDict
from typing import Final

MOST_KEYS: Final = 10_000


class Limiter:
    """`rate` tokens a second with bursts of `burst`. Memory is bounded: beyond `most_keys` it forgets who was quiet longest.

    Time is passed in, in seconds of any clock; where it goes back, nothing is gained.
    """

    def __init__(self, *, rate: float, burst: float, most_keys: int = MOST_KEYS) -> None:
        if rate <= 0 or burst < 1 or most_keys < 1:
            raise ValueError("a limit needs a rate above 0, a burst of at least 1 and room for a key")
        self._rate, self._burst, self._most = rate, burst, most_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, key: str, *, now: float) -> bool:
        """Takes one token when there is one."""
        tokens, seen = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - seen) * self._rate)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, max(now, seen))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return allowed

    def retry_after(self, key: str) -> int:
        """Whole seconds from the last refusal until one more is allowed, at least 1."""
        tokens, _ = self._buckets.get(key, (self._burst, 0.0))
        return max(1, math.ceil((1 - tokens) / self._rate))
