"""Homeowners whom nobody knows yet: written without a look at them, by a statement that undoes itself where that was wrong."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from messaging.store.templates import MARK
from messaging.store.threads import EVENTS, HOMEOWNERS, LAST, WHAT_IS_OF_THEM, Writing, columns_of

WRITE: Final = f"""
WITH taken AS (
    INSERT INTO inbox (consumer, event_id) SELECT ${LAST + 1}, * FROM unnest(${LAST + 2}::uuid[])
), homeowners_new AS ({HOMEOWNERS}), {WHAT_IS_OF_THEM}, told AS ({EVENTS})
SELECT CASE WHEN EXISTS (
    SELECT FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS a(homeowner_id, organization_id, number)
    WHERE EXISTS (SELECT FROM homeowners h WHERE h.homeowner_id = a.homeowner_id)
        OR EXISTS (SELECT FROM ignored_numbers i WHERE i.organization_id = a.organization_id AND i.number = a.number)
        OR EXISTS (SELECT FROM opt_outs o WHERE o.organization_id = a.organization_id AND o.homeowner_id = a.homeowner_id AND o.ended_at IS NULL)
        OR EXISTS (SELECT FROM consents c WHERE c.homeowner_id = a.homeowner_id)
        OR EXISTS (SELECT FROM visits v WHERE v.homeowner_id = a.homeowner_id)
) OR EXISTS (
    SELECT FROM unnest(${LAST + 3}::uuid[], ${LAST + 4}::bigint[]) AS shop(organization_id, mark)
    WHERE shop.mark <> {MARK.format(organization="shop.organization_id")}
        OR EXISTS (SELECT FROM automation_stops s WHERE s.organization_id = shop.organization_id AND s.ended_at IS NULL)
) THEN overtaken() END
"""


async def write(
    transaction: Transaction,
    *,
    writing: Writing,
    traceparent: str | None,
    consumer: str,
    event_ids: Sequence[UUID],
    marks: Mapping[UUID, int],
) -> None:
    """Everything of a batch in one statement, and its events in the consumer's inbox. `marks` say which words of each shop
    were used, see `templates.InUse`.

    Raises asyncpg.SerializationError where a homeowner is known, a shop's words are others by now, or something of it is
    stopped; asyncpg.UniqueViolationError where somebody else wrote of it at the same time, or had taken an event before.
    """
    columns = columns_of(writing, traceparent=traceparent)
    await transaction.connection.execute(WRITE, *columns, consumer, event_ids, list(marks), list(marks.values()))
    if writing.events:
        transaction.wrote()
