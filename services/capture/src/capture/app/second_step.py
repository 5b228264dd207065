"""The second step: six digits of an authenticator (RFC 6238), or a recovery code when the phone is gone."""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pyotp

from capture.store import people
from chassis.database import Transaction
from chassis.keys import Keys, decrypt, encrypt

STEP: Final = 30
"""Seconds that digits are valid; those of the step before and after are taken too."""
ISSUER: Final = "CallSnare"
CODES: Final = 10
ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
BEGUN_LIFE: Final = timedelta(minutes=30)


async def begin(transaction: Transaction, *, keys: Keys, member_id: UUID, organization_id: UUID, now: datetime) -> None:
    """A secret that counts only once its first digits were typed."""
    secret = encrypt(keys, pyotp.random_base32())
    await people.begin_second_step(
        transaction, member_id=member_id, organization_id=organization_id, secret=secret, now=now
    )


def address(secret: str, *, email: str) -> str:
    """What an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


async def takes_digits(transaction: Transaction, *, keys: Keys, member_id: UUID, code: str, now: datetime) -> bool:
    """Whether these are the digits of now; each step's are taken once."""
    found = await people.second_step(transaction, member_id=member_id)
    if found is None:
        return False
    totp, current = pyotp.TOTP(decrypt(keys, found.secret)), int(now.timestamp()) // STEP
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.at(step * STEP), code) and step > found.last_step:
            await people.take_step(transaction, member_id=member_id, step=step, now=now)
            return True
    return False


async def takes(transaction: Transaction, *, keys: Keys, member_id: UUID, code: str, now: datetime) -> bool:
    """Digits, or a recovery code that nobody used."""
    typed = "".join(code.lower().split()).replace("-", "")
    if typed.isdigit() and typed.isascii() and len(typed) == 6:  # noqa: PLR2004 -- as authenticators show them
        return await takes_digits(transaction, keys=keys, member_id=member_id, code=typed, now=now)
    used = code_digest(keys, member_id, typed)
    return await people.use_recovery_code(transaction, member_id=member_id, digest=used, now=now)


async def new_codes(transaction: Transaction, *, keys: Keys, member_id: UUID, organization_id: UUID) -> Sequence[str]:
    """Shown this once; earlier ones end."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(CODES)]
    digests = [code_digest(keys, member_id, code) for code in codes]
    await people.set_recovery_codes(transaction, member_id=member_id, organization_id=organization_id, digests=digests)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def code_digest(keys: Keys, member_id: UUID, code: str) -> bytes:
    """Without the deployment's key nobody can try codes against it."""
    return hmac.digest(keys.id_key, f"recovery|{member_id}|{code}".encode(), "sha256")
