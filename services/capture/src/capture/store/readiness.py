"""What proves that a shop may go live: calls heard per number, checks of accounts, the test on the shop's own phone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction

HEARD: Final = """
WITH free AS MATERIALIZED (
    SELECT number FROM tracked_numbers WHERE number = ANY($1::text[]) ORDER BY number FOR UPDATE SKIP LOCKED
), noted AS (
    UPDATE tracked_numbers t SET heard_at = greatest(t.heard_at, u.at) FROM unnest($1::text[], $2::timestamptz[]) AS u(number, at)
    WHERE t.number = u.number AND t.added_at <= u.at AND t.number IN (SELECT number FROM free) RETURNING t.number
)
SELECT number, false AS held FROM noted UNION ALL
    SELECT number, true FROM tracked_numbers WHERE number = ANY($1::text[]) AND number NOT IN (SELECT number FROM free)
"""
CHECKED: Final = """
INSERT INTO account_checks (organization_id, kind, account, secret_digest, checked_at, trouble, listed) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (organization_id, kind, account) DO UPDATE SET secret_digest = excluded.secret_digest, checked_at = excluded.checked_at,
    trouble = excluded.trouble, listed = excluded.listed
"""
START_TRIAL: Final = """
INSERT INTO phone_trials (organization_id, phone, started_at, until) VALUES ($1, $2, $3, $4)
ON CONFLICT (organization_id) DO UPDATE SET phone = excluded.phone, started_at = excluded.started_at, until = excluded.until,
    missed_at = NULL, taken_at = NULL, delivered_at = NULL, failed_at = NULL
"""
WORDS_TOLD: Final = """
INSERT INTO words_told (organization_id, version, looked_at, lacking, told_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (organization_id) DO UPDATE SET version = excluded.version, looked_at = excluded.looked_at, lacking = excluded.lacking,
    told_at = excluded.told_at WHERE words_told.version < excluded.version
"""
MARK_TRIAL: Final = """
UPDATE phone_trials SET missed_at = coalesce(missed_at, $3), taken_at = coalesce(taken_at, $4), delivered_at = coalesce(delivered_at, $5),
    failed_at = coalesce(failed_at, $6)
WHERE organization_id = $1 AND phone = $2 AND started_at <= coalesce($3::timestamptz, $4::timestamptz, $5::timestamptz, $6::timestamptz)
    AND (missed_at IS NOT NULL OR $3 IS NOT NULL)
"""


class NumberHealth(NamedTuple):
    """`heard_at`: when a call on it last came in as a callback; `missing_since`: not in the carrier's own list since."""

    added_at: datetime
    heard_at: datetime | None
    missing_since: datetime | None


class Heard(NamedTuple):
    """Numbers whose call is written down, and those that somebody else held just then: nothing is written of them yet."""

    noted: frozenset[str]
    held: frozenset[str]


class AccountCheck(NamedTuple):
    secret_digest: str
    checked_at: datetime
    trouble: str | None
    listed: Sequence[str]


class Trial(NamedTuple):
    phone: str
    started_at: datetime
    until: datetime
    missed_at: datetime | None
    taken_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None


class LackingText(NamedTuple):
    """`wrong`: what to mend, in sentences."""

    template: str
    title: str
    wrong: Sequence[str]


class WordsTold(NamedTuple):
    """Which texts are not complete, of how many that were looked at; a higher `version` is a newer word."""

    version: int
    looked_at: int
    lacking: Sequence[LackingText]
    told_at: datetime


async def numbers(transaction: Transaction, *, organization_id: UUID) -> dict[str, NumberHealth]:
    rows = await transaction.fetch(
        "SELECT number, added_at, heard_at, missing_since FROM tracked_numbers WHERE organization_id = $1",
        organization_id,
    )
    return {row["number"]: NumberHealth(row["added_at"], row["heard_at"], row["missing_since"]) for row in rows}


async def calls_since(transaction: Transaction, *, organization_id: UUID, since: datetime) -> dict[str, int]:
    """How many calls of each outcome began since."""
    rows = await transaction.fetch(
        "SELECT outcome, count(*) AS calls FROM calls WHERE organization_id = $1 AND started_at >= $2 GROUP BY outcome",
        organization_id,
        since,
    )
    return {row["outcome"]: row["calls"] for row in rows}


async def heard(transaction: Transaction, *, moments: Mapping[str, datetime]) -> Heard:
    """Calls came in on these numbers. Waits for nobody who holds one of them."""
    rows = await transaction.fetch(HEARD, list(moments), list(moments.values()))
    held = frozenset(row["number"] for row in rows if row["held"])
    return Heard(noted=frozenset(row["number"] for row in rows) - held, held=held)


async def checks(transaction: Transaction, *, organization_id: UUID) -> dict[str, AccountCheck]:
    """By account."""
    rows = await transaction.fetch(
        "SELECT account, secret_digest, checked_at, trouble, listed FROM account_checks WHERE organization_id = $1",
        organization_id,
    )
    return {row["account"]: AccountCheck(*list(row.values())[1:]) for row in rows}


async def note_check(
    transaction: Transaction, *, organization_id: UUID, kind: str, account: str, check: AccountCheck
) -> None:
    await transaction.execute(CHECKED, organization_id, kind, account, *check[:3], list(check.listed))


async def note_words(transaction: Transaction, *, organization_id: UUID, told: WordsTold) -> None:
    """An older word than the one that is known changes nothing."""
    lacking = [each._asdict() for each in told.lacking]
    await transaction.execute(WORDS_TOLD, organization_id, told.version, told.looked_at, lacking, told.told_at)


async def words(transaction: Transaction, *, organization_id: UUID) -> WordsTold | None:
    row = await transaction.fetch_one(
        "SELECT version, looked_at, lacking, told_at FROM words_told WHERE organization_id = $1", organization_id
    )
    if row is None:
        return None
    lacking = [LackingText(**each) for each in row["lacking"]]
    return WordsTold(row["version"], row["looked_at"], lacking, row["told_at"])


async def trial(transaction: Transaction, *, organization_id: UUID) -> Trial | None:
    row = await transaction.fetch_one(
        "SELECT phone, started_at, until, missed_at, taken_at, delivered_at, failed_at FROM phone_trials WHERE organization_id = $1",
        organization_id,
    )
    return Trial(*row.values()) if row else None


async def start_trial(
    transaction: Transaction, *, organization_id: UUID, phone: str, started_at: datetime, until: datetime
) -> None:
    """Begins anew: what an earlier one saw is forgotten."""
    await transaction.execute(START_TRIAL, organization_id, phone, started_at, until)


async def mark_trial(
    transaction: Transaction, *, organization_id: UUID, phone: str, missed: datetime | None = None,
    taken: datetime | None = None, delivered: datetime | None = None, failed: datetime | None = None,
) -> None:  # fmt: skip
    """What the carrier told of that phone; the first of each counts, and texts only after a missed call."""
    await transaction.execute(MARK_TRIAL, organization_id, phone, missed, taken, delivered, failed)
