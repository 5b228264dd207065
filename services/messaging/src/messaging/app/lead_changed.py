"""A lead as it stands, told to the other services."""

from datetime import datetime

import asyncpg

from chassis import ids
from contracts.leads import LeadChanged
from messaging.domain.leads import Turn


def lead_changed(
    row: asyncpg.Record, *, who_acts_next: Turn, reason: str, now: datetime, changed_by: str = "automation"
) -> LeadChanged:
    """`row` is the lead's own, after the change."""
    return LeadChanged(
        event_id=ids.new_id(),
        organization_id=row["organization_id"],
        occurred_at=now,
        homeowner_id=row["homeowner_id"],
        lead_id=row["lead_id"],
        lead_version=row["version"],
        status=row["status"],
        who_acts_next=who_acts_next,
        assigned_to=row["assigned_to"],
        reason=reason,
        changed_by=changed_by,
    )
