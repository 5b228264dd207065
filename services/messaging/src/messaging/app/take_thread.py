"""Take over from automation, or hand the thread back to it."""

from uuid import UUID

from messaging.app.desk import Desk, Refused, Who, change, lead_of, locked, silence_automation, write_line
from messaging.domain.leads import TERMINAL


async def take_over(desk: Desk, who: Who, *, lead_id: UUID) -> None:
    """Automation falls silent here until it is handed back; what it had planned to say does not leave."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        found = await lead_of(transaction, lead_id)
        if found["office_owns"]:
            return
        await silence_automation(transaction, lead_id=lead_id, now=now)
        lead = await locked(transaction, found)
        taken = {"office_owns": True, "assigned_to": lead["assigned_to"] or who.member_id}
        await change(transaction, who, lead=lead, changes=taken, action="took over", now=now)
        await write_line(transaction, who, lead=lead, kind="status", now=now, what="took_over")
        transaction.after_commit(desk.changed.ring)


async def hand_back(desk: Desk, who: Who, *, lead_id: UUID) -> None:
    """Automation answers again from the homeowner's next text on."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await locked(transaction, await lead_of(transaction, lead_id))
        if lead["status"] in TERMINAL:
            raise Refused("This lead has ended. Open it again first, then automation can have it.")
        if not lead["office_owns"] and lead["handed_over_at"] is None:
            return
        given = {"office_owns": False, "handed_over_at": None, "handed_over_reason": None, "needs_office_now": False}
        await change(transaction, who, lead=lead, changes=given, action="handed back to automation", now=now)
        await write_line(transaction, who, lead=lead, kind="status", now=now, what="handed_back")
        transaction.after_commit(desk.changed.ring)
