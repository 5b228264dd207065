"""What a page that stays open is told: leads that changed, and who else is here; by ids alone."""

from typing import Final, Literal, get_args
from uuid import UUID

from messaging.app.desk import Desk, Who, lead_of
from messaging.app.fold_inbox import CHANNEL, MOST_NAMED
from messaging.store import inbox

State = Literal["asks", "here", "typing", "gone"]
STATES: Final[tuple[State, ...]] = get_args(State)


async def read_changes(desk: Desk, who: Who, *, since: int) -> tuple[list[UUID] | None, int]:
    """Leads that changed since then, and the newest change; None: more than can be named, look at everything."""
    async with desk.database.web(who.organization_id) as transaction:
        rows = await inbox.changed_since(
            transaction, organization_id=who.organization_id, seq=since, limit=MOST_NAMED + 1
        )
        newest = await inbox.newest_seq(transaction, organization_id=who.organization_id)
    return (None if len(rows) > MOST_NAMED else [row["lead_id"] for row in rows]), newest


async def tell_presence(desk: Desk, who: Who, *, lead_id: UUID, state: State) -> None:
    """To all who look at this thread. Nothing is stored: whoever is silent for a while is gone."""
    async with desk.database.web(who.organization_id) as transaction:
        await lead_of(transaction, lead_id)
        message = f"p {who.organization_id} {lead_id} {who.member_id} {state}"
        await inbox.tell(transaction, channel=CHANNEL, messages=[message])
