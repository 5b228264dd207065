"""A shop's accounts at carriers: kept encrypted, told sealed to messaging alone, shown as digests."""

import hmac
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from capture.app.shop_file import ProviderPart, ShopFileError
from capture.store.organizations import Account
from chassis.keys import Keys, decrypt, encrypt, seal
from contracts.organizations import ProviderAccount


def held_of(parts: Sequence[ProviderPart], *, organization_id: UUID, keys: Keys) -> list[Account]:
    """As they are stored. Raises ShopFileError."""
    names = [(part.kind, part.account) for part in parts]
    twice = next((account for kind, account in names if names.count((kind, account)) > 1), None)
    if twice is not None:
        raise ShopFileError(f"providers: {twice} stands twice")
    return [
        Account(
            organization_id=organization_id,
            kind=part.kind,
            account=part.account,
            secrets=[encrypt(keys, secret) for secret in part.secrets],
            signing_keys={key.id: encrypt(keys, key.secret) for key in part.signing_keys},
        )
        for part in parts
    ]


def told_of(
    parts: Sequence[ProviderPart], *, before: Sequence[ProviderAccount], held: Sequence[Account], keys: Keys
) -> list[ProviderAccount]:
    """As others hear of them: a secret that is the same keeps its seal, so that nothing seems to have changed."""
    sealed = {(each.kind, each.account): each.sealed_secret for each in before}
    sends = {(each.kind, each.account): decrypt(keys, each.secrets[0]) for each in held if each.secrets}
    told = []
    for part in parts:
        mine = (part.kind, part.account)
        kept = sealed.get(mine) if sends.get(mine) == part.secrets[0] else None
        fresh = kept or seal(keys.messaging_seal_public, part.secrets[0])
        api = part.api.rstrip("/") if part.api else None
        told.append(
            ProviderAccount(kind=part.kind, account=part.account, keywords=part.keywords, api=api, sealed_secret=fresh)
        )
    return told


def shown(accounts: Sequence[ProviderAccount], held: Sequence[Account], keys: Keys) -> list[dict[str, Any]]:
    """For the audit trail: every secret as a digest that only this deployment can make."""
    secrets = {(each.kind, each.account): each for each in held}
    return [
        {
            "kind": each.kind, "account": each.account, "keywords": each.keywords, "api": each.api,
            "secrets": [digest(keys, decrypt(keys, token)) for token in secrets[each.kind, each.account].secrets],
            "signing_keys": {name: digest(keys, decrypt(keys, token)) for name, token in sorted(secrets[each.kind, each.account].signing_keys.items())},
        }
        for each in accounts
    ]  # fmt: skip


def digest(keys: Keys, text: str) -> str:
    """Tells whether two texts are the same, to nobody who has not this deployment's key."""
    return "hmac-sha256:" + hmac.digest(keys.id_key, f"audit|{text}".encode(), "sha256").hex()[:32]
