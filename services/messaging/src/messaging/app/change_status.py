"""The office says how a lead stands: closed with a reason, won, or open again."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.app.desk import Desk, Refused, Who, change, lead_of, locked, silence_automation, write_line
from messaging.domain.inbox import REASONS
from messaging.domain.leads import TERMINAL, Status, by_hand
from messaging.store import office

CLOSED: str = "the lead is closed"
ANOTHER_OPEN: str = "This homeowner has a newer open lead. Go on there, or close it first."


async def change_status(desk: Desk, who: Who, *, lead_id: UUID, status: Status, reason: str | None = None) -> None:
    """By the table of the product, section 3; a step that it does not have is refused in words."""
    if status == "closed" and reason not in REASONS:
        raise Refused("Say why it closes: that is how you see later where work was lost.")
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        found = await lead_of(transaction, lead_id)
        if found["status"] == status:
            return
        _allowed(found["status"], status)
        if status in TERMINAL:
            await silence_automation(transaction, lead_id=lead_id, now=now, reason=CLOSED)
        lead = await locked(transaction, found)
        _allowed(lead["status"], status)
        if status not in TERMINAL and lead["status"] in TERMINAL:
            await _refuse_second(transaction, lead)
        await change(
            transaction, who, lead=lead, changes=_changes(lead, status, reason, now), action=f"set to {status}", now=now
        )
        await write_line(
            transaction, who, lead=lead, kind="status", now=now, what="status", status=status, reason=reason, before=lead["status"]
        )  # fmt: skip
        transaction.after_commit(desk.changed.ring)


def _changes(lead: asyncpg.Record, status: Status, reason: str | None, now: datetime) -> dict[str, Any]:
    ends = status in TERMINAL
    changes: dict[str, Any] = {
        "status": status,
        "ended_at": now if ends else None,
        "ended_reason": reason if status == "closed" else None,
        "last_sign_at": lead["last_sign_at"] if ends else max(lead["last_sign_at"], now),
    }
    if ends:
        changes |= {
            "asked_for_a_call": False,
            "handed_over_at": None,
            "handed_over_reason": None,
            "needs_office_now": False,
        }
    return changes


async def _refuse_second(transaction: Transaction, lead: asyncpg.Record) -> None:
    if await office.open_lead(transaction, homeowner_id=lead["homeowner_id"]) is not None:
        raise Refused(ANOTHER_OPEN)


def _allowed(present: Status, wanted: Status) -> None:
    refusal = by_hand(present, wanted)
    if refusal is not None:
        raise Refused(refusal)
