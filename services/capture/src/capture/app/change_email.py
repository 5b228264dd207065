"""A member's own e-mail address: after the password, and by a link to the new address where mail can be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import asyncpg
import msgspec

from capture.app.change_people import ChangePeople, Outcome, Refused, Work, found, replaced, require
from capture.app.invite_member import TAKEN, LinkEnded
from capture.app.tickets import digest, new_token
from capture.domain.email_addresses import tidy, why_not_address
from capture.store import links, organizations
from capture.store.links import EmailLink
from chassis.database import Transaction
from chassis.people import Person
from contracts.organizations import OrganizationChanged

LIFE: Final = timedelta(days=1)
AGAIN_AFTER: Final = timedelta(minutes=1)


class Changed(NamedTuple):
    """For the letter to the address that is no longer used."""

    before: str
    after: str
    shop: str


@dataclass(frozen=True, kw_only=True)
class ChangeEmail:
    """Whoever calls has confirmed the password. Ways to a new password that were sent to the old address end with it."""

    change: ChangePeople

    async def at_once(self, person: Person, *, email: str, now: datetime) -> Changed:
        """Where no mail can be sent. Raises Refused."""
        address, changed = tidy(email), list[Changed]()

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            _require_free(shop, address)
            changed.append(Changed(found(shop, person.member_id).email, address, shop.name))
            return await self._changed(transaction, shop, person, address)

        await self._change(person, now, "email_changed", work)
        return changed[0]

    async def link(self, person: Person, *, email: str, now: datetime) -> str:
        """The token of a link for the new address; the earlier one ends. Raises Refused."""
        address, token = tidy(email), new_token()

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            _require_free(shop, address)
            pending = await links.email_link(transaction, member_id=person.member_id)
            if pending is not None and now - pending.made_at < AGAIN_AFTER:
                raise Refused(f"A link went to {pending.email} a moment ago. Try again in a minute.")
            asked = EmailLink(shop.organization_id, person.member_id, address, now, now + LIFE)
            await links.make_email_link(transaction, digest=digest(token), asked=asked)
            return Outcome(shop.members, {"email_asked_for": self.change.digest(address)})

        await self._change(person, now, "email_asked", work)
        return token

    async def pending(self, person: Person, *, now: datetime) -> EmailLink | None:
        """What waits for its link to be opened."""
        async with self.change.database.web(person.organization_id) as transaction:
            link = await links.email_link(transaction, member_id=person.member_id)
        return link if link is not None and link.ends_at > now else None

    async def withdraw(self, person: Person) -> None:
        """Safe to repeat: nothing had been changed yet."""
        async with self.change.database.web(person.organization_id) as transaction:
            await links.drop_email_link(transaction, member_id=person.member_id)

    async def look(self, *, token: str, now: datetime) -> tuple[EmailLink, str]:
        """What the link changes, and the shop's name. Raises LinkEnded."""
        async with self.change.database.work() as transaction:
            link = await links.email_link_of(transaction, digest=digest(token), now=now)
            if link is None:
                raise LinkEnded
            shops = await organizations.snapshots(transaction, organization_ids=[link.organization_id])
        return link, shops[0].name

    async def by_link(self, *, token: str, now: datetime) -> Changed:
        """Raises LinkEnded, Refused."""
        link, shop_name = await self.look(token=token, now=now)
        changed = list[Changed]()

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            still = await links.email_link_of(transaction, digest=digest(token), now=now)
            member = next((each for each in shop.members if each.member_id == link.member_id), None)
            if still is None or member is None or not member.active:
                raise LinkEnded
            _require_free(shop, still.email)
            changed.append(Changed(member.email, still.email, shop_name))
            return await self._changed(transaction, shop, still, still.email)

        await self._change(link, now, "email_changed", work)
        return changed[0]

    async def _changed(
        self, transaction: Transaction, shop: OrganizationChanged, who: "Person | EmailLink", address: str
    ) -> Outcome:
        await links.drop_email_link(transaction, member_id=who.member_id)
        await links.drop_password_links(transaction, member_id=who.member_id)
        return Outcome(replaced(shop, msgspec.structs.replace(found(shop, who.member_id), email=address)))

    async def _change(self, who: "Person | EmailLink", now: datetime, action: str, work: Work) -> None:
        try:
            await self.change(
                organization_id=who.organization_id, actor_id=who.member_id, now=now, action=action, work=work
            )
        except asyncpg.UniqueViolationError as error:
            raise Refused(TAKEN) from error


def _require_free(shop: OrganizationChanged, address: str) -> None:
    require(why_not_address(address))
    known = next((each for each in shop.members if each.email == address), None)
    if known is not None:
        raise Refused(f"{known.name} has this address already.")
