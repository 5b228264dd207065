"""Whether the plan lets automation text (product.md section 8)."""

from datetime import datetime, timedelta
from typing import Final

ON: Final = frozenset({"unmetered", "trialing", "active"})


def is_on(status: str, *, past_due_since: datetime | None, grace_days: int, now: datetime) -> bool:
    """A plan that is past due stays on through its grace, which ends by itself at its moment."""
    if status == "past_due" and past_due_since is not None:
        return now < past_due_since + timedelta(days=grace_days)
    return status in ON
