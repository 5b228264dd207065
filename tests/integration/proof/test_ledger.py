"""The chain: appended once, in one piece whoever comes at once, and anything altered in it shows."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
import pytest

from chassis import ids, inbox
from chassis.database import Database
from contracts.inbound import TextReceived
from contracts.leads import HomeownerReplied, LeadOpened
from contracts.organizations import AlertChoices, Member, OrganizationChanged, ProviderAccount
from proof.app.append_events import append_events, without_secrets
from proof.app.export import export
from proof.app.verify import verify

AT = datetime(2026, 11, 24, 14, 10, 2, 931147, UTC)
SCRIPT = Path(__file__).parents[3] / "docs" / "verify_proof.py"


def text(shop: UUID, body: str = "No heat") -> TextReceived:
    return TextReceived(
        event_id=ids.new_id(), organization_id=shop, occurred_at=AT, homeowner_id=ids.derived_id("homeowner", body), message_id=ids.new_id(), provider="twilio",
        provider_message_id="SM1", tracked_number="+13125550123", homeowner_number="+13125550142", body=body, received_at=AT,
    )  # fmt: skip


async def heard(database: Database, *events) -> None:
    async with database.work() as transaction:
        new = await inbox.take(transaction, consumer="ledger", events=list(events))
        if new:
            await append_events(transaction, new)


async def walked(database: Database, shop: UUID):
    async with database.work() as transaction:
        return await verify(transaction, organization_id=shop)


async def alter(database: Database, statement: str, *values) -> None:
    async with database.work() as transaction:
        await transaction.execute(statement, *values)


async def test_a_chain_of_nothing_is_whole(database):
    assert await walked(database, ids.new_id()) == (0, None)


async def test_events_are_chained_in_the_order_of_hearing_and_the_same_one_twice_is_one_entry(database):
    shop = ids.new_id()
    first, second = text(shop, "one"), text(shop, "two")
    await heard(database, first, second)
    await heard(database, second, text(shop, "three"), first)
    assert await walked(database, shop) == (3, None)


async def test_batches_that_come_at_once_over_the_same_shops_make_one_chain_each(database):
    shops = [ids.new_id() for _ in range(3)]
    batches = [[text(shop, f"{number}") for shop in order] for number, order in enumerate([shops, shops[::-1]] * 6)]
    await asyncio.gather(*(heard(database, *batch) for batch in batches))
    for shop in shops:
        assert await walked(database, shop) == (12, None)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE entries SET type = 'call.answered.v1' WHERE organization_id = $1 AND sequence = 2",
            "entry 2 was altered",
        ),
        (
            "UPDATE entries SET occurred_at = occurred_at + interval '1 second' WHERE organization_id = $1 AND sequence = 3",
            "entry 3 was altered",
        ),
        ("DELETE FROM entries WHERE organization_id = $1 AND sequence = 2", "entry 2 is missing"),
        (
            "DELETE FROM entries WHERE organization_id = $1 AND sequence = 4",
            "entry 4 is missing: the chain was 4 entries long",
        ),
        (
            "UPDATE contents SET payload = 'x' WHERE organization_id = $1 AND sequence = 1",
            "the content of entry 1 was altered",
        ),
        (
            "UPDATE entries SET previous = digest WHERE organization_id = $1 AND sequence = 3",
            "entry 3 does not follow the one before it",
        ),
    ],
)
async def test_whatever_is_altered_shows_and_another_shop_is_untouched(database, statement, problem):
    shop, other = ids.new_id(), ids.new_id()
    await heard(database, *(text(each, f"{number}") for number in range(4) for each in (shop, other)))
    await alter(database, statement, shop)
    assert (await walked(database, shop)).problem == problem
    assert await walked(database, other) == (4, None)


async def test_a_homeowner_s_words_can_be_erased_without_breaking_the_chain(database):
    shop = ids.new_id()
    await heard(database, text(shop, "private"), text(shop, "kept"))
    await alter(
        database,
        "DELETE FROM contents WHERE organization_id = $1 AND homeowner_id = $2",
        shop,
        ids.derived_id("homeowner", "private"),
    )
    assert await walked(database, shop) == (2, None)


def test_neither_secrets_nor_people_of_the_office_are_ledgered():
    shop = OrganizationChanged(
        event_id=ids.new_id(), organization_id=ids.new_id(), occurred_at=AT, slug="northside", name="Northside", zone="America/Chicago",
        providers=(ProviderAccount(kind="twilio", account="AC1", sealed_secret="sealed"),),
        members=(
            Member(member_id=ids.new_id(), name="Pat Owner", email="owner@example.com", role="owner", alerts=AlertChoices(number="+13125550188")),
        ),
    )  # fmt: skip
    written = msgspec.json.encode(without_secrets(shop)).decode()
    for hidden in ("sealed", "Pat Owner", "owner@example.com", "+13125550188"):
        assert f'"{hidden}"' not in written


async def test_a_lead_s_proof_is_checked_by_the_standard_library_alone_and_shows_a_forgery(database, tmp_path):
    shop, lead_id = ids.new_id(), ids.new_id()
    reply = text(shop, "hello")
    opened = LeadOpened(
        event_id=ids.new_id(), organization_id=shop, occurred_at=AT, homeowner_id=reply.homeowner_id, lead_id=lead_id, lead_version=1, status="new",
        homeowner_number="+13125550142", opened_by="call",
    )  # fmt: skip
    await heard(database, opened, text(shop, "somebody else"), reply)
    async with database.work() as transaction:
        proof = await export(transaction, lead_id=lead_id)
    assert proof is not None
    assert [entry["type"] for entry in proof["entries"]] == ["lead.opened.v1", "text.received.v1"]
    file = tmp_path / "proof.json"
    file.write_bytes(msgspec.json.encode(proof))
    assert checked(file) == (0, f"whole: 2 entries of lead {lead_id}\n")
    forged = json.loads(file.read_text())
    forged["entries"][1]["payload"] = forged["entries"][1]["payload"].replace("hello", "goodbye")
    file.write_text(json.dumps(forged))
    assert checked(file) == (1, "the content of entry 3 was altered\n")


async def test_what_names_no_lead_belongs_to_the_proof_of_the_lead_of_its_time(database):
    shop = ids.new_id()
    said = {word: text(shop, "the same homeowner") for word in ("in the first", "in the second", "in the third")}
    homeowner = said["in the first"].homeowner_id
    leads = [ids.new_id() for _ in range(3)]
    for lead_id, event in zip(leads, said.values(), strict=True):
        opened = LeadOpened(
            event_id=ids.new_id(), organization_id=shop, occurred_at=AT, homeowner_id=homeowner, lead_id=lead_id, lead_version=1, status="new",
            homeowner_number="+13125550142", opened_by="call",
        )  # fmt: skip
        replied = HomeownerReplied(
            event_id=ids.new_id(), organization_id=shop, occurred_at=AT, homeowner_id=homeowner, lead_id=lead_id, message_id=event.message_id, first=True,
        )  # fmt: skip
        await heard(database, opened, event, replied)
    for lead_id, event in zip(leads, said.values(), strict=True):
        async with database.work() as transaction:
            proof = await export(transaction, lead_id=lead_id)
        assert proof is not None
        assert [entry["event_id"] for entry in proof["entries"] if entry["type"] == "text.received.v1"] == [
            event.event_id
        ]


async def test_the_web_role_reads_one_shop_and_changes_nothing(database):
    shop, other = ids.new_id(), ids.new_id()
    await heard(database, text(shop), text(other))
    async with database.web(shop) as transaction:
        assert {row["organization_id"] for row in await transaction.fetch("SELECT organization_id FROM entries")} == {
            shop
        }
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.web(shop) as transaction:
            await transaction.execute("DELETE FROM entries")


def checked(file: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
