"""The list of leads as one person sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.app.desk import Desk, Who
from messaging.domain.search import marked, wanted
from messaging.store import inbox, search
from messaging.store.inbox import Show, Whose

PAGE: Final = 40
MOST_FOUND: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the person chose. `query` searches all leads, whatever the rest says."""

    whose: Whose = "all"
    show: Show = "open"
    query: str = ""
    after: tuple[int, UUID] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """`more` continues the list, None at its end; `seq` is the newest change that it knows.

    `turns` counts the whole group of each turn, whatever part of it is listed; none where something was searched for.
    """

    view: View
    rows: Sequence[asyncpg.Record]
    counts: Mapping[str, int]
    turns: Mapping[str, int]
    more: tuple[int, UUID] | None
    seq: int


def view_of(whose: str | None, show: str | None, query: str | None, after: str | None = None) -> View:
    """From an address; what is not understood is as if it were not there."""
    place, _, lead_id = (after or "").partition(".")
    try:
        continued = (int(place), UUID(lead_id)) if after else None
    except ValueError:
        continued = None
    return View(
        whose=whose if whose in get_args(Whose) else "all",  # type: ignore[arg-type]  # just checked
        show=show if show in get_args(Show) else "open",  # type: ignore[arg-type]  # as above
        query=" ".join((query or "").split())[:100],
        after=continued,
    )


async def read_inbox(desk: Desk, who: Who, view: View) -> InboxPage:
    shop = {"organization_id": who.organization_id, "member_id": who.member_id}
    async with desk.database.web(who.organization_id) as transaction:
        seq = await inbox.newest_seq(transaction, organization_id=who.organization_id)
        if view.query:
            rows, more = await _found(transaction, who, view.query), None
        else:
            rows = await inbox.listed(
                transaction, **shop, whose=view.whose, show=view.show, after=view.after, limit=PAGE + 1
            )
            more = (rows[PAGE - 1]["place"], rows[PAGE - 1]["lead_id"]) if len(rows) > PAGE else None
        counts, turns = await _counted(transaction, shop, view)
    return InboxPage(view=view, rows=rows[:PAGE] if more else rows, counts=counts, turns=turns, more=more, seq=seq)


async def read_rows(desk: Desk, who: Who, view: View, *, lead_ids: Sequence[UUID]) -> InboxPage:
    """Some of the list's rows as they stand now, with the counts."""
    shop = {"organization_id": who.organization_id, "member_id": who.member_id}
    async with desk.database.web(who.organization_id) as transaction:
        seq = await inbox.newest_seq(transaction, organization_id=who.organization_id)
        rows = await inbox.these(transaction, **shop, lead_ids=lead_ids)
        counts, turns = await _counted(transaction, shop, view)
    return InboxPage(view=view, rows=rows, counts=counts, turns=turns, more=None, seq=seq)


async def _counted(
    transaction: Transaction, shop: Mapping[str, UUID], view: View
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Of the views, and of the groups of this one."""
    counts = await inbox.counts(transaction, **shop, show=view.show)
    if view.query:
        return counts, {}
    return counts, await inbox.turn_counts(transaction, **shop, whose=view.whose, show=view.show)


async def read_counts(desk: Desk, who: Who) -> Mapping[str, int]:
    """How much waits for the office, for this person: what the rail shows."""
    async with desk.database.web(who.organization_id) as transaction:
        return await inbox.counts(
            transaction, organization_id=who.organization_id, member_id=who.member_id, show="open"
        )


async def _found(transaction: Transaction, who: Who, query: str) -> list[asyncpg.Record]:
    """The newest first; nothing where there is nothing to search for."""
    words = marked(wanted(query), who.organization_id.hex)
    if not words:
        return []
    ids = await search.find(transaction, organization_id=who.organization_id, wanted=words, most=MOST_FOUND)
    rows = await inbox.these(transaction, organization_id=who.organization_id, member_id=who.member_id, lead_ids=ids)
    order = {lead_id: number for number, lead_id in enumerate(ids)}
    return sorted(rows, key=lambda row: order[row["lead_id"]])
