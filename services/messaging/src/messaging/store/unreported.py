"""Texts that a carrier took and of whose end it told nothing."""

from datetime import datetime
from typing import Final

import asyncpg

from chassis.database import Transaction

TO_ASK: Final = """
UPDATE texts SET due_at = CASE WHEN $1 - sent_at < interval '12 hours' THEN $1 + 3 * ($1 - sent_at) END
WHERE text_id IN (SELECT text_id FROM texts WHERE state = 'sent' AND due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING text_id, organization_id, homeowner_id, from_number, to_number, provider, provider_id
"""


async def to_ask(transaction: Transaction, *, now: datetime, limit: int) -> list[asyncpg.Record]:
    """Due to be asked for at their carrier: 15 minutes after they left, then after 1, 4 and 16 hours, and then no more."""
    return await transaction.fetch(TO_ASK, now, limit)
