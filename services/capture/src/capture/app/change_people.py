"""The frame of every change of members and sessions: lock the shop, check, change, audit, tell everybody; one transaction."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from capture.app import record_change, shop_accounts, shop_state
from capture.app.start_session import TOKEN_LIFE
from capture.domain.membership import Colleague
from capture.store import sessions
from chassis.database import Database, Transaction
from chassis.keys import Keys
from contracts.organizations import Member, OrganizationChanged

TOKENS_LIVE: Final = TOKEN_LIFE + timedelta(minutes=1)
"""How long an ended session is told of: no token of it lives longer."""


class Refused(Exception):
    """It may not be, in a sentence for the person who asked."""


class UnknownMember(Exception):
    """There is nobody of this id in this shop."""


class Outcome(NamedTuple):
    """`told` stands in the audit entry beside what changed in the snapshot; no personal data, no secret."""

    members: tuple[Member, ...]
    told: Mapping[str, str] | None = None


Work = Callable[[Transaction, OrganizationChanged], Awaitable[Outcome]]


async def _nobody() -> None:
    """Where nothing is kept in memory."""


@dataclass(frozen=True, kw_only=True)
class ChangePeople:
    """`refresh` brings this process's own memory up to date, so that the very next request knows of the change."""

    database: Database
    keys: Keys
    refresh: Callable[[], Awaitable[object]] = _nobody

    async def __call__(
        self, *, organization_id: UUID, actor_id: UUID, now: datetime, action: str, work: Work
    ) -> OrganizationChanged:
        """The snapshot as it stands then. What `work` raises changes nothing."""
        async with self.database.web(organization_id) as transaction:
            changed = await self.within(
                transaction, organization_id=organization_id, actor_id=actor_id, now=now, action=action, work=work
            )
        await self.refresh()
        return changed

    async def within(
        self,
        transaction: Transaction,
        *,
        organization_id: UUID,
        actor_id: UUID,
        now: datetime,
        action: str,
        work: Work,
    ) -> OrganizationChanged:
        """The same in a transaction that is open already; whoever opened it refreshes."""
        before = await shop_state.load(transaction, organization_id=organization_id)
        if before is None:
            raise UnknownMember
        outcome = await work(transaction, before.snapshot)
        ended = await sessions.just_ended(transaction, organization_id=organization_id, since=now - TOKENS_LIVE)
        after = msgspec.structs.replace(before.snapshot, members=outcome.members, revoked_sessions=tuple(ended))
        return await record_change.record_change(
            transaction, before=before, draft=before._replace(snapshot=after), keys=self.keys,
            actor=record_change.member(actor_id), now=now, action=action, told=outcome.told,
        )  # fmt: skip

    def digest(self, text: str) -> str:
        """An address as the audit trail shows it."""
        return shop_accounts.digest(self.keys, text)


def found(shop: OrganizationChanged, member_id: UUID) -> Member:
    """Raises UnknownMember."""
    for each in shop.members:
        if each.member_id == member_id:
            return each
    raise UnknownMember


def replaced(shop: OrganizationChanged, member: Member) -> tuple[Member, ...]:
    """The members with this one as he is now."""
    return tuple(member if each.member_id == member.member_id else each for each in shop.members)


def colleague(member: Member) -> Colleague:
    return Colleague(id=str(member.member_id), role=member.role, active=member.active)


def colleagues(shop: OrganizationChanged) -> list[Colleague]:
    return [colleague(each) for each in shop.members]


def require(refusal: str | None) -> None:
    """Raises Refused where a rule says no."""
    if refusal is not None:
        raise Refused(refusal)
