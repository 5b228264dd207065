"""Tells messaging of every planned text whose moment has come, once."""

from typing import Final

from chassis import ids
from chassis.clock import Clock
from chassis.database import Database
from contracts.reminders import ReminderDue
from reminders.store import jobs

BATCH: Final = 500


class TellDue:
    """A loop's step."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def __call__(self) -> bool:
        now = self._clock.now()
        async with self._database.work() as transaction:
            rows = await jobs.take_due(transaction, now=now, limit=BATCH)
            for row in rows:
                transaction.append(
                    ReminderDue(
                        event_id=ids.derived_id("due", str(row["job_id"])), organization_id=row["organization_id"], occurred_at=now,
                        homeowner_id=row["homeowner_id"], job_id=row["job_id"], kind=row["kind"], due_at=row["due_at"], lead_id=row["lead_id"],
                        booking_id=row["booking_id"], booking_version=row["booking_version"], counted_from=row["planned_at"],
                    )
                )  # fmt: skip
        return len(rows) == BATCH
