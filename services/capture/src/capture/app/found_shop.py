"""Begins a new shop with its owner: nobody opens one from outside, so a command does, and prints a link that works once."""

import re
import unicodedata
import zoneinfo
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from capture.app.record_change import Actor, record_change
from capture.app.set_password import LIFE
from capture.app.shop_state import ShopState
from capture.app.tickets import digest, new_token
from capture.store import links, organizations, people
from chassis import ids
from chassis.database import Database, Transaction
from chassis.keys import Keys
from contracts.organizations import Member, OrganizationChanged

EMAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+$")
LONGEST_NAME, LONGEST_EMAIL, LONGEST_SLUG = 60, 254, 40
COMMAND: Final = Actor("command", "capture invite-owner")


class NotFounded(Exception):
    """One sentence that names the problem."""


class Founded(NamedTuple):
    """`token` is in the link to the owner's first password, and nowhere else."""

    shop: OrganizationChanged
    token: str
    ends_at: datetime


async def found_shop(
    *, database: Database, keys: Keys, name: str, email: str, owner: str, zone: str, now: datetime
) -> Founded:
    """Safe to repeat: while the owner has no password yet, a new link to the same shop. Raises NotFounded."""
    address = email.strip().lower()
    words = " ".join(name.split())
    if not EMAIL.match(address) or len(address) > LONGEST_EMAIL:
        raise NotFounded(f"{email!r} is no e-mail address")
    if not 0 < len(words) <= LONGEST_NAME:
        raise NotFounded(f"a shop's name has 1 to {LONGEST_NAME} characters")
    if zone not in zoneinfo.available_timezones():
        raise NotFounded(f"{zone!r} is not an IANA zone such as America/Chicago")
    async with database.work() as transaction:
        await organizations.one_at_a_time(transaction)
        shop = await _waiting(transaction, address)
        if shop is None:
            shop = await _begin(
                transaction, keys, name=words, email=address, owner=" ".join(owner.split()), zone=zone, now=now
            )
        token, [member] = new_token(), [each for each in shop.members if each.email == address]
        await links.make_password_link(
            transaction, digest=digest(token), organization_id=shop.organization_id, member_id=member.member_id, made_at=now, ends_at=now + LIFE
        )  # fmt: skip
    return Founded(shop, token, now + LIFE)


async def _waiting(transaction: Transaction, email: str) -> OrganizationChanged | None:
    """The shop of an owner who never came in. Raises NotFounded where the address is somebody's who did."""
    known = await people.by_email(transaction, email=email)
    if known is None:
        return None
    if known.password_hash is not None:
        raise NotFounded(f"{email} signs in here already; one address belongs to one shop")
    return await organizations.by_id(transaction, organization_id=known.organization_id)


async def _begin(
    transaction: Transaction, keys: Keys, *, name: str, email: str, owner: str, zone: str, now: datetime
) -> OrganizationChanged:
    own, slug = ids.new_id(), await _free_slug(transaction, name)
    member = Member(
        member_id=ids.derived_id("member", str(own), email),
        name=owner or email.partition("@")[0],
        email=email,
        role="owner",
    )
    snapshot = OrganizationChanged(
        event_id=ids.new_id(), organization_id=own, occurred_at=now, slug=slug, name=name, zone=zone, members=(member,)
    )
    draft = ShopState(msgspec.structs.replace(snapshot), (), None)
    return await record_change(transaction, before=None, draft=draft, keys=keys, actor=COMMAND, now=now)


async def _free_slug(transaction: Transaction, name: str) -> str:
    """`northside-heating-air`, with a number where that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or "shop"
    base = base if len(base) > 1 else f"shop-{base}"
    slug, number = base, 1
    while await organizations.by_slug(transaction, slug=slug) is not None:
        number += 1
        slug = f"{base}-{number}"
    return slug
