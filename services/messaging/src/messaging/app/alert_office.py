"""Tells members of the office what needs a person: grouped, one member after the other, quiet once it was answered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.clock import Clock
from chassis.database import Database, Transaction
from chassis.organizations import Organizations
from contracts.organizations import OrganizationChanged
from messaging.app.alert_people import desk_of, people_of
from messaging.app.alert_things import Looked, look_at_needs, new_stops
from messaging.app.tell_pages import alerts_changed
from messaging.app.write_notices import WriteNotices
from messaging.domain import alerting
from messaging.domain.alerting import Desk, Nobody, Person, Tell, Wait, whom
from messaging.store import alerts

SHOPS_AT_ONCE: Final = 20
LATER: Final = timedelta(minutes=10)
"""When a shop that is not known yet is looked at again."""


class Round(NamedTuple):
    """One shop's alerts at one moment."""

    organization: OrganizationChanged
    people: Sequence[Person]
    desk: Desk
    last_told: Mapping[str, datetime]
    now: datetime


class AlertOffice:
    """A loop's step."""

    def __init__(self, *, database: Database, organizations: Organizations, write: WriteNotices, clock: Clock) -> None:
        self._database, self._organizations, self._write, self._clock = database, organizations, write, clock

    async def __call__(self) -> bool:
        now = self._clock.now()
        async with self._database.work() as transaction:
            await alerts.note(transaction, alerts=new_stops(await alerts.new_stops(transaction), now))
            claimed = await alerts.claim(transaction, now=now, shops=SHOPS_AT_ONCE)
            looked = await look_at_needs(transaction, claimed)
            await self._end_answered(transaction, claimed, looked, now)
            by_shop: dict[UUID, list[Looked]] = defaultdict(list)
            for each in looked:
                by_shop[each.row["organization_id"]].append(each)
            for organization_id, needs in by_shop.items():
                await self._shop(transaction, organization_id, needs, now)
            await alerts_changed(transaction, [row["organization_id"] for row in claimed])
        return False

    async def _end_answered(
        self, transaction: Transaction, claimed: Sequence[asyncpg.Record], looked: Sequence[Looked], now: datetime
    ) -> None:
        open_still = {each.row["alert_id"] for each in looked}
        ended = [row["alert_id"] for row in claimed if row["alert_id"] not in open_still]
        if ended:
            await alerts.end(transaction, alert_ids=ended, reason="answered", now=now)

    async def _shop(
        self, transaction: Transaction, organization_id: UUID, needs: Sequence[Looked], now: datetime
    ) -> None:
        organization = self._organizations.get(organization_id)
        if organization is None:
            await alerts.put_off(transaction, moments={each.row["alert_id"]: now + LATER for each in needs})
            return
        recently = now - alerting.SPACING
        told = await alerts.last_told(transaction, organization_id=organization_id, since=recently)
        round_ = Round(
            organization=organization,
            people=people_of(organization, mails=self._write.mails),
            desk=desk_of(organization, now),
            last_told={str(member): at for member, at in told.items()},
            now=now,
        )
        await self._tell(transaction, round_, needs)

    async def _tell(self, transaction: Transaction, round_: Round, needs: Sequence[Looked]) -> None:
        """What is due decides who is told; what only waits for company joins in."""
        verdicts = {each.row["alert_id"]: _verdict(each, round_) for each in needs}
        chosen = {member for each in verdicts.values() if isinstance(each, Tell) for member in each.members}
        by_member: dict[str, list[Looked]] = defaultdict(list)
        off: dict[UUID, datetime] = {}
        for each in needs:
            verdict = _joined(each, verdicts[each.row["alert_id"]], chosen, round_)
            match verdict:
                case Tell(members=members):
                    for member in members:
                        by_member[member].append(each)
                    told = [*each.row["told"], *({"member_id": member, "at": round_.now} for member in members)]
                    await alerts.tell(
                        transaction, alert_id=each.row["alert_id"], kind=each.kind, told=told, due_at=round_.now + round_.desk.patience
                    )  # fmt: skip
                case Wait(until=until):
                    off[each.row["alert_id"]] = until
                case Nobody(words=words):
                    await alerts.end(transaction, alert_ids=[each.row["alert_id"]], reason=words, now=round_.now)
        await alerts.put_off(transaction, moments=off)
        for member, things in by_member.items():
            await self._write(
                transaction, organization=round_.organization, member_id=UUID(member), needs=things, now=round_.now
            )


def _verdict(each: Looked, round_: Round) -> Tell | Wait | Nobody:
    return whom(each.need, round_.people, desk=round_.desk, last_told=round_.last_told, now=round_.now)


def _joined(each: Looked, verdict: Tell | Wait | Nobody, chosen: set[str], round_: Round) -> Tell | Wait | Nobody:
    """Tells early of what would be told to the same member within the minute."""
    if not (isinstance(verdict, Wait) and verdict.gathers and chosen):
        return verdict
    soon = whom(each.need, round_.people, desk=round_.desk, last_told={}, now=verdict.until)
    return soon if isinstance(soon, Tell) and set(soon.members) <= chosen else verdict
