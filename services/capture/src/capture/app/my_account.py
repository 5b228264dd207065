"""What members change of themselves: the name, and the second step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from capture.app import second_step
from capture.app.change_people import ChangePeople, Outcome, Refused, Work, found, replaced
from capture.store import people, sessions
from capture.store.sessions import Session
from chassis.database import Transaction
from chassis.keys import decrypt
from chassis.people import Person
from contracts.organizations import OrganizationChanged

LONGEST_NAME: Final = 80
WRONG_DIGITS: Final = "These are not the digits of now. Look again, and see that the phone’s clock is right."


class Account(NamedTuple):
    """`scan` is what an authenticator scans while the second step is being set up."""

    sessions: Sequence[Session]
    two_step: bool
    scan: str | None
    secret: str | None
    codes_left: int


@dataclass(frozen=True, kw_only=True)
class MyAccount:
    change: ChangePeople

    async def look(self, person: Person, *, email: str, now: datetime) -> Account:
        async with self.change.database.web(person.organization_id) as transaction:
            every = await sessions.open_ones(transaction, organization_id=person.organization_id, now=now)
            step = await people.second_step(transaction, member_id=person.member_id)
            left = await people.codes_left(transaction, member_id=person.member_id)
        own = [each for each in every if each.member_id == person.member_id]
        begun = step is not None and step.confirmed_at is None
        secret = decrypt(self.change.keys, step.secret) if step is not None and begun else None
        scan = second_step.address(secret, email=email) if secret else None
        return Account(own, step is not None and not begun, scan, secret, left)

    async def rename(self, person: Person, *, name: str, now: datetime) -> None:
        """Raises Refused."""
        wanted = " ".join(name.split())
        if not 0 < len(wanted) <= LONGEST_NAME:
            raise Refused(f"A name has between 1 and {LONGEST_NAME} characters.")

        async def work(_transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            return Outcome(replaced(shop, msgspec.structs.replace(found(shop, person.member_id), name=wanted)))

        await self._change(person, now, "name_changed", work)

    async def begin_second_step(self, person: Person, *, now: datetime) -> None:
        """It counts only once digits were typed, so this changes nothing yet."""
        async with self.change.database.web(person.organization_id) as transaction:
            await second_step.begin(
                transaction, keys=self.change.keys, member_id=person.member_id, organization_id=person.organization_id, now=now
            )  # fmt: skip

    async def confirm_second_step(self, person: Person, *, code: str, now: datetime) -> Sequence[str]:
        """Recovery codes, shown this once. Raises Refused."""
        digits, codes = "".join(code.split()), list[str]()

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            keys, own = self.change.keys, person.member_id
            if not await second_step.takes_digits(transaction, keys=keys, member_id=own, code=digits, now=now):
                raise Refused(WRONG_DIGITS)
            codes.extend(
                await second_step.new_codes(
                    transaction, keys=keys, member_id=own, organization_id=person.organization_id
                )
            )
            return Outcome(shop.members, {"second_step_on_for": str(own)})

        await self._change(person, now, "second_step_on", work)
        return codes

    async def new_codes(self, person: Person, *, now: datetime) -> Sequence[str]:
        """The earlier ones end. The password was confirmed before. Raises Refused where the second step is off."""
        codes = list[str]()

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            step = await people.second_step(transaction, member_id=person.member_id)
            if step is None or step.confirmed_at is None:
                raise Refused("The second step is off.")
            codes.extend(
                await second_step.new_codes(
                    transaction, keys=self.change.keys, member_id=person.member_id, organization_id=person.organization_id
                )
            )  # fmt: skip
            return Outcome(shop.members, {"recovery_codes_of": str(person.member_id)})

        await self._change(person, now, "recovery_codes_made", work)
        return codes

    async def drop_second_step(self, person: Person, *, now: datetime) -> None:
        """The password was confirmed before."""

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            await people.drop_second_step(transaction, member_id=person.member_id)
            return Outcome(shop.members, {"second_step_off_for": str(person.member_id)})

        await self._change(person, now, "second_step_off", work)

    async def _change(self, person: Person, now: datetime, action: str, work: Work) -> None:
        await self.change(
            organization_id=person.organization_id, actor_id=person.member_id, now=now, action=action, work=work
        )
