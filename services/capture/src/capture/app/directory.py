"""Numbers, organizations and secrets in memory: the callback path asks no database for them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from capture.store import organizations
from chassis.database import Database, Transaction
from chassis.keys import Keys, decrypt
from contracts.organizations import OrganizationChanged, TrackedNumber

AT_ONCE: Final = 500


class Secrets(NamedTuple):
    """What verifies callbacks of one account of one organization: the account's own secrets, and named signing keys."""

    organization_id: UUID
    current: tuple[str, ...]
    keys: Mapping[str, str]


class Line(NamedTuple):
    """A tracked number with its organization and what verifies its callbacks."""

    number: TrackedNumber
    organization: OrganizationChanged
    secrets: Secrets


class _Entry(NamedTuple):
    organization: OrganizationChanged
    lines: tuple[Line, ...]
    accounts: dict[str, Secrets]


class Directory:
    """Refreshed on change and, for a number it does not know, from the database once. Reads only what has changed."""

    def __init__(self, *, database: Database, keys: Keys) -> None:
        self._database, self._keys = database, keys
        self._entries: dict[UUID, _Entry] = {}
        self._lines: dict[str, Line] = {}
        self._accounts: dict[str, dict[UUID, Secrets]] = {}
        self._looking_up: dict[str, asyncio.Task[None]] = {}

    async def refresh(self) -> bool:
        """A loop's step."""
        async with self._database.work() as transaction:
            changed = [
                organization_id
                for organization_id, version in await organizations.versions(transaction)
                if self._version(organization_id) < version
            ]
            for first in range(0, len(changed), AT_ONCE):
                await self._read(transaction, changed[first : first + AT_ONCE])
        return False

    def line(self, number: str) -> Line | None:
        return self._lines.get(number)

    def organization(self, organization_id: UUID) -> OrganizationChanged | None:
        entry = self._entries.get(organization_id)
        return entry.organization if entry else None

    def all(self) -> list[OrganizationChanged]:
        return [each.organization for each in self._entries.values()]

    def lines_of_account(self, account: str) -> Iterable[Line]:
        """Of every organization that has numbers registered with this account."""
        for organization_id in self._accounts.get(account, {}):
            for line in self._entries[organization_id].lines:
                if line.number.account == account:
                    yield line

    def secrets_of_account(self, account: str) -> Sequence[Secrets]:
        """Of every organization that stored this account; for callbacks of numbers that nobody has."""
        return tuple(self._accounts.get(account, {}).values())

    def is_looking_up(self, number: str) -> bool:
        """Whether somebody asks for this number just now: whoever joins costs nothing."""
        return number in self._looking_up

    async def look_up(self, number: str, *, account: str) -> Line | None:
        """On a miss: from the database, once for all who ask at this moment; the account's secrets come along.

        Raises one of INFRASTRUCTURE.
        """
        task = self._looking_up.get(number)
        if task is None:
            task = self._looking_up[number] = asyncio.create_task(self._looked_up(number, account))
            task.add_done_callback(lambda done: self._forget(number, done))
        await asyncio.shield(task)
        return self._lines.get(number)

    def _forget(self, number: str, done: asyncio.Task[None]) -> None:
        del self._looking_up[number]
        if not done.cancelled():
            done.exception()  # whoever still waited has seen it

    async def _looked_up(self, number: str, account: str) -> None:
        async with self._database.work() as transaction:
            found = await organizations.concerned(transaction, number=number, account=account)
            changed = [own for own, version in found if self._version(own) < version]
            if changed:
                await self._read(transaction, changed)

    def _version(self, organization_id: UUID) -> int:
        entry = self._entries.get(organization_id)
        return entry.organization.organization_version if entry else -1

    async def _read(self, transaction: Transaction, organization_ids: Sequence[UUID]) -> None:
        """Snapshots first: secrets that are newer than their snapshot are read again with the next one, older ones never would be."""
        found = await organizations.snapshots(transaction, organization_ids=organization_ids)
        held: dict[UUID, list[organizations.Account]] = {}
        for account in await organizations.accounts(transaction, organization_ids=organization_ids):
            held.setdefault(account.organization_id, []).append(account)
        for snapshot in found:
            if snapshot.organization_version > self._version(snapshot.organization_id):
                self._replace(snapshot, held.get(snapshot.organization_id, []))

    def _replace(self, snapshot: OrganizationChanged, held: Sequence[organizations.Account]) -> None:
        """Swaps one organization's entries in memory; never waits in between."""
        organization_id = snapshot.organization_id
        by_kind = {(each.kind, each.account): self._opened(each) for each in held}
        nothing = Secrets(organization_id, (), {})
        lines = tuple(
            Line(number, snapshot, by_kind.get((number.provider, number.account), nothing))
            for number in snapshot.numbers
        )
        before = self._entries.get(organization_id)
        for line in before.lines if before else ():
            self._lines.pop(line.number.number, None)
        for account in before.accounts if before else ():
            self._accounts.get(account, {}).pop(organization_id, None)
        accounts = {account: secrets for (_, account), secrets in by_kind.items()}
        self._entries[organization_id] = _Entry(snapshot, lines, accounts)
        self._lines.update({line.number.number: line for line in lines})
        for account, secrets in accounts.items():
            self._accounts.setdefault(account, {})[organization_id] = secrets

    def _opened(self, account: organizations.Account) -> Secrets:
        current = tuple(decrypt(self._keys, token) for token in account.secrets)
        named = {name: decrypt(self._keys, token) for name, token in account.signing_keys.items()}
        return Secrets(account.organization_id, current, named)
