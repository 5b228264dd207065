"""`/setup/...`: the first run, step by step, each saved by itself. It makes the very changes that the settings pages make."""

from functools import partial
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from capture.app import change_accounts, change_closures, change_hours, change_numbers, change_shop_facts
from capture.app.read_settings import Settings
from capture.app.shop_state import ShopState
from capture.domain.forwarding import codes
from capture.domain.opening import DAY_NAMES
from capture.domain.places import STATES
from capture.web import golive_pages, hours_forms, numbers_pages, setup_steps, shop_pages
from capture.web.office import Office, StaffRequest, typed
from capture.web.panels import Tried, panel
from capture.web.saving import save
from chassis import zones
from chassis.people import Permission
from chassis.web.pages import staff_page

NEEDS: Final = {"needs": Permission.ADMINISTER}
"""Some of its steps are for owners and admins alone."""
FRESH_WEEK: Final = {day: [hours_forms.FRESH] for day in ("mon", "tue", "wed", "thu", "fri")}


def show(
    step: str,
    request: StaffRequest,
    office: Office,
    settings: Settings,
    tried: Tried | None = None,
    status: int = 200,
    **more: Any,
) -> Template:
    steps, at = setup_steps.steps(settings), setup_steps.ORDER.index(step)
    values = {**VALUES[step](office, settings, tried), **more}
    return staff_page(
        request, f"setup_{step.replace('-', '_')}.html", current="settings", status=status, organization=settings.shop, saved="",
        steps=steps, step=step, number=at + 1, done=steps[at].done, before=setup_steps.ORDER[at - 1] if at else "",
        after=setup_steps.ORDER[at + 1] if at + 1 < len(setup_steps.ORDER) else "", **values,
    )  # fmt: skip


def _shop(office: Office, settings: Settings, tried: Tried | None) -> dict[str, Any]:
    facts = panel(
        settings,
        "shop",
        values=shop_pages.facts_of(settings.shop),
        now=office.now(),
        tried=tried,
        labels=shop_pages.LABELS,
        names=shop_pages.names(settings.shop),
    )
    return {"facts": facts, "zones": zones.offered(settings.shop.zone), "states": STATES}


def _hours(office: Office, settings: Settings, tried: Tried | None) -> dict[str, Any]:
    rows = hours_forms.stands(settings.shop.hours) or FRESH_WEEK
    hours = panel(settings, "hours", values={}, now=office.now(), tried=tried, labels=DAY_NAMES)
    big_on = not settings.shop.hours or set(setup_steps.BIG) <= set(settings.shop.holidays)
    return {"hours": hours, "days": _days(rows), "day_names": DAY_NAMES, "big": setup_steps.BIG, "big_on": big_on}


def _days(rows: hours_forms.Rows) -> list[tuple[Any, ...]]:
    return [(day, name, rows.get(day, []), hours_forms.bars(rows.get(day, []))) for day, name in DAY_NAMES.items()]


def _number(office: Office, settings: Settings, tried: Tried | None) -> dict[str, Any]:
    hidden = Tried(part=tried.part, typed={**tried.typed, "secret": ""}, errors=tried.errors) if tried else None
    lines = numbers_pages.rows(settings, office)
    known = settings.accounts.get(lines[0].number.account) if lines else None
    said = (
        "" if known is None else known.trouble or f"The carrier took the secret and lists {len(known.listed)} numbers."
    )
    return {
        "accounts": settings.shop.providers, "lines": lines, "hosts": office.hosts, "modes_of_line": numbers_pages.MODES,
        "account": panel(settings, "account", values={}, now=office.now(), tried=hidden),
        "new": panel(settings, "new", values={"mode": "ring"}, now=office.now(), tried=tried),
        "addresses": numbers_pages.addresses(office), "codes": codes(lines[0].number.number) if lines else [],
        "tested": said, "tested_well": known is not None and not known.trouble,
    }  # fmt: skip


def _words(office: Office, settings: Settings, tried: Tried | None) -> dict[str, Any]:
    values = golive_pages.reply_of(settings.shop)
    reply = panel(settings, "first_reply", values=values, now=office.now(), tried=tried, labels=golive_pages.LABELS)
    return {"reply": reply, "after_hours": golive_pages.AFTER_HOURS}


def _team(_office: Office, _settings: Settings, _tried: Tried | None) -> dict[str, Any]:
    return {}


def _go_live(_office: Office, settings: Settings, _tried: Tried | None) -> dict[str, Any]:
    doing = golive_pages.DOING | {"hours": ("/setup/hours", "Set hours"), "line": ("/setup/number", "Prove it")}
    doing |= {"account": ("/setup/number", "Test it"), "trial": ("/settings/go-live#trial", "Try it")}
    return {"checks": settings.checks, "left": settings.left, "doing": doing}


VALUES: Final = {"shop": _shop, "hours": _hours, "number": _number, "words": _words, "team": _team, "go-live": _go_live}


@get("/setup", opt=NEEDS)
async def go_on(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    """To the first step that is not done."""
    step = setup_steps.first_open(await office.settings(request))
    return Redirect(f"/setup/{step}", status_code=303, headers={"cache-control": "no-store"})


@get([f"/setup/{each}" for each in setup_steps.ORDER], opt=NEEDS)
async def see_step(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    step = request.url.path.rpartition("/")[2]
    return show(step, request, office, await office.settings(request))


@post("/setup/shop", opt=NEEDS)
async def save_shop(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request, office, part="shop", typed=form, draft=lambda state: change_shop_facts.shop_facts(state, form),
        show=partial(show, "shop"), done="/setup/hours",
    )  # fmt: skip


@post("/setup/hours", opt=NEEDS)
async def save_hours(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    fields, today = await typed(request), office.today(request)
    rows, wish = hours_forms.read(await request.form()), fields.get("do", "save")
    big_on = "big-holidays" in fields
    if wish != "save":
        rows = hours_forms.pressed(rows, wish, fields)
    drawn: dict[str, Any] = {"days": _days(rows), "big_on": big_on}
    words = {day: hours_forms.words(rows.get(day, [])) for day in DAY_NAMES} | {"version": fields.get("version", "")}
    if wish != "save":
        return show("hours", request, office, await office.settings(request), Tried(part="hours", typed=words), **drawn)

    def draft(state: ShopState) -> ShopState:
        """The big holidays together; others stay as they are."""
        others = set(state.snapshot.holidays) - set(setup_steps.BIG)
        chosen = others | (set(setup_steps.BIG) if big_on else set())
        return change_hours.hours(change_closures.switch_holidays(state, chosen, today=today), rows)

    shown = partial(show, "hours", **drawn)
    return await save(request, office, part="hours", typed=words, draft=draft, show=shown, done="/setup/number")


@post("/setup/account", opt=NEEDS)
async def save_account(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    """The carrier is asked at once: whether the secret works is the next thing to know."""
    form = await typed(request)
    answer = await save(
        request, office, part="account", typed=form, show=partial(show, "number"), done="/setup/number", adds=True,
        draft=lambda state: change_accounts.add_account(state, form, keys=office.keys, hosts=office.hosts),
    )  # fmt: skip
    if isinstance(answer, Redirect):
        await office.check(
            organization_id=request.user.organization_id, account=form["account"].strip(), now=office.now()
        )
    return answer


@post("/setup/number", opt=NEEDS)
async def save_number(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request, office, part="new", typed=form, draft=lambda state: change_numbers.add_number(state, form),
        show=partial(show, "number"), done="/setup/number", adds=True,
    )  # fmt: skip


@post("/setup/words", opt=NEEDS)
async def save_words(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    form.setdefault("at_night", "hold")
    return await save(
        request, office, part="first_reply", typed=form, draft=lambda state: change_shop_facts.first_reply(state, form),
        show=partial(show, "words"), done="/setup/team",
    )  # fmt: skip


ROUTES: Final = (go_on, see_step, save_shop, save_hours, save_account, save_number, save_words)
