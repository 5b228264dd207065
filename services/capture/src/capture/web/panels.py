"""A panel of a settings page: its values or what was just typed, what is wrong with it, who changed it last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from capture.app.change_settings import StaleForm
from capture.domain import moments
from capture.store.setting_changes import LastChange
from capture.web.office import Typed
from contracts.organizations import OrganizationChanged


class Clash(NamedTuple):
    """Two people changed the same: by label, what stands now and what was typed."""

    who: str
    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A form that could not be saved."""

    part: str
    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)
    stale: StaleForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`version` is the one that the form began with, until a clash was shown: then saving once more overwrites knowingly."""

    part: str
    values: Typed
    errors: Mapping[str, str]
    version: str
    changed: str
    clash: Clash | None


class Stands(Protocol):
    """What a panel asks of the settings: `Settings`, or as much of them as a page reads."""

    @property
    def shop(self) -> OrganizationChanged: ...
    @property
    def last(self) -> Mapping[str, LastChange]: ...
    def seen(self, part: str) -> int: ...


def panel(
    settings: Stands,
    part: str,
    *,
    values: Typed,
    now: datetime,
    tried: Tried | None = None,
    labels: Typed | None = None,
    names: Mapping[str, Typed] | None = None,
) -> Panel:
    """`values` are what stands now, as the form would hold them; `labels` name those that a clash shows, `names` what is chosen."""
    mine = tried if tried is not None and tried.part == part else None
    return Panel(
        part=part,
        values=mine.typed if mine else values,
        errors=mine.errors if mine else {},
        version=mine.typed.get("version", "") if mine and not mine.stale else str(settings.seen(part)),
        changed=_changed(settings.shop, settings.last.get(part), now),
        clash=_clash(settings, mine, values, now, labels or {}, names or {}) if mine and mine.stale else None,
    )


def who(shop: OrganizationChanged, last: LastChange) -> str:
    """A member's name, or the command that did it."""
    found = next((each.name for each in shop.members if each.member_id == last.member_id), None)
    return found or ("a former member" if last.actor_kind == "member" else f"“{last.actor}”")


def _changed(shop: OrganizationChanged, last: LastChange | None, now: datetime) -> str:
    if last is None:
        return ""
    return f"Changed by {who(shop, last)}, {moments.told(last.changed_at, zone=shop.zone, now=now)}"


def _clash(
    settings: Stands, tried: Tried, now_stands: Typed, now: datetime, labels: Typed, names: Mapping[str, Typed]
) -> Clash | None:
    if tried.stale is None:
        return None

    def said(name: str, value: str) -> str:
        return names.get(name, {}).get(value, value)

    rows = [
        (label, said(name, now_stands.get(name, "")), said(name, tried.typed.get(name, "")))
        for name, label in labels.items()
        if now_stands.get(name, "") != tried.typed.get(name, "")
    ]
    changed_at = moments.told(tried.stale.last.changed_at, zone=settings.shop.zone, now=now)
    return Clash(f"{who(settings.shop, tried.stale.last)}, {changed_at}", rows)
