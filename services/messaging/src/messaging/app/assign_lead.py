"""Whose lead it is."""

from uuid import UUID

from messaging.app.desk import Desk, Refused, Who, change, lead_of, locked, write_line


async def assign_lead(desk: Desk, who: Who, *, lead_id: UUID, member_id: UUID | None) -> None:
    """To a member of the shop who is active; None: to nobody."""
    members = {each.member_id: each.name for each in desk.shop(who.organization_id).members if each.active}
    if member_id is not None and member_id not in members:
        raise Refused("Only a person who works here now can have it.")
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await locked(transaction, await lead_of(transaction, lead_id))
        if lead["assigned_to"] == member_id:
            return
        await change(transaction, who, lead=lead, changes={"assigned_to": member_id}, action="assigned", now=now)
        await write_line(
            transaction, who, lead=lead, kind="status", now=now, what="assigned", to=members[member_id] if member_id else None
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)
