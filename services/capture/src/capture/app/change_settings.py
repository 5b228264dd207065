"""The frame of every change that a page makes: lock, refuse a stale form, draft, record; one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

import asyncpg

from capture.app import shop_state
from capture.app.record_change import Actor, member, record_change
from capture.app.shop_state import ShopState
from capture.store import setting_changes
from capture.store.setting_changes import LastChange
from chassis.database import Database, Transaction
from chassis.keys import Keys
from contracts.organizations import OrganizationChanged


class NotAccepted(Exception):
    """What was typed cannot be: a sentence by field, under an empty name where it concerns the whole form."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


class StaleForm(Exception):
    """Somebody changed the same part since the form was shown: `shop` is what stands now."""

    def __init__(self, shop: OrganizationChanged, last: LastChange) -> None:
        super().__init__(f"changed at {last.changed_at}")
        self.shop, self.last = shop, last


class UnknownShop(Exception):
    """There is no such organization, or no such number or account in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Whose form it is, which part it changes, and the part's version when it was shown (0: never changed).

    `seen` is None for what adds to a list or takes from it: it does not depend on what else stands there.
    """

    organization_id: UUID
    member_id: UUID
    part: str
    seen: int | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """Calls `draft` with the locked state. Raises NotAccepted, StaleForm, UnknownShop; then nothing has changed."""

    database: Database
    keys: Keys

    async def __call__(
        self,
        edit: Edit,
        draft: Callable[[ShopState], ShopState],
        *,
        action: str = "changed",
        told: Mapping[str, str] | None = None,
        also: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> OrganizationChanged:
        """A form that is sent twice is no conflict with itself: what would change nothing is never stale.

        `also` writes what belongs to the change, in the same transaction.
        """
        async with self.database.web(edit.organization_id) as transaction:
            before = await _locked(transaction, edit.organization_id)
            after = draft(before)
            if shop_state.shown(before, self.keys) == shop_state.shown(after, self.keys) and not told:
                return before.snapshot
            await _refuse_stale(transaction, edit, before.snapshot)
            if also is not None:
                await also(transaction)
            actor: Actor = member(edit.member_id)
            try:
                return await record_change(
                    transaction,
                    before=before,
                    draft=after,
                    keys=self.keys,
                    actor=actor,
                    now=edit.now,
                    action=action,
                    told=told,
                )
            except (asyncpg.UniqueViolationError, asyncpg.InsufficientPrivilegeError):
                _refuse_foreign()


async def _locked(transaction: Transaction, organization_id: UUID) -> ShopState:
    state = await shop_state.load(transaction, organization_id=organization_id)
    if state is None:
        raise UnknownShop(str(organization_id))
    return state


async def _refuse_stale(transaction: Transaction, edit: Edit, shop: OrganizationChanged) -> None:
    last = (await setting_changes.last(transaction, organization_id=edit.organization_id)).get(edit.part)
    if edit.seen is not None and last is not None and last.version != edit.seen:
        raise StaleForm(shop, last)


def _refuse_foreign() -> NoReturn:
    """Row-level security hides whose it is; that it is taken is all there is to know."""
    raise NotAccepted({"number": "This number belongs to another shop here. Ask support if it is yours."}) from None
