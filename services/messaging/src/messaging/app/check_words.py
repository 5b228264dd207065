"""Looks whether the words of a shop are complete whenever they, or what they are filled with, change; tells it when that is news."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from chassis import ids
from chassis.clock import Clock
from chassis.database import Transaction
from contracts.base import Event
from contracts.organizations import OrganizationChanged
from contracts.setup import LackingText, WordsChecked
from messaging.app.fields import fields_of
from messaging.domain.complete_words import Standing, in_use, lacking
from messaging.domain.templates import ABOUT
from messaging.store import templates, word_checks
from messaging.store.word_checks import WordCheck


class OfShop(NamedTuple):
    """What the words depend on of a shop's snapshot, and the snapshot's version."""

    version: int
    fields: Mapping[str, str]
    after_hours: str


class CheckWords:
    """Handles `organization.changed.v1`: a name, a line, or the words of a closed shop come and go. New shops begin here."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, transaction: Transaction, events: Sequence[Event]) -> None:
        newest: dict[UUID, OfShop] = {}
        for event in events:
            if isinstance(event, OrganizationChanged):
                found = of_shop(event)
                known = newest.get(event.organization_id)
                newest[event.organization_id] = found if known is None or known.version < found.version else known
        now = self._clock.now()
        checks = await word_checks.locked(transaction, organization_ids=newest, now=now)
        await look(transaction, checks, newest, now=now)


def of_shop(snapshot: OrganizationChanged) -> OfShop:
    line = next((each.number for each in snapshot.numbers), None)
    fields = fields_of(snapshot, line=line, name=None)
    return OfShop(snapshot.organization_version, fields, snapshot.first_reply.after_hours)


async def begin_check(transaction: Transaction, organization_id: UUID, *, now: datetime) -> WordCheck:
    """Before words change, so that changes are told in their order."""
    (check,) = await word_checks.locked(transaction, organization_ids=[organization_id], now=now)
    return check


async def look(
    transaction: Transaction, checks: Sequence[WordCheck], shops: Mapping[UUID, OfShop], *, now: datetime
) -> None:
    """`checks` are locked. A snapshot that is older than the one looked at last counts for nothing."""
    stands = await templates.standing(transaction, organization_ids=[each.organization_id for each in checks])
    for check in checks:
        shop = _newer(check, shops[check.organization_id])
        words, settings, _ = stands[check.organization_id]
        standing = Standing(words=words, settings=settings, fields=shop.fields, after_hours=shop.after_hours)
        told = _told(standing)
        after = check._replace(
            organization_version=shop.version, fields=shop.fields, after_hours=shop.after_hours, told=told
        )
        if told != check.told:
            after = after._replace(version=check.version + 1, checked_at=now)
            transaction.append(checked(after))
        if after != check:
            await word_checks.put(transaction, check=after)


def checked(check: WordCheck) -> WordsChecked:
    """The event of a check that told something."""
    told = check.told
    return WordsChecked(
        event_id=ids.new_id(),
        organization_id=check.organization_id,
        organization_version=check.organization_version,
        occurred_at=check.checked_at,
        version=check.version,
        looked_at=tuple(told["looked_at"]),
        unused=tuple(told["unused"]),
        lacking=msgspec.convert(told["lacking"], tuple[LackingText, ...]),
    )


def _newer(check: WordCheck, shop: OfShop) -> OfShop:
    if check.organization_version <= shop.version:
        return shop
    return OfShop(check.organization_version, check.fields, check.after_hours)


def _told(standing: Standing) -> dict[str, Any]:
    """As it lies beside the version, in plain values."""
    used = in_use(standing)
    return {
        "looked_at": list(used),
        "unused": [name for name in ABOUT if name not in used],
        "lacking": [
            {"template": name, "title": ABOUT[name].title, "wrong": list(wrong)}
            for name, wrong in lacking(standing).items()
        ],
    }
