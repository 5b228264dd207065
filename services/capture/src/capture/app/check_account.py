"""Asks the carrier itself whether an account's secret works and which numbers it has, and keeps the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from capture.app import shop_accounts
from capture.app.change_accounts import account_of
from capture.app.change_settings import UnknownShop
from capture.gateway.provider import Provider, ProviderError
from capture.store import organizations, readiness
from capture.store.organizations import Account
from capture.store.readiness import AccountCheck
from chassis.database import Database
from chassis.keys import Keys, decrypt
from contracts.organizations import OrganizationChanged, ProviderAccount

WORDS: Final = {
    HTTPStatus.UNAUTHORIZED: "The carrier refused the secret: it is not this account’s auth token. Copy it again from the carrier’s console.",
    HTTPStatus.FORBIDDEN: "The carrier knows the secret but refuses the account: it may be suspended. Look at the carrier’s console.",
    HTTPStatus.NOT_FOUND: "The carrier knows no account of this name. Copy the account SID again.",
    HTTPStatus.TOO_MANY_REQUESTS: "The carrier asks to slow down. Test again in a minute.",
}
NOT_ALLOWED: Final = "This deployment may not ask the address that stands there."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAccount:
    """A test that really asks: nothing of the shop's settings changes by it."""

    database: Database
    keys: Keys
    ask: Callable[..., Provider | None]

    async def __call__(self, *, organization_id: UUID, account: str, now: datetime) -> AccountCheck:
        """Raises UnknownShop for an account that is not this shop's."""
        async with self.database.web(organization_id) as transaction:
            shop = await organizations.by_id(transaction, organization_id=organization_id)
            if shop is None:
                raise UnknownShop(str(organization_id))
            told = account_of(shop, account)
            held = await organizations.accounts(transaction, organization_ids=[organization_id])
        secret = decrypt(self.keys, _held(held, told).secrets[0])
        listed, trouble = await self._asked(told, secret)
        check = AccountCheck(shop_accounts.digest(self.keys, secret), now, trouble, listed)
        async with self.database.web(organization_id) as transaction:
            await readiness.note_check(
                transaction, organization_id=organization_id, kind=told.kind, account=account, check=check
            )
        return check

    async def _asked(self, told: ProviderAccount, secret: str) -> tuple[list[str], str | None]:
        provider = self.ask(account=told.account, secret=secret, api=told.api)
        if provider is None:
            return [], NOT_ALLOWED
        try:
            return sorted(await provider.checked_numbers()), None
        except ProviderError as error:
            status = error.status
            silent = f"The carrier gave no proper answer just now ({error}). Test again in a minute."
            return [], WORDS.get(HTTPStatus(status), silent) if status in WORDS else silent


def standing(
    shop: OrganizationChanged, held: Sequence[Account], checks: dict[str, AccountCheck], keys: Keys
) -> dict[str, AccountCheck]:
    """Checks that still hold: made with the secret that is in use now."""
    current = {
        each.account: shop_accounts.digest(keys, decrypt(keys, each.secrets[0])) for each in held if each.secrets
    }
    own = {each.account for each in shop.providers}
    return {name: each for name, each in checks.items() if name in own and current.get(name) == each.secret_digest}


def _held(held: Sequence[Account], told: ProviderAccount) -> Account:
    return next(each for each in held if (each.kind, each.account) == (told.kind, told.account))
