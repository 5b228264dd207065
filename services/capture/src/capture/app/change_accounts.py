"""Accounts at carriers: secrets go in and never come out; two are valid while one takes over from the other."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, get_args
from urllib.parse import urlsplit

import msgspec

from capture.app.change_settings import NotAccepted, UnknownShop
from capture.app.shop_state import ShopState
from capture.store.organizations import Account
from chassis.keys import Keys, decrypt, encrypt, seal
from contracts.organizations import Keywords, OrganizationChanged, ProviderAccount

TWILIO: Final = "twilio"
ACCOUNT_ID: Final = re.compile(r"^AC[0-9a-f]{32}$")
SECRET: Final = re.compile(r"^[!-~]{8,200}$")
ADDRESS: Final = re.compile(r"^https?://[^\s/?#@]+/?$")
MOST_ACCOUNTS: Final = 10


def add_account(state: ShopState, typed: Mapping[str, str], *, keys: Keys, hosts: Collection[str]) -> ShopState:
    """Fields `account`, `secret`, `keywords`, and `api` at one of `hosts`. Raises NotAccepted."""
    name, secret, api = (typed.get(field, "").strip() for field in ("account", "secret", "api"))
    errors = _secret_errors(secret)
    if not ACCOUNT_ID.match(name):
        errors["account"] = "Twilio’s account SID: AC and 32 more letters and digits."
    elif any(each.account == name for each in state.snapshot.providers):
        errors["account"] = "This account is connected already. Give it a new secret there."
    if len(state.snapshot.providers) >= MOST_ACCOUNTS:
        errors["account"] = f"At most {MOST_ACCOUNTS} accounts."
    if api and (not ADDRESS.match(api) or urlsplit(api).hostname not in hosts):
        errors["api"] = "This deployment does not let a shop’s API live there."
    keywords = _keywords(typed, errors)
    if errors:
        raise NotAccepted(errors)
    told = ProviderAccount(
        kind=TWILIO, account=name, keywords=keywords, api=api.rstrip("/") or None, sealed_secret=_sealed(keys, secret)
    )
    own = state.snapshot.organization_id
    held = Account(organization_id=own, kind=TWILIO, account=name, secrets=[encrypt(keys, secret)], signing_keys={})
    return ShopState(_with(state.snapshot, (*state.snapshot.providers, told)), [*state.held, held], state.customer)


def new_secret(state: ShopState, account: str, typed: Mapping[str, str], *, keys: Keys) -> ShopState:
    """It sends and verifies from now on; the one before it still verifies until it is dropped. Raises NotAccepted, UnknownShop."""
    account_of(state.snapshot, account)
    secret = typed.get("secret", "").strip()
    errors = _secret_errors(secret)
    if errors:
        raise NotAccepted(errors)
    held = _held(state, account)
    if decrypt(keys, held.secrets[0]) == secret:
        return state
    return _replaced(
        state, held._replace(secrets=[encrypt(keys, secret), held.secrets[0]]), sealed_secret=_sealed(keys, secret)
    )


def drop_old_secret(state: ShopState, account: str) -> ShopState:
    """Only the one that sends still verifies."""
    account_of(state.snapshot, account)
    held = _held(state, account)
    return state if len(held.secrets) == 1 else _replaced(state, held._replace(secrets=held.secrets[:1]))


def change_keywords(state: ShopState, account: str, typed: Mapping[str, str]) -> ShopState:
    """Who answers STOP, START and HELP. Raises NotAccepted, UnknownShop."""
    account_of(state.snapshot, account)
    errors: dict[str, str] = {}
    keywords = _keywords(typed, errors)
    if errors:
        raise NotAccepted(errors)
    return _replaced(state, _held(state, account), keywords=keywords)


def remove_account(state: ShopState, account: str) -> ShopState:
    """Raises NotAccepted while a number is registered with it. Gone already is as good as gone."""
    if any(each.account == account for each in state.snapshot.numbers):
        raise NotAccepted({"": "Numbers are registered with this account. Take them away first."})
    rest = tuple(each for each in state.snapshot.providers if each.account != account)
    held = [each for each in state.held if each.account != account]
    return ShopState(_with(state.snapshot, rest), held, state.customer)


def account_of(shop: OrganizationChanged, account: str) -> ProviderAccount:
    """Raises UnknownShop for another shop's as for nobody's."""
    found = next((each for each in shop.providers if each.account == account), None)
    if found is None:
        raise UnknownShop(account)
    return found


def _held(state: ShopState, account: str) -> Account:
    return next(each for each in state.held if each.account == account)


def _replaced(state: ShopState, held: Account, **changes: Any) -> ShopState:
    told = tuple(
        msgspec.structs.replace(each, **changes) if each.account == held.account else each
        for each in state.snapshot.providers
    )
    every = [held if each.account == held.account else each for each in state.held]
    return ShopState(_with(state.snapshot, told), every, state.customer)


def _with(shop: OrganizationChanged, providers: tuple[ProviderAccount, ...]) -> OrganizationChanged:
    return msgspec.structs.replace(shop, providers=providers)


def _sealed(keys: Keys, secret: str) -> str:
    return seal(keys.messaging_seal_public, secret)


def _secret_errors(secret: str) -> dict[str, str]:
    if SECRET.match(secret):
        return {}
    return {"secret": "Copy the auth token from the carrier’s console: 8 characters at least, no spaces."}


def _keywords(typed: Mapping[str, str], errors: dict[str, str]) -> Keywords:
    for each in get_args(Keywords):
        if typed.get("keywords", "provider") == each:
            chosen: Keywords = each
            return chosen
    errors["keywords"] = "Choose one of the two."
    return "provider"
