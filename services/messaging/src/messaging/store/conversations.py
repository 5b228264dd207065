"""Where the response rules stand with a thread: what is known, what was asked, who has it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.domain.response import Conversation, Details, Wanted
from messaging.store.templates import settings_from

READ: Final = """
SELECT l.status, l.office_owns, l.problem, l.urgency, l.wanted_time, l.wanted_from, l.wanted_until, l.asking, l.unsure,
    l.handed_over_at, h.name, h.address, h.postal_code, (SELECT s.settings FROM response_settings s WHERE s.organization_id = l.organization_id
        ORDER BY s.version DESC LIMIT 1) AS settings
FROM leads l JOIN homeowners h ON h.homeowner_id = l.homeowner_id WHERE l.lead_id = $1
"""


async def standing(transaction: Transaction, *, lead_id: UUID, anew: bool) -> Conversation | None:
    """As stored. `anew`: a lead that came back starts over, but for who lives where."""
    row = await transaction.fetch_one(READ, lead_id)
    if row is None:
        return None
    wanted = Wanted(words=row["wanted_time"], start=row["wanted_from"], end=row["wanted_until"])
    who = Details(name=row["name"], address=row["address"], postal_code=row["postal_code"])
    known = Details(
        problem=row["problem"],
        urgency=row["urgency"],
        address=who.address,
        postal_code=who.postal_code,
        name=who.name,
        wanted=wanted if row["wanted_time"] else None,
    )
    return Conversation(
        status=row["status"],
        office_has_it=row["office_owns"] or (row["handed_over_at"] is not None and not anew),
        details=who if anew else known,
        asking=None if anew else row["asking"],
        unsure=0 if anew else row["unsure"],
        settings=settings_from(row["settings"]),
    )


async def put(transaction: Transaction, *, lead_id: UUID, homeowner_id: UUID, conversation: Conversation) -> None:
    """What was learned and what is asked now."""
    details = conversation.details
    wanted = details.wanted or Wanted(words="")
    await transaction.execute(
        "UPDATE leads SET problem = $2, urgency = $3, wanted_time = $4, wanted_from = $5, wanted_until = $6, asking = $7, unsure = $8 WHERE lead_id = $1",
        lead_id, details.problem, details.urgency, wanted.words or None, wanted.start, wanted.end, conversation.asking, conversation.unsure,
    )  # fmt: skip
    await transaction.execute(
        "UPDATE homeowners SET name = $2, address = $3, postal_code = $4 WHERE homeowner_id = $1"
        " AND (name, address, postal_code) IS DISTINCT FROM ($2, $3, $4)",
        homeowner_id, details.name, details.address, details.postal_code,
    )  # fmt: skip


async def hand_over(
    transaction: Transaction, *, lead_id: UUID, reason: str, urgent: bool, at: datetime
) -> asyncpg.Record:
    """The office has to act. `reason` is shown to it; an urgent one stays urgent until the thread is handed back."""
    row = await transaction.fetch_one(
        "UPDATE leads SET handed_over_at = $2, handed_over_reason = $3, needs_office_now = needs_office_now OR $4, version = version + 1"
        " WHERE lead_id = $1 RETURNING *",
        lead_id, at, reason, urgent,
    )  # fmt: skip
    if row is None:
        raise LookupError(f"lead {lead_id} is gone")
    return row


async def take_back(transaction: Transaction, *, lead_id: UUID) -> None:
    """A lead that came back is no longer the office's for the reason of long ago."""
    await transaction.execute(
        "UPDATE leads SET handed_over_at = NULL, handed_over_reason = NULL, needs_office_now = false WHERE lead_id = $1",
        lead_id,
    )


async def may_warn(transaction: Transaction, *, lead_id: UUID, at: datetime, again_after: timedelta) -> bool:
    """True when no safety text left in this thread lately; notes that one leaves now."""
    row = await transaction.fetch_value(
        "UPDATE leads SET warned_at = $2 WHERE lead_id = $1 AND (warned_at IS NULL OR warned_at <= $3) RETURNING lead_id",
        lead_id, at, at - again_after,
    )  # fmt: skip
    return row is not None
