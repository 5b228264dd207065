"""An organization with what its snapshot does not show, and what of it the audit trail shows."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from capture.app import shop_accounts
from capture.store import organizations
from capture.store.organizations import Account
from chassis.database import Transaction
from chassis.keys import Keys
from contracts.organizations import AlertChoices, OrganizationChanged

UNTOLD: Final = frozenset({"type", "event_id", "organization_id", "occurred_at", "organization_version"})
FIELDS_OF: Final = {
    "shop": ("name", "zone", "state", "office_line", "ring_seconds"),
    "missed": ("missed_when",),
    "hours": ("hours",),
    "closures": ("closures",),
    "holidays": ("holidays",),
    "first_reply": ("first_reply",),
    "while_closed": ("while_closed",),
    "automation": ("automation",),
    "silence": ("silent_days",),
}
"""The parts that are changed by themselves, each with its own form; numbers and accounts are a part each."""
ALERT_ORDER: Final = "alert_order"


class ShopState(NamedTuple):
    """`held` are its accounts with their encrypted secrets, `customer` its id at Stripe."""

    snapshot: OrganizationChanged
    held: Sequence[Account]
    customer: str | None


async def load(
    transaction: Transaction, *, organization_id: UUID | None = None, slug: str | None = None
) -> ShopState | None:
    """Locked: nobody else changes it until the end of the transaction."""
    snapshot = await organizations.locked(transaction, organization_id=organization_id, slug=slug)
    if snapshot is None:
        return None
    own = snapshot.organization_id
    held = await organizations.accounts(transaction, organization_ids=[own])
    return ShopState(snapshot, held, await organizations.stripe_customer(transaction, organization_id=own))


def shown(state: ShopState, keys: Keys) -> dict[str, Any]:
    """What the audit trail shows, and what makes a change a change: secrets as digests, people by their ids."""
    values: dict[str, Any] = msgspec.to_builtins(state.snapshot)
    people = [
        {
            "member_id": str(each.member_id),
            "role": each.role,
            "active": each.active,
            "epoch": each.epoch,
            "name": shop_accounts.digest(keys, each.name),
            "email": shop_accounts.digest(keys, each.email),
            "alerts": _alerts(each.alerts, keys),
        }
        for each in state.snapshot.members
    ]
    technicians = [
        {"name": shop_accounts.digest(keys, each.name), "hours": msgspec.to_builtins(each.hours)}
        for each in state.snapshot.technicians
    ]
    trial = state.snapshot.trial
    return {
        **{name: value for name, value in values.items() if name not in UNTOLD},
        "providers": shop_accounts.shown(state.snapshot.providers, state.held, keys),
        "members": people,
        "technicians": technicians,
        "trial": {**values["trial"], "phone": shop_accounts.digest(keys, trial.phone)} if trial else None,
        "stripe_customer": state.customer,
    }


def changed_parts(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """Which parts of the settings differ between what is shown of two states."""
    parts = {part for part, fields in FIELDS_OF.items() if any(old.get(each) != new[each] for each in fields)}
    if _alert_order(old) != _alert_order(new, known=old):
        parts.add(ALERT_ORDER)
    for field, part_of in (("numbers", number_part), ("providers", account_part)):
        before = {part_of(each): each for each in old.get(field, [])}
        after = {part_of(each): each for each in new[field]}
        parts |= {part for part in before.keys() | after.keys() if before.get(part) != after.get(part)}
    return parts


def _alert_order(shown: dict[str, Any], *, known: dict[str, Any] | None = None) -> Any:
    """Whom the shop tells first; whoever is new among the people changes nothing of it."""
    ids = {each["member_id"] for each in (known or shown).get("members", [])}
    places = {
        each["member_id"]: each["alerts"]["place"] for each in shown.get("members", []) if each["member_id"] in ids
    }
    return shown.get("alert_minutes"), places


def number_part(number: dict[str, Any] | str) -> str:
    return f"number {number if isinstance(number, str) else number['number']}"


def account_part(account: dict[str, Any]) -> str:
    return f"account {account['kind']} {account['account']}"


def _alerts(choices: AlertChoices, keys: Keys) -> dict[str, Any]:
    number = choices.number and shop_accounts.digest(keys, choices.number)
    return {**msgspec.to_builtins(choices), "number": number}
