"""Creates or updates an organization from a shop's file: idempotent, audited, and told to everybody in one transaction."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from msgspec import UNSET, UnsetType

from capture.app import shop_accounts, shop_changes, shop_state
from capture.app.record_change import Actor, record_change
from capture.app.settle_billing import settled
from capture.app.shop_file import ShopFile, ShopFileError, present
from capture.app.shop_state import ShopState
from capture.store import organizations
from chassis import ids
from chassis.database import Database, Transaction
from chassis.keys import Keys
from contracts.organizations import OrganizationChanged


async def apply_shop(
    *, database: Database, keys: Keys, shop: ShopFile, now: datetime, actor: str
) -> OrganizationChanged:
    """The organization as it stands now. Raises ShopFileError; then nothing has changed."""
    hashes = await asyncio.to_thread(_password_hashes, shop)
    async with database.work() as transaction:
        await organizations.one_at_a_time(transaction)
        before = await shop_state.load(transaction, slug=shop.organization)
        draft = _changed(shop, before or ShopState(_blank(shop, now), (), None), keys)
        if not isinstance(shop.billing, UnsetType) and draft.customer is not None:
            draft = await settled(transaction, draft)  # what was told of this customer before counts
        await _refuse_taken(transaction, draft.snapshot)
        return await record_change(
            transaction,
            before=before,
            draft=draft,
            keys=keys,
            actor=Actor("command", actor),
            now=now,
            password_hashes=hashes,
        )


def _blank(shop: ShopFile, now: datetime) -> OrganizationChanged:
    missing = [name for name in ("name", "zone") if getattr(shop, name) is UNSET]
    if missing:
        raise ShopFileError(f"{shop.organization} is new and needs {' and '.join(missing)}")
    return OrganizationChanged(
        event_id=ids.new_id(),
        organization_id=ids.new_id(),
        occurred_at=now,
        slug=shop.organization,
        name="",
        zone="UTC",
    )


def _changed(shop: ShopFile, before: ShopState, keys: Keys) -> ShopState:
    snapshot, held, customer = before
    providers: Sequence[Any] = snapshot.providers
    if shop.providers is not UNSET:
        providers = shop_accounts.told_of(shop.providers, before=snapshot.providers, held=held, keys=keys)
        held = shop_accounts.held_of(shop.providers, organization_id=snapshot.organization_id, keys=keys)
    if not isinstance(shop.billing, UnsetType):
        customer = shop.billing.stripe_customer if shop.billing else None
    return ShopState(shop_changes.merged(shop, snapshot, providers=providers), held, customer)


def _password_hashes(shop: ShopFile) -> dict[str, str]:
    """By address; the store keeps those of new members only."""
    hasher = PasswordHasher()
    return {part.address: hasher.hash(part.password) for part in present(shop.members) if part.password}


async def _refuse_taken(transaction: Transaction, draft: OrganizationChanged) -> None:
    owners = await organizations.owners_of(transaction, numbers=[each.number for each in draft.numbers])
    taken = sorted(number for number, owner in owners.items() if owner != draft.organization_id)
    if taken:
        raise ShopFileError(f"numbers: {taken[0]} belongs to another organization")
    emails = await organizations.owners_of_emails(transaction, emails=[each.email for each in draft.members])
    strangers = sorted(email for email, owner in emails.items() if owner != draft.organization_id)
    if strangers:
        raise ShopFileError(f"members: {strangers[0]} belongs to another organization")
