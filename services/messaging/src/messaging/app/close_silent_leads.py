"""A new or active lead without a sign of life for as many days as its shop says closes by itself."""

from datetime import datetime, timedelta
from typing import Final

from chassis.clock import Clock
from chassis.database import Database
from chassis.organizations import Organizations
from messaging.app.lead_changed import lead_changed
from messaging.app.opting_out import text_cancelled
from messaging.store import texts, threads
from messaging.store.threads import Since

AT_ONCE: Final = 100
REASON: Final = "no response"


class CloseSilentLeads:
    """A loop's step."""

    def __init__(self, *, database: Database, organizations: Organizations, clock: Clock) -> None:
        self._database, self._organizations, self._clock = database, organizations, clock

    async def __call__(self) -> bool:
        now = self._clock.now()
        since = self._since(now)
        async with self._database.work() as transaction:
            silent = await threads.silent_leads(transaction, since=since, limit=AT_ONCE)
            if not silent:
                return False
            closed = await threads.close_silent(
                transaction, lead_ids=[row["lead_id"] for row in silent], since=since, reason=REASON, at=now
            )
            cancelled = await texts.cancel_pending(
                transaction, lead_ids=[row["lead_id"] for row in closed], reason="Not sent — the lead is closed"
            )
            transaction.append(
                *(lead_changed(row, who_acts_next="nobody", reason=REASON, now=now) for row in closed),
                *(text_cancelled(row, reason="the lead is closed", now=now) for row in cancelled),
            )
        return len(silent) == AT_ONCE

    def _since(self, now: datetime) -> Since:
        return {each.organization_id: now - timedelta(days=each.silent_days) for each in self._organizations.all()}
