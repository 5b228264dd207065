"""The replica of organizations that every service but capture keeps: a table, and a map in memory; and how far it is known."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from chassis.consumer import Subscription
from chassis.database import Database, Transaction
from chassis.doorbell import Doorbell
from chassis.listener import Listener
from chassis.loops import Loop
from chassis.partitions import partition_of
from contracts.base import Event
from contracts.organizations import OrganizationChanged
from contracts.topics import ORGANIZATIONS

CHANNEL: Final = "organizations"
APPLY: Final = f"""
WITH applied AS (
    INSERT INTO organization_replicas (organization_id, slug, version, snapshot)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::jsonb[])
    ON CONFLICT (organization_id) DO UPDATE
        SET slug = excluded.slug, version = excluded.version, snapshot = excluded.snapshot
        WHERE organization_replicas.version < excluded.version
    RETURNING organization_id, version
)
SELECT pg_notify('{CHANNEL}', organization_id || ' ' || version) FROM applied
"""
READ: Final = "SELECT snapshot FROM organization_replicas WHERE $1::uuid[] IS NULL OR organization_id = ANY($1)"
IDLE_SECONDS: Final = 60.0
LATE: Final = timedelta(seconds=20)
"""How far behind capture is nothing to worry about: marks come every 5 s and are 5 s old, and clocks may differ."""
SHARE_SECONDS: Final = 5.0
HEARD: Final = "heard"
TELL: Final = f"SELECT pg_notify('{CHANNEL}', $1)"


class Organizations:
    """Snapshots by id. Only a higher version replaces one. `bell` rings, and `arrivals` counts, whenever one has."""

    def __init__(self) -> None:
        self._known: dict[UUID, OrganizationChanged] = {}
        self._slugs: dict[str, UUID] = {}
        self._database: Database | None = None
        self._changed = asyncio.Event()
        self._heard: dict[int, datetime] = {}
        self._own: dict[int, datetime] = {}
        self.arrivals = 0
        self.on_change: Callable[[UUID], None] = lambda _: None
        """Called for each snapshot that is newer: whoever waits for a person's request may have to end it."""
        self.bell = Doorbell(channel=CHANNEL)

    def get(self, organization_id: UUID) -> OrganizationChanged | None:
        return self._known.get(organization_id)

    def by_slug(self, slug: str) -> OrganizationChanged | None:
        organization_id = self._slugs.get(slug)
        return None if organization_id is None else self._known[organization_id]

    def all(self) -> Iterable[OrganizationChanged]:
        return self._known.values()

    def version(self, organization_id: UUID) -> int:
        """0 while nothing is known of it: versions begin with 1."""
        known = self._known.get(organization_id)
        return 0 if known is None else known.organization_version

    def is_late(self, organization_id: UUID, *, now: datetime) -> bool:
        """Whether a newer snapshot may be on its way for long: capture, or Kafka between us, is away."""
        heard = self._heard.get(partition_of(organization_id, ORGANIZATIONS.partitions))
        return heard is None or now - heard > LATE

    def hear(self, partition: int, moment: datetime) -> None:
        """From this process's consumer, once everything before it was applied."""
        self._own[partition] = moment
        self.note_heard(partition, moment)

    def note_heard(self, partition: int, moment: datetime) -> None:
        self._heard[partition] = max(moment, self._heard.get(partition, moment))

    async def share(self) -> bool:
        """A loop's step: tells the other processes of this service how far this one has heard."""
        told, self._own = self._own, {}
        if told and self._database is not None:
            said = " ".join(f"{partition}:{moment.timestamp():.3f}" for partition, moment in sorted(told.items()))
            async with self._database.work() as transaction:
                await transaction.execute(TELL, f"{HEARD} {said}")
        return False

    def knows(self, event: Event) -> bool:
        """The snapshot that the event's producer knew, or a later one, is here."""
        return (
            event.organization_id in self._known and self.version(event.organization_id) >= event.organization_version
        )

    async def wait_for(self, organization_id: UUID, version: int) -> OrganizationChanged:
        """The snapshot of this version or a later one, once it is here."""
        while organization_id not in self._known or self.version(organization_id) < version:
            await self._changed.wait()
        return self._known[organization_id]

    async def load(self, database: Database) -> None:
        """Reads the table into memory."""
        self._database = database
        await self.refresh()

    async def refresh(self) -> None:
        """Reads the whole table anew."""
        await self._read(None)

    async def look_up(self, organization_ids: Collection[UUID]) -> None:
        """Reads some of the table anew: another process may have applied a snapshot just now."""
        await self._read(list(organization_ids))

    async def _read(self, organization_ids: list[UUID] | None) -> None:
        if self._database is None:
            return
        async with self._database.work() as transaction:
            rows = await transaction.fetch(READ, organization_ids)
        self._remember([msgspec.convert(row["snapshot"], OrganizationChanged) for row in rows])

    async def apply(self, transaction: Transaction, events: Sequence[Event]) -> None:
        """Handles `organization.changed.v1`, and tells the other processes."""
        newest: dict[UUID, OrganizationChanged] = {}
        for event in events:
            if isinstance(event, OrganizationChanged):
                known = newest.get(event.organization_id)
                if known is None or known.organization_version < event.organization_version:
                    newest[event.organization_id] = event
        snapshots = [newest[each] for each in sorted(newest)]
        await transaction.execute(
            APPLY,
            [each.organization_id for each in snapshots],
            [each.slug for each in snapshots],
            [each.organization_version for each in snapshots],
            [msgspec.to_builtins(each) for each in snapshots],
        )
        transaction.after_commit(lambda: self._remember(snapshots))

    def subscription(self) -> Subscription:
        """What keeps the table."""
        return Subscription(
            topic=ORGANIZATIONS, name="organizations", handle=self.apply, heard=self.hear, needs_organization=False
        )

    def _remember(self, snapshots: Sequence[OrganizationChanged]) -> None:
        newer = [each for each in snapshots if each.organization_version > self.version(each.organization_id)]
        for snapshot in newer:
            before = self._known.get(snapshot.organization_id)
            if before is not None and self._slugs.get(before.slug) == snapshot.organization_id:
                del self._slugs[before.slug]
            self._known[snapshot.organization_id] = snapshot
            self._slugs[snapshot.slug] = snapshot.organization_id
            self.on_change(snapshot.organization_id)
        if newer:
            self.arrivals += 1
            self.bell.ring()
            self._changed.set()
            self._changed = asyncio.Event()


class Follower:
    """Keeps the map of a process fresh with what other processes apply. A process with a bus has one in it."""

    def __init__(self, organizations: Organizations, *, dsn: str, name: str) -> None:
        self._organizations = organizations
        self._news = _News(channel=CHANNEL, heard=organizations.note_heard)
        self._listener = Listener(dsn=dsn, name=f"{name} organizations", bells=[self._news])
        self._loop = Loop("organizations", self.step, bell=self._news, idle_seconds=IDLE_SECONDS)

    async def start(self) -> None:
        await self._loop.start()
        await self._listener.start()

    async def stop(self) -> None:
        await self._listener.stop()
        await self._loop.stop()

    async def step(self) -> bool:
        """Reads what was told of, and everything after a gap in listening."""
        news = self._news
        newer = [each for each, version in news.told.items() if version > self._organizations.version(each)]
        everything, news.missed, news.told = news.missed, False, {}
        try:
            if everything:
                await self._organizations.refresh()
            elif newer:
                await self._organizations.look_up(newer)
        except BaseException:
            news.missed = True
            raise
        return False


class _News(Doorbell):
    """Remembers which versions it was told of; a ring that names none says that something was missed."""

    def __init__(self, *, channel: str, heard: Callable[[int, datetime], None]) -> None:
        super().__init__(channel=channel)
        self._heard = heard
        self.told: dict[UUID, int] = {}
        self.missed = True

    def hear(self, *said: object) -> None:
        if said and str(said[-1]).startswith(HEARD):
            for each in str(said[-1]).split(" ")[1:]:
                partition, _, moment = each.partition(":")
                self._heard(int(partition), datetime.fromtimestamp(float(moment), UTC))
            return
        organization_id, _, version = str(said[-1]).partition(" ") if said else ("", "", "")
        try:
            self.told[UUID(organization_id)] = int(version)
        except ValueError:
            self.missed = True
        super().hear()
