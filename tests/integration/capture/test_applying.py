"""`capture apply`: idempotent, only what is present, audited, and secrets nowhere in clear."""

import asyncio
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from capture_service import ACCOUNT, NUMBER, OFFICE, SECRET, shop_text

from capture.app.shop_file import ShopFileError
from chassis.database import Database
from chassis.keys import decrypt, unseal
from chassis.settings import Settings
from contracts import envelope
from contracts.organizations import OrganizationChanged, WhileClosed

PEOPLE = """
members: [{email: Pat@Example.com, name: Pat Owner, role: owner, password: first-password}]
technicians: [{name: Sam, hours: {mon: ["08:00-17:00"]}}]
"""


async def events(database: Database, topic: str) -> list[Any]:
    rows = await database.work_pool.fetch(
        "SELECT type, payload FROM outbox WHERE aggregatetype = $1 ORDER BY seq", topic
    )
    return [envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows]


async def everything(database: Database) -> str:
    """All that capture wrote, as text."""
    rows = [
        str(tuple(row.values()))
        for table in ("organizations", "tracked_numbers", "provider_accounts", "members", "outbox")
        for row in await database.work_pool.fetch(f"SELECT * FROM {table}")
    ]
    return "\n".join(rows)


async def test_a_new_shop_is_told_whole_and_audited(shops: Any, database: Database) -> None:
    shop = await shops.apply(shop_text(extra=PEOPLE))
    assert (shop.slug, shop.organization_version, shop.office_line, shop.ring_seconds) == ("northside", 1, OFFICE, 18)
    [snapshot] = await events(database, "callsnare.organizations")
    assert snapshot == shop
    [audit] = await events(database, "callsnare.audit")
    assert (audit.action, audit.actor_kind, audit.subject_id) == ("created", "command", str(shop.organization_id))
    assert all(change.before is None for change in audit.changes)


async def test_the_same_file_again_changes_nothing(shops: Any, database: Database) -> None:
    first = await shops.apply(shop_text(extra=PEOPLE))
    before = await everything(database)
    assert await shops.apply(shop_text(extra=PEOPLE)) == first
    assert await everything(database) == before


async def test_only_what_is_present_changes(shops: Any, database: Database) -> None:
    first = await shops.apply(shop_text(extra=PEOPLE))
    second = await shops.apply(
        "organization: northside\nring_seconds: 12\nfirst_reply: {window_hours: 48}\nwhile_closed: {follow_up: send}\nsilent_days: 21"
    )
    untouched = {
        "ring_seconds": 12,
        "first_reply": msgspec.structs.replace(first.first_reply, window_hours=48),
        "while_closed": WhileClosed(follow_up="send"),
        "silent_days": 21,
    }
    renewed = {name: getattr(second, name) for name in ("event_id", "occurred_at", "organization_version")}
    assert second == msgspec.structs.replace(first, **untouched, **renewed)
    assert second.organization_version == 2
    audit = (await events(database, "callsnare.audit"))[-1]
    assert [(each.field, each.before, each.after) for each in audit.changes if each.field == "ring_seconds"] == [
        ("ring_seconds", "18", "12")
    ]
    assert sorted(each.field for each in audit.changes) == [
        "first_reply",
        "ring_seconds",
        "silent_days",
        "while_closed",
    ]


async def test_lists_replace_but_people_numbers_and_technicians_stay(shops: Any) -> None:
    await shops.apply(
        shop_text(extra=PEOPLE + "closures: [{name: A, from: 2026-12-25, to: 2026-12-25}]\nmissed_when: [busy]")
    )
    shop = await shops.apply(
        "organization: northside\nclosures: [{name: B, from: 2027-01-01, to: 2027-01-01}]\nmissed_when: [no_answer]\n"
        "numbers: [{number: '+13125550124', provider: twilio}]\nmembers: [{email: kim@example.com, name: Kim, role: agent}]\n"
        "technicians: [{name: Lee, hours: {tue: ['08:00-12:00']}}]"
    )
    assert [each.name for each in shop.closures] == ["B"]
    assert shop.missed_when == ("no_answer",)
    assert [each.number for each in shop.numbers] == [NUMBER, "+13125550124"]
    assert [each.email for each in shop.members] == ["pat@example.com", "kim@example.com"]
    assert [each.name for each in shop.technicians] == ["Sam", "Lee"]


async def test_of_what_is_known_only_the_keys_given_change(shops: Any) -> None:
    await shops.apply(shop_text(mode="already_missed", answer="press_1", extra=PEOPLE))
    shop = await shops.apply(
        f"organization: northside\nnumbers: [{{number: '{NUMBER}', voicemail: false, segments_per_second: 2.5}}]\nmembers: [{{email: pat@example.com, role: admin}}]"
    )
    [number], [member] = shop.numbers, shop.members
    assert (number.mode, number.answer, number.voicemail, number.segments_per_second) == (
        "already_missed",
        "press_1",
        False,
        2.5,
    )
    assert (member.name, member.role) == ("Pat Owner", "admin")


async def test_a_password_counts_for_a_new_member_only(shops: Any, database: Database) -> None:
    await shops.apply(shop_text(extra=PEOPLE))
    await shops.apply(
        "organization: northside\nmembers: [{email: pat@example.com, name: Pat, password: second-password}]"
    )
    kept = await database.work_pool.fetchval("SELECT password_hash FROM members")
    assert kept.startswith("$argon2id$")
    assert PasswordHasher().verify(kept, "first-password")


async def test_secrets_are_encrypted_at_rest_sealed_in_the_topic_and_digests_in_the_audit(
    shops: Any, database: Database, settings: Settings
) -> None:
    shop: OrganizationChanged = await shops.apply(shop_text(extra=PEOPLE))
    written = await everything(database)
    for secret in (SECRET, "previous-secret", "key-secret", "first-password"):
        assert secret not in written
    held = await database.work_pool.fetchrow("SELECT secrets, signing_keys FROM provider_accounts")
    assert held is not None
    assert [decrypt(settings.keys, token) for token in held["secrets"]] == [SECRET, "previous-secret"]
    assert decrypt(settings.keys, held["signing_keys"]["SK1"]) == "key-secret"
    private, sealed = settings.keys.messaging_seal_private, shop.providers[0].sealed_secret
    assert private is not None
    assert sealed is not None
    assert unseal(private, sealed) == SECRET
    audit = (await events(database, "callsnare.audit"))[-1]
    shown = {each.field: each.after for each in audit.changes}
    assert "hmac-sha256:" in shown["providers"]
    assert sealed not in shown["providers"]
    assert "Pat" not in str(shown)
    assert "Sam" not in str(shown)


@pytest.mark.parametrize(
    ("changes", "sends_anew"),
    [
        ({"secrets": '["new-secret", "current-secret"]'}, True),
        ({"secrets": '["current-secret"]'}, False),
        ({"keys": "[]"}, False),
    ],
)
async def test_a_rotation_is_a_change_that_the_audit_shows(
    shops: Any, database: Database, changes: dict[str, str], sends_anew: bool
) -> None:
    first = await shops.apply(shop_text())
    second = await shops.apply(shop_text(**changes))
    assert second.organization_version == 2
    assert (second.providers[0].sealed_secret != first.providers[0].sealed_secret) is sends_anew
    audit = (await events(database, "callsnare.audit"))[-1]
    [change] = audit.changes
    assert change.field == "providers"
    assert change.before != change.after


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("organization: newcomer", "newcomer is new and needs name and zone"),
        ("organization: northside\nzone: America/Chicagoo", "zone: 'America/Chicagoo' is not an IANA zone"),
        ("organization: northside\nzone: ../etc/passwd", "is not an IANA zone"),
        ("organization: northside\nnumbers: [{number: '+13125550124'}]", "needs `provider: twilio`"),
        ("organization: northside\nnumbers: [{number: '+13125550124', provider: telnyx}]", "of which there is no account"),
        ("organization: northside\nnumbers: [{number: '+13125550124', provider: twilio, account: AC9}]", "which `providers` does not have"),
        ("organization: northside\nproviders: []", "which would be gone"),
        ("organization: northside\nproviders: [{kind: twilio, account: AC5, secrets: [x]}, {kind: twilio, account: AC5, secrets: [y]}]", "stands twice"),
        ("organization: northside\noffice_line: null", "rings the shop"),
        (f"organization: northside\noffice_line: '{NUMBER}'", "would ring itself"),
        ("organization: northside\nmembers: [{email: kim@example.com}]", "is new and needs name and role"),
        ("organization: northside\nclosures: [{name: X, from: 2026-12-26, to: 2026-12-25}]", "ends before it begins"),
    ],
)  # fmt: skip
async def test_a_refused_file_changes_nothing(shops: Any, database: Database, text: str, told: str) -> None:
    await shops.apply(shop_text())
    before = await everything(database)
    with pytest.raises(ShopFileError) as raised:
        await shops.apply(text)
    assert told in str(raised.value)
    assert await everything(database) == before


async def test_numbers_and_addresses_belong_to_one_shop(shops: Any) -> None:
    await shops.apply(shop_text(extra=PEOPLE))
    with pytest.raises(ShopFileError, match="belongs to another organization"):
        await shops.apply(shop_text(slug="southside"))
    with pytest.raises(ShopFileError, match=r"pat@example.com belongs to another organization"):
        await shops.apply(shop_text(slug="southside", number="+13125550124", extra=PEOPLE))


async def test_two_that_want_one_number_at_once_do_not_both_get_it(shops: Any) -> None:
    found = await asyncio.gather(
        *(shops.apply(shop_text(slug=f"shop{index}")) for index in range(5)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in found) == ["OrganizationChanged"] + ["ShopFileError"] * 4


async def test_with_two_accounts_a_new_number_must_say_which(shops: Any) -> None:
    two = f"organization: northside\nproviders: [{{kind: twilio, account: {ACCOUNT}, secrets: [{SECRET}]}}, {{kind: twilio, account: AC2, secrets: [x]}}]\n"
    await shops.apply(shop_text())
    with pytest.raises(ShopFileError, match="needs `account:`"):
        await shops.apply(two + "numbers: [{number: '+13125550124', provider: twilio}]")
    shop = await shops.apply(two + "numbers: [{number: '+13125550124', provider: twilio, account: AC2}]")
    assert [each.account for each in shop.numbers] == [ACCOUNT, "AC2"]


async def test_a_linked_customer_has_everything_on_before_the_first_word_of_billing(
    shops: Any, database: Database
) -> None:
    shop = await shops.apply(shop_text(extra="billing: {stripe_customer: cus_123}"))
    assert shop.billing.status == "active"
    assert await database.work_pool.fetchval("SELECT stripe_customer FROM organizations") == "cus_123"
    assert (await shops.apply("organization: northside\nbilling: null")).billing.status == "unmetered"
