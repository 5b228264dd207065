"""What the settings pages show: the shop as it stands, who changed what last, and what proves that it may go live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from capture.app import check_account
from capture.app.change_hours import summary
from capture.app.change_settings import UnknownShop
from capture.domain import checklist, entitlement
from capture.domain.checklist import Check
from capture.store import organizations, readiness, setting_changes
from capture.store.readiness import AccountCheck, NumberHealth, Trial, WordsTold
from capture.store.setting_changes import LastChange
from chassis.database import Database, Transaction
from chassis.keys import Keys
from contracts.organizations import OrganizationChanged

DAY: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`calls` of the last 24 hours by outcome; `secrets`: how many verify, by account."""

    shop: OrganizationChanged
    last: Mapping[str, LastChange]
    health: Mapping[str, NumberHealth]
    accounts: Mapping[str, AccountCheck]
    secrets: Mapping[str, int]
    trial: Trial | None
    calls: Mapping[str, int]
    checks: tuple[Check, ...]

    def seen(self, part: str) -> int:
        """The version of a part, for its form."""
        last = self.last.get(part)
        return 0 if last is None else last.version

    @property
    def left(self) -> list[Check]:
        return [each for each in self.checks if not each.passed]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    database: Database
    keys: Keys

    async def __call__(self, *, organization_id: UUID, now: datetime) -> Settings:
        """Raises UnknownShop."""
        async with self.database.web(organization_id) as transaction:
            return await self.read(transaction, organization_id, now)

    async def read(self, transaction: Transaction, organization_id: UUID, now: datetime) -> Settings:
        shop = await organizations.by_id(transaction, organization_id=organization_id)
        if shop is None:
            raise UnknownShop(str(organization_id))
        held = await organizations.accounts(transaction, organization_ids=[organization_id])
        health = await readiness.numbers(transaction, organization_id=organization_id)
        checks = await readiness.checks(transaction, organization_id=organization_id)
        accounts = check_account.standing(shop, held, checks, self.keys)
        trial = await readiness.trial(transaction, organization_id=organization_id)
        words = await readiness.words(transaction, organization_id=organization_id)
        facts = _facts(shop, health, accounts, words, trial, now)
        return Settings(
            shop=shop, health=health, accounts=accounts, trial=trial, checks=checklist.checklist(facts),
            last=await setting_changes.last(transaction, organization_id=organization_id),
            secrets={each.account: len(each.secrets) for each in held},
            calls=await readiness.calls_since(transaction, organization_id=organization_id, since=now - DAY),
        )  # fmt: skip


def _facts(
    shop: OrganizationChanged,
    health: Mapping[str, NumberHealth],
    accounts: Mapping[str, AccountCheck],
    words: WordsTold | None,
    trial: Trial | None,
    now: datetime,
) -> checklist.Facts:
    lines = [
        checklist.Line(
            number=each.number, account=each.account, brand=each.brand, campaign=each.campaign,
            heard_at=health[each.number].heard_at if each.number in health else None,
            missing_since=health[each.number].missing_since if each.number in health else None,
        )
        for each in shop.numbers
    ]  # fmt: skip
    asked = [
        checklist.AccountCheck(each.account, found.checked_at if found else None, found.trouble if found else None, found.listed if found else ())
        for each in shop.providers
        for found in [accounts.get(each.account)]
    ]  # fmt: skip
    billing = shop.billing
    on = entitlement.is_on(
        billing.status, past_due_since=billing.past_due_since, grace_days=billing.grace_days, now=now
    )
    lacking = [checklist.LackingText(*each) for each in words.lacking] if words else []
    tried = checklist.Trial(trial.phone, trial.until, *trial[3:]) if trial else None
    return checklist.Facts(
        hours=summary(shop.hours),
        lines=lines,
        accounts=asked,
        words=checklist.Words(words.looked_at, lacking, words.told_at) if words else None,
        trial=tried,
        plan=billing.status,
        plan_is_on=on,
        zone=shop.zone,
        now=now,
    )
