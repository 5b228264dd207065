"""What a carrier's refusal made automation stop: a line, or a class of texts. A stop ends by a person or by a text that arrived."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from chassis.database import Transaction

Kind = Literal["line", "template"]


async def stop(
    transaction: Transaction,
    *,
    stop_id: UUID,
    organization_id: UUID,
    kind: Kind,
    subject: str,
    error_code: int | None,
    reason: str,
    what_to_do: str,
    text_id: UUID,
    attempted_at: datetime,
    now: datetime,
) -> bool:
    """True when this is news. A refusal of a text that left before the last stop ended does not bring it back."""
    row = await transaction.fetch_value(
        "INSERT INTO automation_stops (stop_id, organization_id, kind, subject, error_code, reason, what_to_do, text_id, stopped_at)"
        " SELECT $1,$2,$3,$4,$5,$6,$7,$8,$9 WHERE NOT EXISTS (SELECT FROM automation_stops WHERE organization_id = $2 AND kind = $3 AND subject = $4"
        " AND ended_at > $10) ON CONFLICT DO NOTHING RETURNING stop_id",
        stop_id, organization_id, kind, subject, error_code, reason, what_to_do, text_id, now, attempted_at,
    )  # fmt: skip
    return row is not None


async def end(
    transaction: Transaction, *, organization_id: UUID, kind: Kind, subject: str, ended_by: str, now: datetime
) -> asyncpg.Record | None:
    """The stop that ended; None where there was none."""
    return await transaction.fetch_one(
        "UPDATE automation_stops SET ended_at = $4, ended_by = $5 WHERE organization_id = $1 AND kind = $2 AND subject = $3 AND ended_at IS NULL RETURNING *",
        organization_id, kind, subject, now, ended_by,
    )  # fmt: skip


async def end_by_arrival(
    transaction: Transaction, *, organization_id: UUID, line: str, left_at: datetime, but: Sequence[int], now: datetime
) -> asyncpg.Record | None:
    """A text that left from the line after the stop arrived, so the line works; `but` are codes that say nothing of the line."""
    return await transaction.fetch_one(
        "UPDATE automation_stops SET ended_at = $3, ended_by = 'a text that arrived' WHERE organization_id = $1 AND kind = 'line' AND subject = $2"
        " AND ended_at IS NULL AND stopped_at < $4 AND (error_code IS NULL OR error_code <> ALL($5::int[])) RETURNING *",
        organization_id, line, now, left_at, list(but),
    )  # fmt: skip


async def present(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """Those that have not ended, oldest first."""
    return await transaction.fetch(
        "SELECT * FROM automation_stops WHERE organization_id = $1 AND ended_at IS NULL ORDER BY stopped_at, stop_id",
        organization_id,
    )


async def all_present(transaction: Transaction) -> list[asyncpg.Record]:
    """Of every organization, oldest first."""
    return await transaction.fetch(
        "SELECT organization_id, kind, subject, reason FROM automation_stops WHERE ended_at IS NULL ORDER BY stopped_at, stop_id"
    )


async def ended(transaction: Transaction, *, organization_id: UUID, limit: int) -> list[asyncpg.Record]:
    """Those that are over, newest first."""
    return await transaction.fetch(
        "SELECT * FROM automation_stops WHERE organization_id = $1 AND ended_at IS NOT NULL ORDER BY ended_at DESC, stop_id LIMIT $2",
        organization_id, limit,
    )  # fmt: skip
