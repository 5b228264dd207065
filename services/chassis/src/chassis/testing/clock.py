"""A clock that tests move."""

from datetime import datetime, timedelta


class FixedClock:
    """Stands still until told."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, **span: float) -> None:
        """`advance(minutes=5)`."""
        self.moment += timedelta(**span)
