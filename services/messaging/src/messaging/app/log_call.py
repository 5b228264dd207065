"""The office rang the homeowner from a phone of its own: noted by hand, and as good an answer as a text."""

from uuid import UUID

from messaging.app.desk import Desk, Who, change, lead_of, locked, write_line


async def log_call(desk: Desk, who: Who, *, lead_id: UUID) -> None:
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await locked(transaction, await lead_of(transaction, lead_id))
        await write_line(transaction, who, lead=lead, kind="call", now=now, outcome="office")
        done = {"asked_for_a_call": False, "needs_office_now": False, "last_sign_at": max(lead["last_sign_at"], now)}
        await change(transaction, who, lead=lead, changes=done, action="called", now=now)
        transaction.after_commit(desk.changed.ring)
