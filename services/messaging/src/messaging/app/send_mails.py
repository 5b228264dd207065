"""E-mails to members, outside of any transaction: claimed, handed to the mail server, recorded."""

import asyncio
from datetime import timedelta
from typing import Final

import asyncpg

from chassis.clock import Clock
from chassis.database import Database
from chassis.mail import Mailer, MailError
from messaging.app.tell_pages import alerts_changed
from messaging.store import alerts

AT_ONCE: Final = 10
WAITS: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""After the first try, the second, and so on; then it is given up, and the next member has long been told."""


class SendMails:
    """A loop's step. A crash between handing over and recording sends twice: with e-mail that is the lesser evil."""

    def __init__(self, *, database: Database, mailer: Mailer, clock: Clock) -> None:
        self._database, self._mailer, self._clock = database, mailer, clock

    async def __call__(self) -> bool:
        async with self._database.work() as transaction:
            claimed = await alerts.claim_mails(transaction, now=self._clock.now(), limit=AT_ONCE)
        await asyncio.gather(*[self._one(row) for row in claimed])
        return len(claimed) == AT_ONCE

    async def _one(self, row: asyncpg.Record) -> None:
        try:
            await self._mailer.send(to=row["address"], subject=row["subject"], text=row["body"])
            state, reason, due_at = "sent", None, None
        except MailError as error:
            again = None if error.refused or row["attempt"] > len(WAITS) else WAITS[row["attempt"] - 1]
            state, reason = ("failed", str(error)) if again is None else ("queued", str(error))
            due_at = None if again is None else self._clock.now() + again
        async with self._database.work() as transaction:
            await alerts.record_mail(transaction, notice_id=row["notice_id"], state=state, reason=reason, due_at=due_at)
            await alerts_changed(transaction, [row["organization_id"]])
