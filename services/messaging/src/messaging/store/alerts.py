"""What needs a person of the office, one open alert for each thread or stop; and the notices that told of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.store.threads import WITH_TURN

NOTE: Final = """
INSERT INTO staff_alerts (alert_id, organization_id, subject_id, lead_id, urgent, kind, sentence, since, due_at)
SELECT a, o, s, l, u, k, w, n, d FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
    AS u(a, o, s, l, u, k, w, n, d) WHERE NOT EXISTS (SELECT FROM staff_alerts same WHERE same.alert_id = a) ORDER BY s
ON CONFLICT (organization_id, subject_id) WHERE ended_at IS NULL DO UPDATE SET
    urgent = staff_alerts.urgent OR excluded.urgent,
    sentence = coalesce(excluded.sentence, staff_alerts.sentence),
    since = CASE WHEN excluded.urgent AND NOT staff_alerts.urgent THEN excluded.since ELSE staff_alerts.since END,
    told = CASE WHEN excluded.urgent AND NOT staff_alerts.urgent THEN '[]' ELSE staff_alerts.told END,
    due_at = CASE WHEN excluded.urgent AND NOT staff_alerts.urgent THEN excluded.due_at ELSE staff_alerts.due_at END
"""
"""What becomes urgent begins anew; anything else that happens to an open alert changes nothing."""
NEW_STOPS: Final = """
SELECT * FROM automation_stops s WHERE ended_at IS NULL AND NOT EXISTS (SELECT FROM staff_alerts a WHERE a.subject_id = s.stop_id) ORDER BY stopped_at LIMIT 100
"""
CLAIM: Final = """
SELECT * FROM staff_alerts WHERE ended_at IS NULL AND organization_id IN (SELECT organization_id FROM staff_alerts WHERE ended_at IS NULL AND due_at <= $1 LIMIT $2)
ORDER BY since, alert_id FOR UPDATE SKIP LOCKED
"""
SENDING: Final = timedelta(minutes=1)
"""A mail server that takes longer is taken for gone."""


class NewAlert(NamedTuple):
    """`subject_id` is the thread or the stop; `sentence` None where the thread itself says what it needs."""

    alert_id: UUID
    organization_id: UUID
    subject_id: UUID
    lead_id: UUID | None
    urgent: bool
    kind: str
    sentence: str | None
    since: datetime
    due_at: datetime


class Notice(NamedTuple):
    """`address` and `subject` are an e-mail's, `text_id` is a text's."""

    notice_id: UUID
    organization_id: UUID
    member_id: UUID
    way: str
    alert_ids: list[UUID]
    address: str | None
    subject: str | None
    body: str
    at: datetime
    text_id: UUID | None
    state: str
    due_at: datetime | None


async def note(transaction: Transaction, *, alerts: Sequence[NewAlert]) -> None:
    """Opens what is not open yet. At most one for each subject."""
    if alerts:
        await transaction.execute(NOTE, *map(list, zip(*alerts, strict=True)))


async def new_stops(transaction: Transaction) -> list[asyncpg.Record]:
    """Stops of automation that nobody was told of."""
    return await transaction.fetch(NEW_STOPS)


async def claim(transaction: Transaction, *, now: datetime, shops: int) -> list[asyncpg.Record]:
    """All open alerts of shops in which one is due, locked: they may be told together."""
    return await transaction.fetch(CLAIM, now, shops)


async def leads(transaction: Transaction, *, lead_ids: Sequence[UUID]) -> dict[UUID, asyncpg.Record]:
    """With what their turn depends on, and when the office last wrote, be it a note."""
    rows = await transaction.fetch(
        f"SELECT turn.*, greatest((SELECT max(t.created_at) FROM texts t WHERE t.lead_id = turn.lead_id AND t.text_class = 'staff'),"
        " (SELECT max(i.at) FROM thread_items i WHERE i.lead_id = turn.lead_id AND i.kind = 'note')) AS office_wrote_at"
        f" FROM ({WITH_TURN} WHERE l.lead_id = ANY($1::uuid[])) AS turn",
        list(lead_ids),
    )
    return {row["lead_id"]: row for row in rows}


async def open_stops(transaction: Transaction, *, stop_ids: Sequence[UUID]) -> set[UUID]:
    rows = await transaction.fetch(
        "SELECT stop_id FROM automation_stops WHERE stop_id = ANY($1::uuid[]) AND ended_at IS NULL", list(stop_ids)
    )
    return {row["stop_id"] for row in rows}


async def last_told(transaction: Transaction, *, organization_id: UUID, since: datetime) -> dict[UUID, datetime]:
    """By member, when a notice went to them."""
    rows = await transaction.fetch(
        "SELECT member_id, max(at) AS at FROM staff_notices WHERE organization_id = $1 AND at > $2 GROUP BY member_id",
        organization_id, since,
    )  # fmt: skip
    return {row["member_id"]: row["at"] for row in rows}


async def end(transaction: Transaction, *, alert_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    await transaction.execute(
        "UPDATE staff_alerts SET ended_at = $2, ended_reason = $3 WHERE alert_id = ANY($1::uuid[])",
        list(alert_ids), now, reason,
    )  # fmt: skip


async def put_off(transaction: Transaction, *, moments: Mapping[UUID, datetime]) -> None:
    """Looked at again then."""
    await transaction.execute(
        "UPDATE staff_alerts SET due_at = u.due FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, due) WHERE alert_id = u.id",
        list(moments), list(moments.values()),
    )  # fmt: skip


async def tell(
    transaction: Transaction, *, alert_id: UUID, kind: str, told: Sequence[Mapping[str, Any]], due_at: datetime
) -> None:
    """`told`: the whole list of member, name, way and moment."""
    await transaction.execute(
        "UPDATE staff_alerts SET kind = $2, told = $3::jsonb, due_at = $4 WHERE alert_id = $1",
        alert_id, kind, list(told), due_at,
    )  # fmt: skip


async def add_notice(transaction: Transaction, *, notice: Notice) -> None:
    await transaction.execute(
        "INSERT INTO staff_notices (notice_id, organization_id, member_id, way, alert_ids, address, subject, body, at, text_id, state, due_at)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)",
        *notice,
    )


async def claim_mails(transaction: Transaction, *, now: datetime, limit: int) -> list[asyncpg.Record]:
    """E-mails that are due; whoever vanishes with them leaves them to the next try."""
    return await transaction.fetch(
        "UPDATE staff_notices SET due_at = $1::timestamptz + $2, attempt = attempt + 1 WHERE notice_id IN (SELECT notice_id FROM staff_notices"
        " WHERE state = 'queued' AND due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *",
        now, SENDING, limit,
    )  # fmt: skip


async def record_mail(
    transaction: Transaction, *, notice_id: UUID, state: str, reason: str | None, due_at: datetime | None
) -> None:
    await transaction.execute(
        "UPDATE staff_notices SET state = $2, reason = $3, due_at = $4 WHERE notice_id = $1",
        notice_id,
        state,
        reason,
        due_at,
    )


async def recent(transaction: Transaction, *, organization_id: UUID, limit: int) -> list[asyncpg.Record]:
    """Open ones first, then the newest, each with its homeowner."""
    return await transaction.fetch(
        "SELECT a.*, h.name AS homeowner_name, h.number AS homeowner_number FROM staff_alerts a LEFT JOIN leads l ON l.lead_id = a.lead_id"
        " LEFT JOIN homeowners h ON h.homeowner_id = l.homeowner_id WHERE a.organization_id = $1"
        " ORDER BY a.ended_at IS NOT NULL, a.urgent DESC, a.since DESC LIMIT $2",
        organization_id, limit,
    )  # fmt: skip


async def notices_of(
    transaction: Transaction, *, organization_id: UUID, alert_ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    """Who was told of these, oldest first, each with how its text fared."""
    return await transaction.fetch(
        "SELECT n.member_id, n.way, n.alert_ids, n.at, n.state, t.state AS text_state FROM staff_notices n LEFT JOIN texts t ON t.text_id = n.text_id"
        " WHERE n.organization_id = $1 AND n.alert_ids && $2::uuid[] ORDER BY n.at, n.way",
        organization_id, list(alert_ids),
    )  # fmt: skip
