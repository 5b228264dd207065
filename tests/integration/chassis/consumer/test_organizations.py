"""The replica of organizations, and events that wait for a snapshot."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis import intake
from chassis.database import Database
from chassis.ids import new_id
from chassis.organizations import Follower, Organizations
from chassis.settings import Settings
from chassis.testing import FixedClock, eventually
from contracts import topics
from contracts.base import HomeownerEvent
from contracts.organizations import OrganizationChanged

Make = Callable[..., HomeownerEvent]
Start = Callable[[], Any]


def snapshot(organization_id: UUID, version: int, **changes: Any) -> OrganizationChanged:
    facts: dict[str, Any] = {
        "event_id": new_id(), "organization_id": organization_id, "organization_version": version, "occurred_at": datetime(2026, 11, 24, tzinfo=UTC),
        "slug": f"shop-{organization_id.hex[-12:]}", "name": f"version {version}", "zone": "America/Chicago",
    }  # fmt: skip
    return OrganizationChanged(**{**facts, **changes})


@pytest.fixture
async def organizations(database: Database) -> Organizations:
    loaded = Organizations()
    await loaded.load(database)
    return loaded


async def apply(database: Database, organizations: Organizations, *snapshots: OrganizationChanged) -> None:
    async with database.work() as transaction:
        await organizations.apply(transaction, snapshots)


async def test_only_a_higher_version_replaces_a_snapshot(database: Database, organizations: Organizations) -> None:
    one, two = new_id(), new_id()
    await apply(database, organizations, snapshot(one, 2), snapshot(two, 1), snapshot(one, 3), snapshot(one, 1))
    await apply(database, organizations, snapshot(one, 2), snapshot(two, 2))
    reloaded = Organizations()
    await reloaded.load(database)
    for each in (organizations, reloaded):
        assert each.version(one) == 3
        assert each.get(two) == each.by_slug(f"shop-{two.hex[-12:]}")
        assert each.version(two) == 2


async def test_nothing_is_remembered_of_what_was_rolled_back(database: Database, organizations: Organizations) -> None:
    shop = new_id()
    with pytest.raises(RuntimeError):  # noqa: PT012 -- the transaction is what ends
        async with database.work() as transaction:
            await organizations.apply(transaction, [snapshot(shop, 1)])
            raise RuntimeError
    assert organizations.get(shop) is None


async def test_a_slug_that_was_given_up_leads_to_its_new_owner(
    database: Database, organizations: Organizations
) -> None:
    one, two = new_id(), new_id()
    await apply(database, organizations, snapshot(one, 1, slug="north"), snapshot(two, 1, slug="south"))
    await apply(database, organizations, snapshot(one, 2, slug="east"))
    await apply(database, organizations, snapshot(two, 2, slug="north"))
    found = organizations.by_slug("north")
    assert found is not None
    assert found.organization_id == two
    assert organizations.by_slug("south") is None
    await apply(database, organizations, snapshot(one, 3, slug="west"))
    assert organizations.by_slug("north") == found


async def test_whoever_waits_for_a_version_gets_it_or_a_later_one(
    database: Database, organizations: Organizations
) -> None:
    shop = new_id()
    waiting = asyncio.ensure_future(organizations.wait_for(shop, 2))
    await apply(database, organizations, snapshot(shop, 1))
    await asyncio.sleep(0)
    assert not waiting.done()
    await apply(database, organizations, snapshot(shop, 3))
    assert (await asyncio.wait_for(waiting, 5)).organization_version == 3


@pytest.fixture
async def other_process(settings: Settings, database: Database) -> AsyncIterator[Organizations]:
    organizations = Organizations()
    await organizations.load(database)
    follower = Follower(organizations, dsn=settings.database.work, name="other")
    await follower.start()
    yield organizations
    await follower.stop()


async def test_another_process_learns_of_it_within_a_second(
    database: Database, organizations: Organizations, other_process: Organizations
) -> None:
    """Other work on this machine may delay one, not all of them."""
    shop, took = new_id(), list[float]()
    await eventually(lambda: _listens(database))
    for version in range(1, 6):
        begun = time.monotonic()
        await apply(database, organizations, snapshot(shop, version))
        await asyncio.wait_for(other_process.wait_for(shop, version), 20)
        took.append(time.monotonic() - begun)
    assert min(took) < 1


async def test_every_process_knows_how_far_capture_is_heard(
    database: Database, organizations: Organizations, other_process: Organizations
) -> None:
    shop, moment = new_id(), datetime(2026, 11, 25, 18, tzinfo=UTC)
    both, soon, long = (organizations, other_process), timedelta(seconds=5), timedelta(seconds=21)
    assert all(each.is_late(shop, now=moment) for each in both), "after a start nothing has been heard"
    await eventually(lambda: _listens(database))
    for partition in range(topics.ORGANIZATIONS.partitions):
        organizations.hear(partition, moment)
    await organizations.share()
    await eventually(lambda: not other_process.is_late(shop, now=moment + soon))
    assert [each.is_late(shop, now=moment + soon) for each in both] == [False, False]
    assert [each.is_late(shop, now=moment + long) for each in both] == [True, True]
    organizations.note_heard(0, moment - long)
    assert not organizations.is_late(shop, now=moment + soon), "an older word takes nothing back"


async def _listens(database: Database) -> bool:
    name = "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'other organizations listener'"
    return bool(await database.work_pool.fetchval(name))


async def test_what_was_told_during_a_gap_in_listening_is_read_afterwards(
    postgres_superuser: str, database: Database, organizations: Organizations, other_process: Organizations
) -> None:
    shop = new_id()
    await eventually(lambda: _listens(database))
    superuser = await asyncpg.connect(postgres_superuser)
    await superuser.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'other organizations listener'"
    )
    await superuser.close()
    await apply(database, organizations, snapshot(shop, 1))
    await asyncio.wait_for(other_process.wait_for(shop, 1), 10)


@pytest.fixture
def replica_topic(stream: Any) -> Any:
    return type(stream)(topics.ORGANIZATIONS, stream._producer)


async def test_an_event_waits_for_the_snapshot_that_its_producer_knew_and_counts_no_try(
    run_bus: Any, stream: Any, effects: Any, text: Make, organizations: Organizations, replica_topic: Any
) -> None:
    shop, homeowner = new_id(), new_id()
    clock = FixedClock(datetime.now(UTC))  # noqa: TID251 -- rows of the database carry its own time
    replica = dataclasses.replace(organizations.subscription(), name=f"o{new_id().hex[-8:]}")
    await run_bus(needs_organization=True, organizations=organizations, others=[replica], clock=clock)
    await replica_topic.send(snapshot(shop, 1))
    await organizations.wait_for(shop, 1)
    early = text(homeowner, "early", organization_id=shop, organization_version=2)
    later = text(homeowner, "later", organization_id=shop, organization_version=1)
    other = text(new_id(), "other", organization_id=shop, organization_version=1)
    await stream.send(early, later, other, partition=0)
    await effects.until("other")
    rows = await eventually(effects.parked)
    assert [(row["tries"], row["error"]) for row in rows] == [(0, intake.SNAPSHOT), (0, intake.BEHIND)]
    clock.advance(seconds=2)
    await eventually(lambda: _put_off(effects, clock))
    assert [row["tries"] for row in await effects.parked()] == [0, 0]
    await replica_topic.send(snapshot(shop, 2))
    await effects.until("early", "later", key=homeowner)  # though the clock stands still
    assert await effects.bodies(homeowner) == ["early", "later"]
    assert await effects.dead() == []


async def _put_off(effects: Any, clock: FixedClock) -> bool:
    """It was due, and looked at in vain."""
    return bool((await effects.parked())[0]["next_try_at"] > clock.now())


async def test_a_snapshot_that_another_process_applied_is_looked_up_before_parking(
    run_bus: Any, stream: Any, effects: Any, text: Make, organizations: Organizations, database: Database
) -> None:
    shop = new_id()
    await run_bus(needs_organization=True, organizations=organizations)
    somebody_else = Organizations()
    async with database.work() as transaction:
        await somebody_else.apply(transaction, [snapshot(shop, 1)])
        await transaction.execute("UNLISTEN *")
    await stream.send(text(new_id(), "one", organization_id=shop, organization_version=1))
    await effects.until("one")
    assert await effects.parked() == []


async def test_a_new_consumer_has_the_replica_before_it_takes_anything_else(
    run_bus: Any, stream: Any, effects: Any, text: Make, organizations: Organizations, replica_topic: Any
) -> None:
    shops = [new_id() for _ in range(30)]
    await stream.send(
        *(text(new_id(), at, organization_id=shop, organization_version=1) for at, shop in enumerate(shops))
    )
    await replica_topic.send(*(snapshot(shop, 1) for shop in shops))
    tried: list[int] = []

    async def handle(transaction: Any, events: Any) -> None:
        tried.append(len(await effects.parked()))
        await effects(transaction, events)

    replica = dataclasses.replace(organizations.subscription(), name=f"o{new_id().hex[-8:]}")
    await run_bus(needs_organization=True, organizations=organizations, others=[replica], handle=handle)
    await effects.until(*map(str, range(30)))
    assert set(tried) == {0}
