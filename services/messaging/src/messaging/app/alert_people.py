"""Members who can be told, as the rule needs them; and whether the office is open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.organizations import Member, OrganizationChanged
from messaging.app.shop_facts import shop_of
from messaging.domain import hours
from messaging.domain.alerting import Desk, Person, Way


def people_of(organization: OrganizationChanged, *, mails: bool) -> list[Person]:
    """In the order in which they are told. `mails`: whether this deployment can send e-mail."""
    members = sorted(organization.members, key=lambda each: each.alerts.place)
    return [
        Person(
            member_id=str(each.member_id),
            ways=ways,
            about=frozenset(each.alerts.about),
            off_hours=each.alerts.off_hours,
        )
        for each in members
        if each.active and (ways := ways_of(each, mails=mails, can_text=bool(organization.numbers)))
    ]


def ways_of(member: Member, *, mails: bool, can_text: bool) -> tuple[Way, ...]:
    """Those that the member chose and that work; without a mail server alerts go to the confirmed phone instead."""
    chosen = set(member.alerts.by)
    if "email" in chosen and not mails:
        chosen = (chosen - {"email"}) | {"text"}
    if member.alerts.number is None or not can_text:
        chosen -= {"text"}
    return tuple(way for way in ("text", "email") if way in chosen)


def desk_of(organization: OrganizationChanged, now: datetime) -> Desk:
    """A shop without business hours is never closed."""
    shop = shop_of(organization)
    patience = timedelta(minutes=organization.alert_minutes)
    if not any(shop.hours):
        return Desk(is_open=True, opens_at=now, patience=patience)
    opens_at = hours.next_opening(now, zone=shop.zone, spans=shop.hours, closures=shop.closures)
    return Desk(is_open=opens_at == now, opens_at=opens_at, patience=patience)


def members_by_id(members: Sequence[Member]) -> dict[str, Member]:
    return {str(each.member_id): each for each in members}
