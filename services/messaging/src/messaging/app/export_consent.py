"""Consent records as CSV: what a carrier or a court asks for."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from chassis.database import Database
from messaging.store import consents
from messaging.store.consents import Kept

HEAD: Final = (
    "number", "organization", "source", "wording_version", "recorded_at", "withdrawn_at", "evidence_id", "consent_id", "homeowner_id",
)  # fmt: skip
PAGE: Final = 1000


async def export_consent(database: Database, *, organization_id: UUID, slug: str) -> AsyncIterator[str]:
    """Lines of a CSV file with its head, oldest first, times in UTC. A record whose homeowner was erased keeps its id alone."""
    yield _line(HEAD)
    at, last = None, consents.FIRST
    while True:
        async with database.web(organization_id) as transaction:
            page = await consents.after(
                transaction, organization_id=organization_id, at=at, consent_id=last, limit=PAGE
            )
        for kept in page:
            yield _line(_fields(kept, slug))
        if len(page) < PAGE:
            return
        at, last = page[-1].at, page[-1].consent_id


def _fields(kept: Kept, slug: str) -> tuple[str, ...]:
    withdrawn = kept.withdrawn_at.isoformat() if kept.withdrawn_at else ""
    return (
        kept.number or "", slug, kept.source, kept.wording_version, kept.at.isoformat(), withdrawn, str(kept.evidence_id), str(kept.consent_id),
        str(kept.homeowner_id),
    )  # fmt: skip


def _line(fields: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(fields)
    return written.getvalue()
