"""The shop's ignore list: numbers of staff, vendors and spam. What waits for one that is added does not leave."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from chassis import ids
from messaging.app.desk import Desk, Refused, Who, audit
from messaging.app.opting_out import text_cancelled
from messaging.app.phone import as_e164
from messaging.app.read_number_list import LONGEST_REASON, NumberList, read_number_list
from messaging.store import ignored, texts

WHY: str = "on your ignore list"
MOST_NAMED: Final = 200
"""Ids in one audit entry; it says how many there were besides."""


async def ignore_numbers(desk: Desk, who: Who, *, numbers: Sequence[tuple[str, str]]) -> int:
    """How many of the pairs of number and reason are new. Safe to repeat."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        added = await ignored.add(
            transaction, organization_id=who.organization_id, numbers=numbers, added_by=who.name, at=now
        )
        homeowners = await ignored.homeowners_with(transaction, organization_id=who.organization_id, numbers=added)
        for homeowner_id in homeowners:
            rows = await texts.cancel_pending(transaction, homeowner_id=homeowner_id, reason=f"Not sent — {WHY}")
            transaction.append(*(text_cancelled(row, reason=WHY, now=now) for row in rows))
        if added:
            audit(
                transaction, who, subject=who.organization_id, action="put on the ignore list", now=now, kind="ignore_list",
                before={"homeowners": ()}, after={"numbers": len(added), "homeowners": _named(desk, who, added)},
            )  # fmt: skip
    return len(added)


async def ignore_one(desk: Desk, who: Who, *, typed: str, reason: str) -> bool:
    """False when it was on the list. Raises Refused for what is no phone number, or is one of the shop's own lines."""
    number = as_e164(typed)
    if number is None:
        raise Refused("This is not a phone number. Write it with its area code.")
    if number in {line.number for line in desk.shop(who.organization_id).numbers}:
        raise Refused("This is one of your own lines.")
    why = " ".join(reason.split())[:LONGEST_REASON]
    return await ignore_numbers(desk, who, numbers=[(number, why)]) == 1


async def import_list(desk: Desk, who: Who, *, content: str) -> tuple[int, NumberList]:
    """How many are new, and what was read. Raises Refused where no line holds a number."""
    lines = {line.number for line in desk.shop(who.organization_id).numbers}
    read = read_number_list(content)
    wanted = [(number, reason) for number, reason in read.numbers if number not in lines]
    if not wanted:
        raise Refused("No line of this file begins with a phone number.")
    return await ignore_numbers(desk, who, numbers=wanted), read


async def heed_again(desk: Desk, who: Who, *, number: str) -> bool:
    """Takes a number off the list; True when it was on it."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        gone = await ignored.remove(transaction, organization_id=who.organization_id, number=number)
        if gone:
            audit(
                transaction, who, subject=who.organization_id, action="taken off the ignore list", now=now, kind="ignore_list",
                before={"homeowners": _named(desk, who, [number])}, after={"numbers": 1, "homeowners": ()},
            )  # fmt: skip
    return gone


def _named(desk: Desk, who: Who, numbers: Sequence[str]) -> list[UUID]:
    """Which they are, by id: the audit trail outlives an erasure, so no number stands in it. `MOST_NAMED` at most."""
    key, shop = desk.keys.id_key, who.organization_id
    return [ids.homeowner_id(key=key, organization_id=shop, number=each) for each in sorted(numbers)[:MOST_NAMED]]
