"""Walks an organization's chain and tells the first thing that is wrong with it."""

from typing import Any, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from proof.domain import chain
from proof.domain.chain import GENESIS, Entry
from proof.store import ledger


class Verified(NamedTuple):
    """`problem` is None for a whole chain; then `entries` were walked."""

    entries: int
    problem: str | None


async def verify(transaction: Transaction, *, organization_id: UUID) -> Verified:
    """Numbers, links, digests, and every content that has not been erased."""
    walked, previous = 0, GENESIS
    async for row in ledger.walk(transaction, organization_id=organization_id):
        wrong = chain.problem(
            entry_of(row), row["digest"], expected_sequence=walked + 1, expected_previous=previous
        ) or _content(row)
        if wrong:
            return Verified(walked, wrong)
        walked, previous = walked + 1, row["digest"]
    head = await ledger.head(transaction, organization_id=organization_id)
    if head is not None and (head.sequence, head.digest) != (walked, previous):
        return Verified(walked, f"entry {walked + 1} is missing: the chain was {head.sequence} entries long")
    return Verified(walked, None)


def entry_of(row: Any) -> Entry:
    return Entry(
        sequence=row["sequence"], type=row["type"], occurred_at=row["occurred_at"], event_id=str(row["event_id"]), content_digest=row["content_digest"],
        previous=row["previous"],
    )  # fmt: skip


def _content(row: Any) -> str | None:
    if row["payload"] is None:
        return None
    same = chain.content_digest(salt=row["salt"], payload=row["payload"]) == row["content_digest"]
    return None if same else f"the content of entry {row['sequence']} was altered"
