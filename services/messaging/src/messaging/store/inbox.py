"""The inbox's rows: folded from what changed, read by view, filter and place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.domain.inbox import SEATS, places
from messaging.store.threads import WITH_TURN

FOLD_LOCK: Final = 7_206_041
Whose = Literal["mine", "unassigned", "all"]
Show = Literal["open", "office", "booked", "closed"]
SHOWN: Final[Mapping[str, str]] = {
    "open": "r.status IN ('new', 'active', 'booked')",
    "office": "r.turn = 'office'",
    "booked": "r.status = 'booked'",
    "closed": "r.status IN ('won', 'closed')",
}
WHOSE: Final[Mapping[str, str]] = {"mine": "r.assigned_to = $2", "unassigned": "r.assigned_to IS NULL", "all": "true"}
MOST_COUNTED: Final = 100
"""A count beyond it is shown as `99+`: counting all would grow with the shop."""


class Changed(NamedTuple):
    """A lead, and the item of it that is new or changed; None for the lead itself."""

    lead_id: UUID
    item_id: UUID | None


class Row(NamedTuple):
    lead_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    status: str
    assigned_to: UUID | None
    turn: str
    turn_at: datetime
    last_at: datetime
    place: int
    says: str
    why: str
    marks: dict[str, Any]


ROW_TYPES: Final = (
    "uuid", "uuid", "uuid", "text", "uuid", "text", "timestamptz", "timestamptz", "bigint", "text", "text", "jsonb",
)  # fmt: skip
TAKE: Final = """
WITH led AS MATERIALIZED (SELECT pg_try_advisory_xact_lock($1) AS alone)
DELETE FROM thread_changes WHERE (SELECT alone FROM led) AND seq IN (SELECT seq FROM thread_changes ORDER BY seq LIMIT $2)
RETURNING lead_id, item_id
"""
FOLDED: Final = f"""
WITH turned AS ({WITH_TURN} WHERE l.lead_id = ANY($1::uuid[]))
SELECT t.*, h.trouble, opted.at AS opted_out_at, to_jsonb(item) AS item, to_jsonb(newest) AS text
FROM turned t JOIN homeowners h ON h.homeowner_id = t.homeowner_id
LEFT JOIN opt_outs opted ON opted.homeowner_id = t.homeowner_id AND opted.ended_at IS NULL
LEFT JOIN LATERAL (SELECT i.kind, i.at, left(i.body, 160) AS body, i.detail FROM thread_items i
    WHERE i.lead_id = t.lead_id AND i.kind IN ('text_in', 'call') ORDER BY i.at DESC, i.seq DESC LIMIT 1) item ON true
LEFT JOIN LATERAL (SELECT x.text_class, x.state, x.written_by, coalesce(x.sent_at, x.created_at) AS at, left(x.body, 160) AS body, x.reason, x.held_until,
    coalesce(x.latest_decision, x.decision)->>'sentence' AS sentence FROM texts x
    WHERE x.lead_id = t.lead_id AND x.state <> 'cancelled' AND x.text_class <> 'compliance' ORDER BY coalesce(x.sent_at, x.created_at) DESC LIMIT 1) newest ON true
"""
PUT: Final = f"""
INSERT INTO inbox_rows AS r ({", ".join(Row._fields)}, seq)
SELECT *, $13::bigint FROM unnest({", ".join(f"${number}::{kind}[]" for number, kind in enumerate(ROW_TYPES, 1))})
ON CONFLICT (lead_id) DO UPDATE SET seq = excluded.seq, status = excluded.status, assigned_to = excluded.assigned_to,
    turn_at = CASE WHEN r.turn = excluded.turn THEN r.turn_at ELSE excluded.turn_at END, turn = excluded.turn, last_at = excluded.last_at,
    place = excluded.place, says = excluded.says, why = excluded.why, marks = excluded.marks
"""
LISTED: Final = """
SELECT r.*, h.name, h.number, coalesce(unread.n, 0) AS unread
FROM inbox_rows r JOIN homeowners h ON h.homeowner_id = r.homeowner_id
LEFT JOIN thread_reads seen ON seen.lead_id = r.lead_id AND seen.member_id = $2
LEFT JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM thread_items i WHERE i.lead_id = r.lead_id AND i.seq > coalesce(seen.read_seq, 0)
    AND (i.kind = 'text_in' OR i.kind = 'call' AND i.detail->>'outcome' IN ('missed', 'voicemail')) LIMIT 10) few) unread
    ON seen.member_id IS NOT NULL OR r.status IN ('new', 'active', 'booked')
"""


async def has_changes(pool: asyncpg.Pool) -> bool:
    """Looks without a transaction: most looks find nothing."""
    return bool(await pool.fetchval("SELECT EXISTS (SELECT FROM thread_changes)"))


async def take_changes(transaction: Transaction, *, limit: int) -> list[Changed]:
    """The oldest, by one process at a time: rows come in the order of commits."""
    return [Changed(*row) for row in await transaction.connection.fetch(TAKE, FOLD_LOCK, limit)]


async def as_they_stand(transaction: Transaction, *, lead_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    return await transaction.fetch(FOLDED, list(lead_ids))


async def put(transaction: Transaction, *, rows: Sequence[Row]) -> int:
    """Returns the change's place in the order of all changes."""
    seq: int = await transaction.fetch_value("SELECT nextval('inbox_seq')")
    columns = [list(column) for column in zip(*rows, strict=True)]
    await transaction.connection.execute(PUT, *columns, seq)
    return seq


async def tell(transaction: Transaction, *, channel: str, messages: Sequence[str]) -> None:
    """To every process that listens, once this is committed."""
    await transaction.execute("SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said", channel, list(messages))


async def listed(
    transaction: Transaction,
    *,
    organization_id: UUID,
    member_id: UUID,
    whose: Whose,
    show: Show,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """A page in the order of the list."""
    place, lead_id = after or (-1, UUID(int=0))
    return await transaction.fetch(
        f"{LISTED} WHERE r.organization_id = $1 AND {SHOWN[show]} AND {WHOSE[whose]} AND (r.place, r.lead_id) > ($3, $4)"
        " ORDER BY r.place, r.lead_id LIMIT $5",
        organization_id, member_id, place, lead_id, limit,
    )  # fmt: skip


async def these(
    transaction: Transaction, *, organization_id: UUID, member_id: UUID, lead_ids: Sequence[UUID]
) -> list[asyncpg.Record]:
    return await transaction.fetch(
        f"{LISTED} WHERE r.organization_id = $1 AND r.lead_id = ANY($3::uuid[]) ORDER BY r.place, r.lead_id",
        organization_id, member_id, list(lead_ids),
    )  # fmt: skip


async def counts(transaction: Transaction, *, organization_id: UUID, member_id: UUID, show: Show) -> Mapping[str, int]:
    """How many of each, at most `MOST_COUNTED`; `badge` is what waits for this person or for nobody yet,
    `drafts` what waits for a yes.
    """
    parts = [
        f"(SELECT count(*) FROM (SELECT FROM inbox_rows r WHERE r.organization_id = $1 AND {SHOWN[shown]} AND {whose} LIMIT {MOST_COUNTED}) n) AS {name}"
        for name, shown, whose in (
            *((name, show, condition) for name, condition in WHOSE.items()),
            ("waits_for_me", "office", WHOSE["mine"]),
            ("waits_for_any", "office", WHOSE["unassigned"]),
        )
    ]
    parts.append(
        f"(SELECT count(*) FROM (SELECT FROM texts WHERE organization_id = $1 AND state = 'awaiting_approval' LIMIT {MOST_COUNTED}) n) AS drafts"
    )
    row = await transaction.fetch_one(f"SELECT {', '.join(parts)}, $2::uuid", organization_id, member_id)
    found = dict(row or {})
    return {**found, "badge": min(MOST_COUNTED, found["waits_for_me"] + found["waits_for_any"])}


async def turn_counts(
    transaction: Transaction, *, organization_id: UUID, member_id: UUID, whose: Whose, show: Show
) -> Mapping[str, int]:
    """How many stand in each group of a view, by whose turn it is; at most `MOST_COUNTED` of each."""
    groups = {turn: places(turn) for turn in SEATS}
    parts = [
        f"(SELECT count(*) FROM (SELECT FROM inbox_rows r WHERE r.organization_id = $1 AND {SHOWN[show]} AND {WHOSE[whose]}"
        f" AND r.place >= {first} AND r.place < {beyond} LIMIT {MOST_COUNTED}) n) AS {turn}"
        for turn, (first, beyond) in groups.items()
    ]
    row = await transaction.fetch_one(f"SELECT {', '.join(parts)}, $2::uuid AS member_id", organization_id, member_id)
    return {turn: row[turn] if row else 0 for turn in groups}


async def changed_since(
    transaction: Transaction, *, organization_id: UUID, seq: int, limit: int
) -> list[asyncpg.Record]:
    """What a page that slept has missed, by lead."""
    return await transaction.fetch(
        "SELECT lead_id, seq FROM inbox_rows WHERE organization_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        organization_id, seq, limit,
    )  # fmt: skip


async def newest_seq(transaction: Transaction, *, organization_id: UUID) -> int:
    return (
        await transaction.fetch_value(
            "SELECT seq FROM inbox_rows WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1", organization_id
        )
        or 0
    )
