"""Why a homeowner may be texted: records that are only ever added."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from messaging.store.threads import Consent

FIRST: Final = UUID(int=0)
RECORDS: Final = (
    "SELECT c.consent_id, c.homeowner_id, h.number, c.source, c.wording_version, c.at, c.evidence_id,"
    " (SELECT min(o.at) FROM opt_outs o WHERE o.homeowner_id = c.homeowner_id AND o.at >= c.at) AS withdrawn_at"
    " FROM consents c LEFT JOIN homeowners h ON h.homeowner_id = c.homeowner_id"
)


class Kept(NamedTuple):
    """A record with the number that it is of, None once that was erased. `withdrawn_at` is the first opt-out after it."""

    consent_id: UUID
    homeowner_id: UUID
    number: str | None
    source: str
    wording_version: str
    at: datetime
    evidence_id: UUID
    withdrawn_at: datetime | None


async def add_first(transaction: Transaction, *, consent: Consent) -> bool:
    """True when it was added: only where none of this homeowner is recorded."""
    return await transaction.fetch_value(
        "INSERT INTO consents (consent_id, organization_id, homeowner_id, source, wording_version, evidence_id, at)"
        " SELECT $1,$2,$3,$4,$5,$6,$7 WHERE NOT EXISTS (SELECT FROM consents WHERE homeowner_id = $3) ON CONFLICT DO NOTHING RETURNING true",
        *consent,
    ) is True  # fmt: skip


async def after(
    transaction: Transaction, *, organization_id: UUID, at: datetime | None, consent_id: UUID = FIRST, limit: int
) -> list[Kept]:
    """A page of an organization's records, oldest first, behind the one named by its moment and id."""
    rows = await transaction.fetch(
        f"{RECORDS} WHERE c.organization_id = $1 AND ($2::timestamptz IS NULL OR (c.at, c.consent_id) > ($2, $3)) ORDER BY c.at, c.consent_id LIMIT $4",
        organization_id, at, consent_id, limit,
    )  # fmt: skip
    return [Kept(*row) for row in rows]


async def newest(transaction: Transaction, *, organization_id: UUID, limit: int) -> list[Kept]:
    rows = await transaction.fetch(
        f"{RECORDS} WHERE c.organization_id = $1 ORDER BY c.at DESC, c.consent_id DESC LIMIT $2",
        organization_id, limit,
    )  # fmt: skip
    return [Kept(*row) for row in rows]


async def counts(transaction: Transaction, *, organization_id: UUID) -> tuple[int, int]:
    """Records, and homeowners who are opted out now."""
    row = await transaction.fetch_one(
        "SELECT (SELECT count(*) FROM consents WHERE organization_id = $1) AS records,"
        " (SELECT count(*) FROM opt_outs WHERE organization_id = $1 AND ended_at IS NULL) AS opted_out",
        organization_id,
    )  # fmt: skip
    return (row["records"], row["opted_out"]) if row is not None else (0, 0)
