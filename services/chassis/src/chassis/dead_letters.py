"""Records that were given up, until a person tries them again or drops them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from chassis import parking
from chassis.database import Database, Transaction
from chassis.metrics import counter
from chassis.records import Stored, stored_of

BURY: Final = f"""
INSERT INTO dead_letters ({parking.PLACE}, error, tries) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING
"""
_dead: Final = counter("dead_letters", "Records that were given up", ("consumer",))


class DeadLetter(NamedTuple):
    """What `dead-letters list` shows: where it stands in its topic, and what went wrong. Its content stays where it is."""

    id: int
    consumer: str
    topic: str
    partition: int
    record_offset: int
    key: str
    type: str
    error: str
    tries: int
    died_at: datetime


async def bury(transaction: Transaction, *, consumer: str, record: Stored, error: str, tries: int) -> None:
    """Keeps a record as a dead letter; the same record once."""
    await transaction.execute(BURY, consumer, *record, parking.shortened(error), tries)
    transaction.after_commit(_dead.labels(consumer).inc)


async def list_dead_letters(database: Database) -> Sequence[DeadLetter]:
    """Oldest first."""
    columns = ", ".join(DeadLetter._fields)
    async with database.work() as transaction:
        rows = await transaction.fetch(f"SELECT {columns} FROM dead_letters ORDER BY id")
    return [DeadLetter(*row.values()) for row in rows]


async def retry_dead_letter(database: Database, *, dead_letter_id: int, now: datetime) -> bool:
    """Parks it anew behind whatever waits for its key, due at once. False when there is none of this id."""
    async with database.work() as transaction:
        row: Any = await transaction.fetch_one("DELETE FROM dead_letters WHERE id = $1 RETURNING *", dead_letter_id)
        if row is None:
            return False
        await parking.park(
            transaction,
            consumer=row["consumer"],
            records=[stored_of(row)],
            errors=[row["error"]],
            tries=0,
            next_try_at=now,
        )
    return True


async def drop_dead_letter(database: Database, *, dead_letter_id: int) -> bool:
    """Deletes it for good. False when there is none of this id."""
    async with database.work() as transaction:
        deleted = await transaction.fetch_value("DELETE FROM dead_letters WHERE id = $1 RETURNING id", dead_letter_id)
    return deleted is not None
