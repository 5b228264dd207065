"""Moments as the pages of the office write them: design, section 8."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from messaging.domain.wording import clock_time

WEEK: Final = timedelta(days=6)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class When:
    """In the shop's zone, seen from `now`."""

    zone: str
    now: datetime

    def clock(self, at: datetime) -> str:
        """`9:41 AM`."""
        return clock_time(at, zone=self.zone)

    def listed(self, at: datetime) -> str:
        """`9:41 AM` today, `Mon` within the week, `Nov 4`, `Nov 4, 2025`."""
        there, here = self._local(at), self._local(self.now)
        if there.date() == here.date():
            return self.clock(at)
        if timedelta() <= here.date() - there.date() <= WEEK:
            return f"{there:%a}"
        return self._date(there, here)

    def day(self, at: datetime) -> str:
        """`Today`, `Yesterday`, `Tue, Nov 24`."""
        there, here = self._local(at), self._local(self.now)
        apart = (here.date() - there.date()).days
        if apart in (0, 1):
            return ("Today", "Yesterday")[apart]
        return self.date(at)

    def date(self, at: datetime) -> str:
        """`Tue, Nov 24`."""
        there = self._local(at)
        return f"{there:%a}, {self._date(there, self._local(self.now))}"

    def full(self, at: datetime) -> str:
        """`Nov 4, 6:12 PM`."""
        there = self._local(at)
        return f"{self._date(there, self._local(self.now))}, {self.clock(at)}"

    def age(self, at: datetime) -> str:
        """`now`, `1 min`, `3 h`, `2 days`."""
        span = max(timedelta(), self.now - at)
        if span < MINUTE:
            return "now"
        if span < HOUR:
            return f"{span // MINUTE} min"
        if span < 2 * DAY:
            return f"{span // HOUR} h"
        return f"{span // DAY} days"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))

    def _date(self, there: datetime, here: datetime) -> str:
        year = "" if there.year == here.year else f", {there.year}"
        return f"{there:%b} {there.day}{year}"
