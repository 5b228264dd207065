"""When a homeowner who rang and did not answer our first reply is written to once more."""

from datetime import datetime, timedelta
from typing import Final

AFTER: Final = timedelta(hours=2)
"""Long enough for a homeowner at work to look at the phone, soon enough that they have not found another shop."""
PLANNED: Final = "follow_up"


def due_at(missed_at: datetime) -> datetime:
    """The moment to look again; whether the text may leave then is messaging's decision."""
    return missed_at + AFTER


def still_wanted(*, missed_at: datetime, sign_at: datetime | None) -> bool:
    """Not when the homeowner was heard of after the call, in whatever order we heard of the two."""
    return sign_at is None or sign_at < missed_at
