"""A shop's file laid over what is known of the shop: what is not in the file stays."""

import zoneinfo
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from capture.app.shop_file import (
    BillingPart,
    ClosurePart,
    MemberPart,
    NumberPart,
    ShopFile,
    ShopFileError,
    TechnicianPart,
    phone,
    present,
    spans,
)
from chassis import ids
from contracts.organizations import (
    Billing,
    Closure,
    Member,
    OrganizationChanged,
    ProviderAccount,
    Technician,
    TrackedNumber,
)

AS_THEY_ARE: Final = ("mode", "answer", "voicemail", "segments_per_second")
"""Of a number."""


def merged(shop: ShopFile, before: OrganizationChanged, *, providers: Sequence[ProviderAccount]) -> OrganizationChanged:
    """The organization with the file's values; version and event id are still the old ones. Raises ShopFileError."""
    as_they_are = ("name", "state", "ring_seconds", "automation", "silent_days")
    changes: dict[str, Any] = {name: value for name, value in shop.given.items() if name in as_they_are}
    if shop.zone is not UNSET:
        changes["zone"] = _zone(shop.zone)
    if shop.office_line is not UNSET:
        changes["office_line"] = phone(shop.office_line, what="office_line") if shop.office_line else None
    if shop.missed_when is not UNSET:
        changes["missed_when"] = tuple(dict.fromkeys(shop.missed_when))
    if shop.hours is not UNSET:
        changes["hours"] = spans(shop.hours)
    if shop.closures is not UNSET:
        laid_out = [each for each in before.closures if each.holiday is not None]
        typed = [_closure(each) for each in shop.closures]
        changes["closures"] = tuple(sorted([*typed, *laid_out], key=lambda each: (each.first_day, each.name)))
    if shop.first_reply is not UNSET:
        changes["first_reply"] = msgspec.structs.replace(before.first_reply, **shop.first_reply.given)
    if shop.while_closed is not UNSET:
        changes["while_closed"] = msgspec.structs.replace(before.while_closed, **shop.while_closed.given)
    if shop.billing is not UNSET:
        changes["billing"] = _billing(before.billing, shop.billing)
    after = msgspec.structs.replace(
        before,
        **changes,
        providers=tuple(providers),
        members=_members(present(shop.members), before),
        numbers=_numbers(present(shop.numbers), before, providers),
        technicians=_technicians(present(shop.technicians), before),
    )
    _refuse_unreachable(after)
    return after


def _zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ShopFileError(f"zone: {name!r} is not an IANA zone such as America/Chicago") from None
    return name


def _closure(part: ClosurePart) -> Closure:
    if part.last_day < part.first_day:
        raise ShopFileError(f"closures: {part.name!r} ends before it begins")
    return Closure(name=part.name, first_day=part.first_day, last_day=part.last_day)


def _billing(before: Billing, part: BillingPart | None) -> Billing:
    """Before the first event of a linked customer everything is on."""
    if part is None:
        return Billing(credited=before.credited)
    grace = before.grace_days if isinstance(part.grace_days, UnsetType) else part.grace_days
    linked = msgspec.structs.replace(before, status="active") if before.status == "unmetered" else before
    return msgspec.structs.replace(linked, grace_days=grace)


def _numbers(
    parts: Sequence[NumberPart], before: OrganizationChanged, providers: Sequence[ProviderAccount]
) -> tuple[TrackedNumber, ...]:
    """Added or updated, never removed."""
    known = {each.number: each for each in before.numbers}
    for part in parts:
        number = phone(part.number, what="numbers")
        old = known.get(number)
        given = {name: value for name, value in part.given.items() if name in AS_THEY_ARE}
        kind = part.provider if part.provider is not UNSET else old.provider if old else None
        if kind is None:
            raise ShopFileError(f"numbers: {number} is new and needs `provider: twilio`")
        account = _account_of(part, number, kind, old, providers)
        base = old or TrackedNumber(number=number, provider=kind, account=account)
        known[number] = msgspec.structs.replace(base, provider=kind, account=account, **given)
    return tuple(known.values())


def _account_of(
    part: NumberPart, number: str, kind: str, old: TrackedNumber | None, providers: Sequence[ProviderAccount]
) -> str:
    """The account that a number is registered with: named, or as before, or the only one there is."""
    held = [each.account for each in providers if each.kind == kind]
    if part.account is not UNSET:
        if part.account not in held:
            raise ShopFileError(f"numbers: {number} names the account {part.account}, which `providers` does not have")
        return part.account
    if old is not None and old.provider == kind and old.account in held:
        return old.account
    if not held:
        raise ShopFileError(f"numbers: {number} names the provider {kind!r}, of which there is no account")
    if len(held) > 1:
        raise ShopFileError(f"numbers: {number} needs `account:`, since there are {len(held)} accounts of {kind}")
    return held[0]


def _members(parts: Sequence[MemberPart], before: OrganizationChanged) -> tuple[Member, ...]:
    """By address, or by the one that somebody had when a file brought them in: they may have changed it since."""
    known = {each.member_id: each for each in before.members}
    by_address = {each.email: each.member_id for each in before.members}
    for part in parts:
        first_id = ids.derived_id("member", str(before.organization_id), part.address)
        member_id = by_address.get(part.address, first_id)
        given = {name: value for name, value in part.given.items() if name in ("name", "role")}
        if member_id in known:
            known[member_id] = msgspec.structs.replace(known[member_id], **given)
            continue
        missing = [name for name in ("name", "role") if name not in given]
        if missing:
            raise ShopFileError(f"members: {part.address} is new and needs {' and '.join(missing)}")
        known[member_id] = Member(member_id=member_id, email=part.address, **given)
    return tuple(known.values())


def _technicians(parts: Sequence[TechnicianPart], before: OrganizationChanged) -> tuple[Technician, ...]:
    known = {each.name: each for each in before.technicians}
    for part in parts:
        if part.hours is not UNSET:
            known[part.name] = Technician(name=part.name, hours=spans(part.hours, what=f"hours of {part.name}"))
        elif part.name not in known:
            known[part.name] = Technician(name=part.name, hours={})
    return tuple(known.values())


def _refuse_unreachable(after: OrganizationChanged) -> None:
    """A number whose calls could not be verified or would ring nowhere."""
    held = {(each.kind, each.account) for each in after.providers}
    for each in after.numbers:
        if (each.provider, each.account) not in held:
            raise ShopFileError(f"providers: {each.number} is registered with {each.account}, which would be gone")
        if each.mode == "ring" and after.office_line is None:
            raise ShopFileError(f"office_line: {each.number} rings the shop, so it must be known where")
    own = {each.number for each in after.numbers}
    if after.office_line in own:
        raise ShopFileError(f"office_line: {after.office_line} is a tracked number, so it would ring itself")
