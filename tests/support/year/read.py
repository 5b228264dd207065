"""At the end of a simulated span: what messaging stored and told, put beside what the world wrote down."""

from typing import Any

from contracts import envelope
from contracts.base import Event
from contracts.leads import LeadChanged, LeadOpened, TextDecided
from year.journal import Decided, Journal, LeadMoved, Planned
from year.world import World

STUCK = "texts in state {state} at the end that were due before {moment}"


async def read_back(world: World) -> Journal:
    """Completes the journal."""
    journal = world.journal
    async with world.messaging.database.work() as transaction:
        shops = list({each.shop for each in journal.shops})
        for row in await transaction.fetch("SELECT * FROM texts WHERE organization_id = ANY($1::uuid[])", shops):
            journal.planned[row["text_id"]] = Planned(
                text_id=row["text_id"],
                shop=row["organization_id"],
                number=row["to_number"],
                text_class=row["text_class"],
                body=row["body"],
                state=row["state"],
                created_at=row["created_at"],
                answers_at=row["answers_at"],
                due_at=row["due_at"],
                call_id=row["call_id"],
                lead_id=row["lead_id"],
            )
        told = await transaction.fetch("SELECT type, payload FROM outbox ORDER BY seq")  # of other worlds too
        journal.stuck += await _parked(transaction)
    for row in told:
        event = envelope.decode({"ce_type": row["type"]}, row["payload"])
        if isinstance(event, Event) and event.organization_id in shops:
            _note(journal, event)
    return journal


def _note(journal: Journal, event: Any) -> None:
    match event:
        case TextDecided():
            journal.decided.append(
                Decided(
                    text_id=event.text_id,
                    at=event.occurred_at,
                    look=event.look,
                    outcome=event.outcome,
                    rules=event.deciding_rules,
                    until=event.held_until,
                )
            )
        case LeadOpened() | LeadChanged():
            journal.moved.append(LeadMoved(lead_id=event.lead_id, at=event.occurred_at, status=event.status))
        case _:
            pass


async def _parked(transaction: Any) -> list[str]:
    """Events that messaging could not handle: there must be none."""
    found = []
    for table in ("parked", "dead_letters"):
        rows = await transaction.fetch(f"SELECT * FROM {table}")
        found += [f"{table}: {row['consumer']}: {row['error']}" for row in rows]
    return found
