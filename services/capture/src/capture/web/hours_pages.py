"""`/settings/hours`: when the shop is open, and on which days it is not."""

from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from capture.app import change_closures, change_hours
from capture.app.read_settings import Settings
from capture.domain import moments
from capture.domain.opening import DAY_NAMES
from capture.web import hours_forms
from capture.web.office import Office, StaffRequest, typed, typed_all
from capture.web.panels import Tried, panel
from capture.web.saving import save
from chassis import zones
from chassis.people import Permission
from chassis.web.pages import staff_page
from contracts.organizations import OrganizationChanged

HERE: Final = "/settings/hours"
A_YEAR: Final = timedelta(days=366)


def show(
    request: StaffRequest,
    office: Office,
    settings: Settings,
    tried: Tried | None = None,
    status: int = 200,
    rows: hours_forms.Rows | None = None,
) -> Template:
    """`rows` are typed ones that are not saved."""
    shop, now, today = settings.shop, office.now(), office.today(request)
    stands = hours_forms.stands(shop.hours)
    drawn = stands if rows is None else rows
    as_words = {day: hours_forms.words(stands.get(day, [])) for day in DAY_NAMES}
    return staff_page(
        request, "settings_hours.html", current="settings", setting="hours", status=status, organization=settings.shop, saved=request.query_params.get("saved", ""),
        hours=panel(settings, "hours", values=as_words, now=now, tried=tried, labels=DAY_NAMES),
        closures=panel(settings, "closures", values={}, now=now, tried=tried),
        holidays=panel(settings, "holidays", values=dict.fromkeys(shop.holidays, "on"), now=now, tried=tried, labels=_labels(shop, today)),
        days=[(day, name, drawn.get(day, []), hours_forms.bars(drawn.get(day, []))) for day, name in DAY_NAMES.items()],
        typed_days=_typed(shop, today), offered=_offered(shop, today), day_names=DAY_NAMES, unsaved=rows is not None, today=today.isoformat(), zone=zones.in_words(shop.zone),
    )  # fmt: skip


def _typed(shop: OrganizationChanged, today: date) -> list[tuple[str, str, str, str]]:
    """Closed days that are not over: name, days in words, first day, and whether they are on now."""
    return [
        (each.name, _days(each.first_day, each.last_day, today), each.first_day.isoformat(), "closed now" if each.first_day <= today else "")
        for each in shop.closures
        if each.holiday is None and each.last_day >= today
    ]  # fmt: skip


def _days(first: date, last: date, today: date) -> str:
    begun = f"{first:%a}, {moments.day(first, today=today)}"
    return begun if first == last else f"{begun} – {last:%a}, {moments.day(last, today=today)}"


def _offered(shop: OrganizationChanged, today: date) -> list[tuple[str, str]]:
    """Federal holidays of the next year, and those that are switched on, each with the next day that it falls on."""
    upcoming: dict[str, date] = {}
    for day, name in change_closures.federal(today):
        near = day < today + A_YEAR or name in shop.holidays
        if day >= today and near and name not in upcoming:
            upcoming[name] = day
    return [
        (name, f"{day:%a}, {moments.day(day, today=today)}")
        for name, day in sorted(upcoming.items(), key=lambda each: each[1])
    ]


def _labels(shop: OrganizationChanged, today: date) -> dict[str, str]:
    return {name: name for name, _ in _offered(shop, today)}


@get(HERE, opt={"needs": Permission.SETTINGS_VIEW})
async def see_hours(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    return show(request, office, await office.settings(request))


@post(HERE, opt={"needs": Permission.SETTINGS_CHANGE})
async def save_hours(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    """Its other buttons only change what stands in the form."""
    form = await request.form()
    rows, fields = hours_forms.read(form), await typed(request)
    wish = fields.get("do", "save")
    if wish != "save":
        rows = hours_forms.pressed(rows, wish, fields)
        tried = Tried(part="hours", typed={"version": fields.get("version", "")})
        return show(request, office, await office.settings(request), tried, rows=rows)
    words = {day: hours_forms.words(rows.get(day, [])) for day in DAY_NAMES}
    return await save(
        request, office, part="hours", typed={**words, "version": fields.get("version", "")}, draft=lambda state: change_hours.hours(state, rows),
        show=partial(show, rows=rows), done=HERE,
    )  # fmt: skip


@post(f"{HERE}/closures", opt={"needs": Permission.SETTINGS_CHANGE})
async def add_closure(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form, today = await typed(request), office.today(request)
    return await save(
        request, office, part="closures", typed=form, draft=lambda state: change_closures.add_closure(state, form, today=today),
        show=show, done=HERE, adds=True,
    )  # fmt: skip


@post(f"{HERE}/closures/remove", opt={"needs": Permission.SETTINGS_CHANGE})
async def remove_closure(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form, today = await typed(request), office.today(request)
    name, first = form.get("name", ""), form.get("first", "")
    return await save(
        request, office, part="closures", typed={}, show=show, done=HERE, adds=True,
        draft=lambda state: change_closures.remove_closure(state, name=name, first=first, today=today),
    )  # fmt: skip


@post(f"{HERE}/holidays", opt={"needs": Permission.SETTINGS_CHANGE})
async def save_holidays(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form, chosen, today = await typed(request), await typed_all(request, "holiday"), office.today(request)
    return await save(
        request, office, part="holidays", typed={"version": form.get("version", ""), **dict.fromkeys(chosen, "on")}, show=show, done=HERE,
        draft=lambda state: change_closures.switch_holidays(state, chosen, today=today),
    )  # fmt: skip


ROUTES: Final = (see_hours, save_hours, add_closure, remove_closure, save_holidays)
