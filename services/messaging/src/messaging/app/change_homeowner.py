"""What the office notes about a homeowner: the name, a pause of automation, no more texts, not a customer at all."""

from uuid import UUID

from chassis import ids
from messaging.app.desk import Desk, Refused, Who, audit, lead_of, silence_automation, write_line
from messaging.app.opting_out import record_opt_out
from messaging.store import office

LONGEST_NAME = 80


async def rename_homeowner(desk: Desk, who: Who, *, lead_id: UUID, name: str) -> None:
    """An empty name takes it away: the number stands in its place."""
    wanted = " ".join(name.split()) or None
    if wanted and len(wanted) > LONGEST_NAME:
        raise Refused(f"A name has at most {LONGEST_NAME} characters.")
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await lead_of(transaction, lead_id)
        homeowner_id = lead["homeowner_id"]
        before = await office.lock_homeowner(transaction, homeowner_id=homeowner_id)
        if before is None or before["name"] == wanted:
            return
        await office.rename(transaction, homeowner_id=homeowner_id, name=wanted)
        leads = await office.leads_of_homeowner(transaction, homeowner_id=homeowner_id)
        await office.note_change(transaction, lead_ids=leads)
        await write_line(transaction, who, lead=lead, kind="status", now=now, what="renamed", to=wanted)
        # The audit trail outlives an erasure: it says that a name changed, not which.
        audit(
            transaction, who, subject=homeowner_id, action="name changed", before={}, after={}, now=now, kind="homeowner"
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)


async def pause_automation(desk: Desk, who: Who, *, lead_id: UUID, paused: bool) -> None:
    """For this homeowner, in every thread; what waits is decided anew when it is due."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await lead_of(transaction, lead_id)
        before = await office.lock_homeowner(transaction, homeowner_id=lead["homeowner_id"])
        if before is None or before["paused"] is paused:
            return
        await office.pause(transaction, homeowner_id=lead["homeowner_id"], paused=paused)
        await office.note_change(transaction, lead_ids=[lead_id])
        await write_line(transaction, who, lead=lead, kind="status", now=now, what="paused" if paused else "resumed")
        audit(
            transaction, who, subject=lead["homeowner_id"], action="automation paused" if paused else "automation resumed", before=before,
            after={"paused": paused}, now=now, kind="homeowner",
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)


async def opt_out_by_office(desk: Desk, who: Who, *, lead_id: UUID, how: str) -> None:
    """Somebody asked by voice or by letter for no more texts: as binding as STOP, and only their own START ends it."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await lead_of(transaction, lead_id)
        evidence = ids.new_id()
        new = await record_opt_out(
            transaction, organization_id=who.organization_id, homeowner_id=lead["homeowner_id"], source="office", evidence_id=evidence, at=now, now=now,
        )  # fmt: skip
        if not new:
            return
        await write_line(
            transaction, who, lead=lead, kind="status", now=now, item_id=evidence, what="opted_out", how=" ".join(how.split())[:200]
        )  # fmt: skip
        audit(
            transaction, who, subject=lead["homeowner_id"], action="opt-out recorded", before={}, after={"opted_out": True}, now=now, kind="homeowner"
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)


async def ignore_number(desk: Desk, who: Who, *, lead_id: UUID) -> None:
    """Staff, vendors, spam: their calls and texts are stored, open no lead and count nowhere."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await lead_of(transaction, lead_id)
        if lead["number"] is None:
            raise Refused("A hidden number cannot be ignored: nobody can tell it from another.")
        await silence_automation(transaction, lead_id=lead_id, now=now, reason="on your ignore list")
        new = await office.ignore(transaction, organization_id=who.organization_id, number=lead["number"], at=now)
        if not new:
            return
        await write_line(transaction, who, lead=lead, kind="status", now=now, what="ignored")
        audit(
            transaction, who, subject=lead["homeowner_id"], action="put on the ignore list", before={}, after={"ignored": True}, now=now, kind="homeowner"
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)
