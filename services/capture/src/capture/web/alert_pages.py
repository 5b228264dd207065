"""`/settings/alerts`: how I am told that something needs a person, my phone, and whom the shop tells first."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import phonenumbers
from litestar import Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect, Template

from capture.app.change_alerts import ChangeAlerts
from capture.app.change_settings import ChangeSettings, Edit, NotAccepted, StaleForm
from capture.app.read_settings import ReadSettings
from capture.app.shop_state import ALERT_ORDER
from capture.web.office import StaffRequest, version
from capture.web.panels import Tried, panel
from chassis.clock import Clock
from chassis.database import Database
from chassis.mail import Mailer
from chassis.people import Permission, Person
from chassis.settings import Settings
from chassis.web.pages import staff_page
from contracts.organizations import Member, OrganizationChanged

HERE: Final = "/settings/alerts"
TEMPLATES: Final = Path(__file__).parent / "templates"
MINE: Final = {"needs": Permission.ACCOUNT}
SHOPS: Final = {"needs": Permission.SETTINGS_CHANGE}
ABOUT: Final = {
    "urgent": ("Urgent words", "Gas, carbon monoxide, smoke, somebody who needs heat or cooling for their health."),
    "thread": ("A thread that needs a person", "Somebody waits for an answer that automation does not give."),
    "draft": ("A draft to approve", "While automation asks first."),
    "trouble": ("A line or a template was stopped", "The carrier refused texts; it says what to do."),
}  # fmt: skip
OFF_HOURS: Final = {
    "urgent": ("Only urgent words", "The rest comes when the shop opens."),
    "all": ("Everything", "At any hour."),
    "nothing": ("Nothing", "Urgent words go to the others; mine wait for the opening."),
}
DONE: Final = {
    "choices": "Saved.",
    "code": "The code is on its way.",
    "phone": "Your phone is proved. Alerts come to it from now on.",
    "forgotten": "No alert goes to that phone any more.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDesk:
    """What the page stands on. `mails`: whether this deployment sends e-mail."""

    change: ChangeAlerts
    read: ReadSettings
    clock: Clock
    mails: bool

    def edit(self, person: Person, *, part: str = "alerts", seen: int = 0) -> Edit:
        """Of a member's own choices: nobody else changes them, so no form of theirs is stale."""
        own = person.organization_id
        return Edit(organization_id=own, member_id=person.member_id, part=part, seen=seen, now=self.clock.now())


async def show(
    desk: AlertDesk,
    request: StaffRequest,
    *,
    wrong: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
    tried: Tried | None = None,
) -> Template:
    """`wrong`: a sentence by field; `typed` what stood in the form that was refused; `tried` the shop's order that was."""
    person, now = request.user, desk.clock.now()
    settings = await desk.read(organization_id=person.organization_id, now=now)
    shop, people = settings.shop, in_order(settings.shop)
    member = next(each for each in shop.members if each.member_id == person.member_id)
    waits = await desk.change.waiting(person.organization_id, person.member_id, now=now)
    status = 422 if wrong or (tried and tried.errors) else 409 if tried else 200
    return staff_page(
        request, "alerts.html", current="settings", setting="alerts", status=status, organization=shop, alerts=member.alerts,
        email=member.email, mails=desk.mails, phone=written(member.alerts.number), waits=written(waits.number) if waits else "", wrong=wrong or {},
        typed=typed or {}, done=DONE.get(request.query_params.get("done", ""), ""), about=ABOUT, off_hours=OFF_HOURS,
        people=[_line(each, mails=desk.mails) for each in people], saved=request.query_params.get("saved", ""),
        order=panel(settings, ALERT_ORDER, values=_order(shop, people), now=now, tried=tried, labels=_labels(people)),
    )  # fmt: skip


def _order(shop: OrganizationChanged, people: Sequence[Member]) -> dict[str, str]:
    places = {f"place-{each.member_id}": str(place) for place, each in enumerate(people, 1)}
    return {"minutes": str(shop.alert_minutes), **places}


def _labels(people: Sequence[Member]) -> dict[str, str]:
    return {"minutes": "Minutes", **{f"place-{each.member_id}": each.name for each in people}}


def in_order(shop: OrganizationChanged) -> list[Member]:
    """As they are told."""
    return sorted((each for each in shop.members if each.active), key=lambda each: each.alerts.place)


def written(number: str | None) -> str:
    """`(312) 555-0188`; nothing for none."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    home = parsed.country_code == 1
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _line(member: Member, *, mails: bool) -> tuple[str, str, str]:
    """Id, name, and how this member hears."""
    ways = [words for way, words in (("text", "by text"), ("email", "by e-mail")) if way in member.alerts.by]
    if not ways:
        return str(member.member_id), member.name, "chose no alerts"
    lost = not mails and member.alerts.number is None
    return (
        str(member.member_id),
        member.name,
        "cannot be reached: no e-mail here, no phone proved" if lost else " and ".join(ways),
    )


@get(HERE, opt=MINE)
async def see(desk: NamedDependency[AlertDesk], request: StaffRequest) -> Template:
    return await show(desk, request)


@post(HERE, opt=MINE, status_code=200)
async def choose(desk: NamedDependency[AlertDesk], request: StaffRequest) -> Response[Any]:
    form = await request.form()
    ways, about, off_hours = form.getall("by", []), form.getall("about", []), str(form.get("off_hours", ""))
    try:
        await desk.change.choose(desk.edit(request.user), ways=ways, about=about, off_hours=off_hours)
    except NotAccepted as error:
        typed = {"by": ways, "about": about, "off_hours": off_hours}
        return await show(desk, request, wrong=error.errors, typed=typed)
    return _back("choices")


@post(f"{HERE}/phone", opt=MINE, status_code=200)
async def name_phone(desk: NamedDependency[AlertDesk], request: StaffRequest) -> Response[Any]:
    typed = str((await request.form()).get("phone", ""))[:40]
    try:
        await desk.change.name_phone(desk.edit(request.user), typed=typed)
    except NotAccepted as error:
        return await show(desk, request, wrong=error.errors, typed={"phone": typed})
    return _back("code", "#phone")


@post(f"{HERE}/phone/prove", opt=MINE, status_code=200)
async def prove_phone(desk: NamedDependency[AlertDesk], request: StaffRequest) -> Response[Any]:
    code = str((await request.form()).get("code", ""))[:40]
    try:
        await desk.change.prove_phone(desk.edit(request.user), code=code)
    except NotAccepted as error:
        return await show(desk, request, wrong=error.errors)
    return _back("phone")


@post(f"{HERE}/phone/forget", opt=MINE, status_code=303)
async def forget_phone(desk: NamedDependency[AlertDesk], request: StaffRequest) -> Response[Any]:
    await desk.change.forget_phone(desk.edit(request.user))
    return _back("forgotten")


@post(f"{HERE}/order", opt=SHOPS, status_code=200)
async def set_order(desk: NamedDependency[AlertDesk], request: StaffRequest) -> Response[Any]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    places = {UUID(name.removeprefix("place-")): int(value) for name, value in form.items() if _is_place(name, value)}
    edit = desk.edit(request.user, part=ALERT_ORDER, seen=version(form))
    try:
        await desk.change.in_order(edit, places=places, minutes=form.get("minutes", ""))
    except NotAccepted as error:
        return await show(desk, request, tried=Tried(part=ALERT_ORDER, typed=form, errors=error.errors))
    except StaleForm as error:
        return await show(desk, request, tried=Tried(part=ALERT_ORDER, typed=form, stale=error))
    return Redirect(f"{HERE}?saved={ALERT_ORDER}#order", status_code=303)


def _is_place(name: str, value: str) -> bool:
    if not name.startswith("place-") or not (value.isascii() and value.isdigit() and len(value) <= 3):  # noqa: PLR2004 -- a place, no year
        return False
    try:
        UUID(name.removeprefix("place-"))
    except ValueError:
        return False
    return True


def _back(done: str, mark: str = "") -> Response[Any]:
    return Redirect(f"{HERE}?done={done}{mark}", status_code=303)


ROUTES: Final[list[Any]] = [see, choose, name_phone, prove_phone, forget_phone, set_order]


def alert_desk(*, database: Database, settings: Settings, clock: Clock) -> Router:
    """The pages with what they stand on."""
    change = ChangeAlerts(change=ChangeSettings(database=database, keys=settings.keys))
    read = ReadSettings(database=database, keys=settings.keys)
    desk = AlertDesk(change=change, read=read, clock=clock, mails=Mailer(settings).configured)
    return Router("/", route_handlers=ROUTES, dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)})
