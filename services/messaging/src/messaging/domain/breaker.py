"""A circuit breaker for one sender: an outage is noticed after a few failures, asked after, and recovered from step by step."""

from datetime import datetime, timedelta
from typing import Final, Literal

from messaging.domain.delivery import spread

State = Literal["closed", "open", "trying"]

FAILURES: Final = 3
"""In a row, of whatever texts; below the five tries of a single one."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(seconds=60)
WHOLE: Final = 32
"""Whoever got so many through at a time has recovered."""
NO_LIMIT: Final = 1_000_000


class Breaker:
    """Closed: texts leave. Open: none do; from `retry_at` on somebody asks the carrier a harmless question. Trying: it answered,
    one text may leave, then twice as many after each that got through; a failure opens it again, for longer. A carrier that
    says until when it wants to be left alone opens it at once, until then.
    """

    def __init__(self) -> None:
        self.state: State = "closed"
        self.retry_at: datetime | None = None
        self._failures = 0
        self._times_opened = 0
        self._allowed = WHOLE
        self._on_their_way = 0

    @property
    def room(self) -> int:
        """How many more texts may leave now."""
        if self.state == "closed":
            return NO_LIMIT
        return max(0, self._allowed - self._on_their_way) if self.state == "trying" else 0

    def asks(self, now: datetime) -> bool:
        """Whether it is time to ask the carrier."""
        return self.state == "open" and self.retry_at is not None and now >= self.retry_at

    def left(self) -> None:
        """A text is on its way."""
        self._on_their_way += 1

    def answered(self, *, works: bool | None, now: datetime, jitter: float, not_before: datetime | None = None) -> bool:
        """One that was on its way came back; None: the carrier was not called. True when this changed the state.

        `jitter` is 0 to 1, `not_before` when the carrier may be asked again.
        """
        self._on_their_way = max(0, self._on_their_way - 1)
        before = self.state
        if works is None:
            return False
        if works:
            self._failures = 0
            self._recover()
        else:
            self._failures += 1
            enough = self._failures >= FAILURES or not_before is not None
            if self.state == "trying" or (self.state == "closed" and enough):
                self._open(now, jitter)
            if not_before is not None and self.retry_at is not None:
                self.retry_at = max(self.retry_at, spread(not_before, now=now, jitter=jitter))
        return self.state != before

    def asked(self, *, works: bool, now: datetime, jitter: float) -> bool:
        """The carrier was asked something harmless. True when this changed the state."""
        if self.state != "open":
            return False
        if works:
            self.state, self._allowed, self.retry_at = "trying", 1, None
            return True
        self._open(now, jitter)
        return False

    def _recover(self) -> None:
        """Answers to texts from before it opened prove nothing about now."""
        if self.state != "trying":
            return
        self._allowed *= 2
        if self._allowed >= WHOLE:
            self.state, self._times_opened = "closed", 0

    def _open(self, now: datetime, jitter: float) -> None:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._times_opened, 6))
        self.state, self.retry_at = "open", now + wait * (0.75 + jitter / 2)
        self._times_opened += 1
