"""What a person has begun to write in a thread, kept until it is sent."""

from typing import Literal
from uuid import UUID

from messaging.app.desk import Desk, Who, lead_of
from messaging.store import office

LONGEST = 4000


async def keep_draft(desk: Desk, who: Who, *, lead_id: UUID, kind: Literal["text", "note"], body: str) -> None:
    async with desk.database.web(who.organization_id) as transaction:
        await lead_of(transaction, lead_id)
        await office.keep_draft(
            transaction, lead_id=lead_id, member_id=who.member_id, organization_id=who.organization_id, kind=kind, body=body[:LONGEST],
            at=desk.clock.now(),
        )  # fmt: skip
