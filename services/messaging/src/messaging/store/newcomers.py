"""Homeowners whom nobody knows yet: written without a look at them, by a statement that undoes itself where that was wrong."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from messaging.store.templates import MARK
from messaging.store.threads import CONSENTS, EVENTS, HOMEOWNERS, ITEMS, LAST, LEADS, TEXTS, Writing, columns_of

WRITE: Final = f"""
WITH taken AS (
    INSERT INTO inbox (consumer, event_id) SELECT ${LAST + 1}, * FROM unnest(${LAST + 2}::uuid[])
), homeowners_new AS ({HOMEOWNERS}), leads_new AS ({LEADS}), items_new AS ({ITEMS}), consents_new AS ({CONSENTS}), texts_new AS ({TEXTS}), told AS ({EVENTS})
SELECT CASE WHEN EXISTS (
    SELECT FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS a(homeowner_id, organization_id, number) WHERE coalesce(
        (SELECT true FROM homeowners h WHERE h.homeowner_id = a.homeowner_id),
        (SELECT true FROM ignored_numbers i WHERE i.organization_id = a.organization_id AND i.number = a.number),
        (SELECT true FROM opt_outs o WHERE o.organization_id = a.organization_id AND o.homeowner_id = a.homeowner_id AND o.ended_at IS NULL),
        (SELECT true FROM consents c WHERE c.homeowner_id = a.homeowner_id LIMIT 1),
        (SELECT true FROM visits v WHERE v.homeowner_id = a.homeowner_id LIMIT 1)
    )
) OR EXISTS (
    SELECT FROM unnest(${LAST + 3}::uuid[], ${LAST + 4}::bigint[]) AS shop(organization_id, mark)
    WHERE shop.mark <> {MARK.format(organization="shop.organization_id")}
        OR (SELECT true FROM automation_stops s WHERE s.organization_id = shop.organization_id AND s.ended_at IS NULL LIMIT 1)
) THEN overtaken() END
"""
"""No EXISTS for tables that grow: a plan that was made while one was small would read all of it, each time."""


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
