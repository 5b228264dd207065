"""Raw callbacks: stored before they are answered, due until they are folded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction

IN_FLIGHT: Final = timedelta(seconds=3)
"""A callback that is being stored has a moment already and no row yet."""
COLUMNS: Final = "callback_key, organization_id, kind, subject, effect, number, query, headers, body, traceparent, received_at, happened_at"
STORE: Final = f"""
INSERT INTO callbacks ({COLUMNS}) SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::jsonb[], $9::bytea[], $10::text[], $11::timestamptz[], $12::timestamptz[])
ON CONFLICT (callback_key) DO NOTHING RETURNING callback_key, seq
"""
EFFECTIVE_BEFORE: Final = """c.effect <> '' AND EXISTS (
        SELECT FROM callbacks e WHERE e.subject = c.subject AND e.organization_id = c.organization_id AND e.effect = c.effect AND e.seq < c.seq
    )"""
"""The same fact came before under another key."""
CLAIM: Final = f"""
WITH due AS MATERIALIZED (
    SELECT seq, subject FROM callbacks WHERE folded_at IS NULL AND (due_at IS NULL OR due_at <= $1) ORDER BY seq LIMIT $2
), mine AS MATERIALIZED (
    SELECT subject FROM (SELECT DISTINCT subject FROM due ORDER BY subject) subjects
    WHERE pg_try_advisory_xact_lock(hashtextextended(subject, 0))
)
SELECT c.seq, c.organization_id, c.kind, c.subject, c.number, c.query, c.headers, c.body, c.traceparent, c.happened_at, c.tries,
    {EFFECTIVE_BEFORE} AS repeated
FROM callbacks c WHERE c.seq = ANY(ARRAY(SELECT seq FROM due WHERE subject IN (SELECT subject FROM mine))) AND c.folded_at IS NULL
ORDER BY c.seq FOR UPDATE SKIP LOCKED
"""
"""The oldest that are due, none of a call that another worker has in hand. As an array, since a plan made while the table was
empty would otherwise compare every callback with every one that is due."""
REPEATED: Final = f"SELECT c.seq FROM callbacks c WHERE c.seq = ANY($1::bigint[]) AND {EFFECTIVE_BEFORE}"
HEARD_UNTIL: Final = """
SELECT least(
    (SELECT min(received_at) FROM callbacks WHERE folded_at IS NULL AND tries = 0),
    (SELECT min(began_at) FROM gaps WHERE closed_at IS NULL AND noticed_at > $1)
)
"""


class Callback(NamedTuple):
    """One accepted callback, as it came.

    `callback_key` makes a repeat the same; `subject` is the provider's id of the call or text; `effect` names what may take
    effect only once for a subject, under whatever key it comes. `received_at` is when we stored it, `happened_at` when it was so.
    `form` is the body as it was read, which is not stored; None where it was not.
    """

    callback_key: str
    organization_id: UUID
    kind: str
    subject: str
    effect: str
    number: str
    query: str
    headers: dict[str, str]
    body: bytes
    traceparent: str | None
    received_at: datetime
    happened_at: datetime
    form: dict[str, str] | None = None


class Due(NamedTuple):
    """A stored callback that is to be folded. `repeated`: what it tells of a text was told before."""

    seq: int
    organization_id: UUID
    kind: str
    subject: str
    number: str
    query: str
    headers: dict[str, str]
    body: bytes
    traceparent: str | None
    happened_at: datetime
    tries: int = 0
    repeated: bool = False
    form: dict[str, str] | None = None


def due(callback: Callback, *, seq: int) -> Due:
    """One that was stored just now."""
    return Due(
        seq, callback.organization_id, callback.kind, callback.subject, callback.number, callback.query, callback.headers, callback.body,
        callback.traceparent, callback.happened_at, form=callback.form,
    )  # fmt: skip


async def store(connection: Any, callbacks: Sequence[Callback]) -> dict[str, int]:
    """Stores them in one statement; returns the keys that were new, with their numbers."""
    columns: list[list[Any]] = [list(column) for column in zip(*callbacks, strict=True)][:-1]
    return dict(await connection.fetch(STORE, *columns))


async def claim(transaction: Transaction, *, now: datetime, limit: int) -> list[Due]:
    """Locked until the end of the transaction, each call and text to one worker."""
    return [Due(*row) for row in await transaction.fetch(CLAIM, now, limit)]


async def repeated(transaction: Transaction, *, seqs: Sequence[int]) -> frozenset[int]:
    """Those of them whose effect an earlier callback had already."""
    return frozenset(row["seq"] for row in await transaction.fetch(REPEATED, list(seqs)))


async def put_off(transaction: Transaction, *, seqs: Sequence[int], error: str, due_at: datetime | None) -> None:
    """Could not be folded: tried again at `due_at`, or set aside for good without one."""
    await transaction.execute(
        "UPDATE callbacks SET tries = tries + 1, error = $2, due_at = $3, folded_at = CASE WHEN $3::timestamptz IS NULL THEN received_at END"
        " WHERE seq = ANY($1::bigint[])",
        list(seqs), error[:500], due_at,
    )  # fmt: skip


async def known_subjects(transaction: Transaction, *, organization_id: UUID, subjects: Sequence[str]) -> set[str]:
    """Of which a text is stored already."""
    rows = await transaction.fetch(
        "SELECT DISTINCT subject FROM callbacks WHERE subject = ANY($2::text[]) AND organization_id = $1 AND kind = 'sms-inbound'",
        organization_id,
        list(subjects),
    )
    return {row["subject"] for row in rows}


async def heard_until(connection: Any, *, now: datetime, patience: timedelta) -> datetime:
    """Before this moment every callback is stored and folded, as far as is known: a gap counts until it is filled, or for `patience`."""
    oldest = await connection.fetchval(HEARD_UNTIL, now - patience)
    limit = now - IN_FLIGHT
    return limit if oldest is None else min(oldest, limit)
