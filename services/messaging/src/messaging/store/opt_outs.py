"""Opt-outs, per organization and homeowner, without expiry; and what else is noted about a homeowner."""

from datetime import datetime
from uuid import UUID

from chassis.database import Transaction


async def opt_out(
    transaction: Transaction,
    *,
    opt_out_id: UUID,
    organization_id: UUID,
    homeowner_id: UUID,
    source: str,
    evidence_id: UUID,
    at: datetime,
) -> bool:
    """True when this is news; the same evidence counts once, and one from before an opt-in is over, whichever was heard first."""
    row = await transaction.fetch_value(
        "INSERT INTO opt_outs (opt_out_id, organization_id, homeowner_id, source, evidence_id, at)"
        " SELECT $1,$2,$3,$4,$5,$6 WHERE NOT EXISTS (SELECT FROM opt_outs WHERE homeowner_id = $3 AND ended_at > $6)"
        " AND NOT EXISTS (SELECT FROM homeowners WHERE homeowner_id = $3 AND window_from > $6)"
        " ON CONFLICT DO NOTHING RETURNING opt_out_id",
        opt_out_id, organization_id, homeowner_id, source, evidence_id, at,
    )  # fmt: skip
    return row is not None


async def opt_in(transaction: Transaction, *, homeowner_id: UUID, evidence_id: UUID, at: datetime) -> bool:
    """True when there was an opt-out to end. START ends the first-reply window in any case."""
    await transaction.execute(
        "UPDATE homeowners SET window_from = $2 WHERE homeowner_id = $1 AND (window_from IS NULL OR window_from < $2)",
        homeowner_id, at,
    )  # fmt: skip
    row = await transaction.fetch_value(
        "UPDATE opt_outs SET ended_at = $3, ended_evidence_id = $2 WHERE homeowner_id = $1 AND ended_at IS NULL AND at <= $3 RETURNING opt_out_id",
        homeowner_id, evidence_id, at,
    )  # fmt: skip
    return row is not None


async def is_opted_out(transaction: Transaction, *, homeowner_id: UUID) -> bool:
    return await transaction.fetch_value(
        "SELECT EXISTS (SELECT FROM opt_outs WHERE homeowner_id = $1 AND ended_at IS NULL)", homeowner_id
    ) is True  # fmt: skip


async def last_opted_in_at(transaction: Transaction, *, homeowner_id: UUID) -> datetime | None:
    """When a START, or the office, said last that texts are welcome."""
    found: datetime | None = await transaction.fetch_value(
        "SELECT greatest((SELECT window_from FROM homeowners WHERE homeowner_id = $1), (SELECT max(ended_at) FROM opt_outs WHERE homeowner_id = $1))",
        homeowner_id,
    )  # fmt: skip
    return found


async def remember_homeowner(
    transaction: Transaction, *, homeowner_id: UUID, organization_id: UUID, number: str | None, line: str, at: datetime
) -> None:
    """`line` is the tracked number that the homeowner used last."""
    await transaction.execute(
        "INSERT INTO homeowners (homeowner_id, organization_id, number, last_line, created_at) VALUES ($1,$2,$3,$4,$5)"
        " ON CONFLICT (homeowner_id) DO UPDATE SET last_line = excluded.last_line",
        homeowner_id, organization_id, number, line, at,
    )  # fmt: skip


async def note_trouble(transaction: Transaction, *, homeowner_id: UUID, trouble: str | None) -> None:
    """Why the number cannot be texted from any line; None: it can, since it wrote."""
    await transaction.execute("UPDATE homeowners SET trouble = $2 WHERE homeowner_id = $1", homeowner_id, trouble)


async def note_refused_line(transaction: Transaction, *, homeowner_id: UUID, line: str) -> None:
    """The carrier takes no texts from this line to them."""
    await transaction.execute(
        "UPDATE homeowners SET refused_lines = refused_lines || $2::text WHERE homeowner_id = $1 AND NOT refused_lines @> ARRAY[$2::text]",
        homeowner_id, line,
    )  # fmt: skip


async def forget_refused_line(transaction: Transaction, *, homeowner_id: UUID, line: str) -> None:
    """A START to this line opened it again at the carrier."""
    await transaction.execute(
        "UPDATE homeowners SET refused_lines = array_remove(refused_lines, $2) WHERE homeowner_id = $1 AND refused_lines @> ARRAY[$2::text]",
        homeowner_id, line,
    )  # fmt: skip
