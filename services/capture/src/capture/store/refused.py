"""Refused callbacks: evidence without effect."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction

KEEP: Final = """
INSERT INTO refused_callbacks (id, received_at, path, reason, headers, digest, body)
SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[], $7::bytea[])
"""


class Refused(NamedTuple):
    """`digest` is the body's SHA-256; the body itself is kept only where a secret of its account verified it."""

    id: UUID
    received_at: datetime
    path: str
    reason: str
    headers: dict[str, str]
    digest: bytes
    body: bytes | None


async def keep(transaction: Transaction, refused: Sequence[Refused]) -> None:
    columns: list[list[Any]] = [list(column) for column in zip(*refused, strict=True)]
    await transaction.execute(KEEP, *columns)


async def forget(transaction: Transaction, *, before: datetime, genuine_before: datetime) -> None:
    """What nobody signed goes first; what an account of ours signed for a number that nobody has is kept longer."""
    await transaction.execute(
        "DELETE FROM refused_callbacks WHERE received_at < CASE WHEN body IS NULL THEN $1::timestamptz ELSE $2::timestamptz END",
        before,
        genuine_before,
    )
