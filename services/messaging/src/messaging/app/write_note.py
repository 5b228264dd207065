"""A note that only the office sees."""

from uuid import UUID

from chassis import ids
from messaging.app.desk import Desk, Refused, Who, lead_of, write_line
from messaging.store import office

LONGEST = 4000


async def write_note(desk: Desk, who: Who, *, lead_id: UUID, client_id: str, body: str) -> UUID:
    """The same client id is the same note, however often it is sent."""
    words = body.strip()
    if not words:
        raise Refused("The note is empty.")
    if len(words) > LONGEST:
        raise Refused(f"A note has at most {LONGEST} characters; this one has {len(words)}.")
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        lead = await lead_of(transaction, lead_id)
        item_id = ids.derived_id("note", str(lead_id), str(who.member_id), client_id)
        await write_line(transaction, who, lead=lead, kind="note", now=now, body=words, item_id=item_id)
        await office.keep_draft(
            transaction, lead_id=lead_id, member_id=who.member_id, organization_id=who.organization_id, kind="note", body="", at=now
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)
    return item_id
