"""Texts that are due, in turns: shops and their lines share what may leave, however long the queue of one of them is."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from messaging.store.texts import ANY_PARTITION, TEXT_COLUMNS, Text

FIRST_SHOP: Final = UUID(int=0)
WIDTH: Final = 4
"""So many times the texts that are wanted are found at most before they are put in turns."""
_WAITING: Final = "state IN ('queued', 'held')"
_BUDGET: Final = "($6::int[])[array_position($5::text[], l.from_number)]"
_SHARE: Final = "coalesce(($8::int[])[array_position($7::uuid[], {0}.organization_id)], ($3::int + 1) / 2)"
FEW: Final = f"""
SELECT {TEXT_COLUMNS} FROM texts WHERE {_WAITING} AND due_at <= $1 AND partition = ANY($2::int[])
    AND from_number <> ALL($4::text[]) AND organization_id <> ALL($5::uuid[])
ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
"""
DUE: Final = f"""
WITH RECURSIVE lanes AS (
    (SELECT organization_id, from_number FROM texts WHERE {_WAITING} AND organization_id > $4 ORDER BY organization_id, from_number LIMIT 1)
    UNION ALL
    SELECT next.organization_id, next.from_number FROM lanes l CROSS JOIN LATERAL (
        SELECT organization_id, from_number FROM texts WHERE {_WAITING} AND (organization_id, from_number) > (l.organization_id, l.from_number)
        ORDER BY organization_id, from_number LIMIT 1) next
), found AS MATERIALIZED (
    SELECT due.text_id, due.due_at, due.place, l.organization_id FROM lanes l CROSS JOIN LATERAL (
        SELECT t.text_id, t.due_at, row_number() OVER (ORDER BY t.due_at) AS place FROM texts t
        WHERE {_WAITING} AND t.organization_id = l.organization_id AND t.from_number = l.from_number AND t.due_at <= $1 AND t.partition = ANY($2::int[])
            AND coalesce({_BUDGET}, 1) > 0 AND {_SHARE.format("l")} > 0
        ORDER BY t.due_at LIMIT ($3::int + 1) / 2) due
    WHERE due.place <= coalesce({_BUDGET}, $3::int)
    LIMIT $3::int * {WIDTH}
), ranked AS (
    SELECT text_id, due_at, organization_id, row_number() OVER (PARTITION BY organization_id ORDER BY place, due_at) AS turn FROM found
), chosen AS (
    SELECT text_id, due_at, turn FROM ranked r WHERE turn <= {_SHARE.format("r")} ORDER BY turn, due_at LIMIT $3
)
SELECT {", ".join(f"t.{name}" for name in TEXT_COLUMNS.split(", "))}, (SELECT count(*) FROM found),
    (SELECT organization_id FROM found ORDER BY organization_id DESC LIMIT 1)
FROM chosen CROSS JOIN LATERAL (SELECT * FROM texts one WHERE one.text_id = chosen.text_id AND {_WAITING} AND due_at <= $1 FOR UPDATE SKIP LOCKED) t
ORDER BY chosen.turn, chosen.due_at
"""
"""Locked one by one, by its id: a join that was planned while few waited would read all that wait, each time."""


class Round(NamedTuple):
    """Texts of one round, locked, everybody's first before anybody's second; the next round begins after the shop `after`."""

    texts: list[Text]
    after: UUID


async def due(
    transaction: Transaction,
    *,
    now: datetime,
    heard_partitions: Collection[int],
    limit: int,
    after: UUID,
    budgets: Mapping[str, int],
    shares: Mapping[UUID, int],
) -> Round:
    """What may be looked at again; texts that wait to hear only where it was heard.

    `budgets`: how many of a line that is limited just now, `shares`: how many of a shop that has texts on their way.
    """
    heard = [*heard_partitions, ANY_PARTITION]
    silent = (
        [line for line, budget in budgets.items() if budget <= 0],
        [own for own, share in shares.items() if share <= 0],
    )
    few = await transaction.connection.fetch(FEW, now, heard, limit + 1, *silent)
    if (
        len(few) <= limit
    ):  # nobody has to wait for a turn, and lines whose texts wait for tomorrow are not looked through
        return Round(_within([Text(*row) for row in few], budgets, shares, (limit + 1) // 2), FIRST_SHOP)
    rows = await transaction.connection.fetch(
        DUE, now, heard, limit, after, list(budgets), list(budgets.values()), list(shares), list(shares.values())
    )  # fmt: skip
    cut_short = bool(rows) and rows[0][-2] >= limit * WIDTH
    return Round([Text(*row[:-2]) for row in rows], rows[0][-1] if cut_short else FIRST_SHOP)


def _within(found: Sequence[Text], budgets: Mapping[str, int], shares: Mapping[UUID, int], most: int) -> list[Text]:
    """No more of a line than its budget, and of a shop than its share."""
    lines: Counter[str] = Counter()
    shops: Counter[UUID] = Counter()
    taken: list[Text] = []
    for text in found:
        line, own = text.from_number or "", text.organization_id
        if lines[line] < budgets.get(line, most) and shops[own] < shares.get(own, most):
            lines[line] += 1
            shops[own] += 1
            taken.append(text)
    return taken
