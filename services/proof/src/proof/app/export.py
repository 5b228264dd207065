"""A lead's proof as one file that can be checked without us."""

from typing import Any
from uuid import UUID

import msgspec

from chassis.database import Transaction
from proof.domain import chain
from proof.store import ledger


async def export(transaction: Transaction, *, lead_id: UUID) -> dict[str, Any] | None:
    """None when the ledger has never heard of the lead. Digests and salts are hexadecimal; `payload` is the exact text that was hashed."""
    rows = await ledger.of_lead(transaction, lead_id=lead_id)
    if not rows:
        return None
    return {
        "format": "callsnare-proof-1",
        "lead_id": lead_id,
        "organization_id": rows[0]["organization_id"],
        "homeowner_id": rows[0]["homeowner_id"],
        "how_to_check": "content_digest = sha256(salt + payload); digest = sha256 of sequence, type, occurred_at, event_id, content_digest, previous, one a line",
        "entries": [_entry(row) for row in rows],
    }


def _entry(row: Any) -> dict[str, Any]:
    payload = row["payload"]
    return {
        "sequence": row["sequence"],
        "type": row["type"],
        "occurred_at": chain.moment(row["occurred_at"]),
        "event_id": row["event_id"],
        "content_digest": row["content_digest"].hex(),
        "previous": row["previous"].hex(),
        "digest": row["digest"].hex(),
        "salt": row["salt"].hex() if payload is not None else None,
        "payload": payload.decode() if payload is not None else None,
        "event": msgspec.json.decode(payload) if payload is not None else None,
    }
