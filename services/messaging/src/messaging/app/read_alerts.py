"""What needed a person lately, with the notices that told of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Database
from messaging.app.alert_things import look_at_needs
from messaging.store import alerts

SHOWN: Final = 50
FARED: Final = {
    "delivered": "text arrived", "sent": "text sent", "suppressed": "text not sent", "failed": "text not sent", "undelivered": "text did not arrive",
    "cancelled": "text not sent",
}  # fmt: skip
MAILED: Final = {"sent": "e-mail sent", "queued": "e-mail on its way", "failed": "e-mail not sent"}


class Alerts(NamedTuple):
    """Open ones first; the notices that name any of them; and the ids of those that need somebody still."""

    rows: list[asyncpg.Record]
    notices: list[asyncpg.Record]
    needed: frozenset[UUID]


async def read_alerts(database: Database, *, organization_id: UUID) -> Alerts:
    """An alert ends when it is looked at next; what was answered meanwhile is not called open until then."""
    async with database.web(organization_id) as transaction:
        rows = await alerts.recent(transaction, organization_id=organization_id, limit=SHOWN)
        notices = await alerts.notices_of(
            transaction, organization_id=organization_id, alert_ids=[row["alert_id"] for row in rows]
        )
        looked = await look_at_needs(transaction, [row for row in rows if row["ended_at"] is None])
    return Alerts(rows, notices, frozenset(each.row["alert_id"] for each in looked))


def told_of(row: asyncpg.Record, notices: Sequence[asyncpg.Record]) -> Iterator[tuple[str, datetime, str]]:
    """Member's id, moment, and how it fared."""
    for each in notices:
        if row["alert_id"] in each["alert_ids"]:
            fared = FARED.get(each["text_state"], "text on its way") if each["way"] == "text" else MAILED[each["state"]]
            yield str(each["member_id"]), each["at"], fared
