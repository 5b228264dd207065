"""`/settings/numbers`: lines that CallSnare watches, how calls reach them, and whether they are heard."""

from typing import Any, Final, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from capture.app import change_numbers
from capture.app.change_settings import UnknownShop
from capture.app.read_settings import Settings
from capture.app.shop_state import number_part
from capture.domain import moments
from capture.domain.forwarding import codes
from capture.settings import RETRY_OVERRIDE
from capture.web.office import Office, StaffRequest, not_found, typed
from capture.web.panels import Tried, panel
from capture.web.saving import save
from chassis.people import Permission
from chassis.web.pages import staff_page
from contracts.organizations import TrackedNumber

HERE: Final = "/settings/numbers"
LABELS: Final = {
    "label": "Name", "mode": "How calls reach us", "answer": "What counts as answered", "voicemail": "Voicemail", "brand": "Brand", "campaign": "Campaign",
}  # fmt: skip
MODES: Final = {
    "ring": ("Rings your phone first", "Homeowners dial this number; it rings the line of the shop, and what nobody takes is texted back."),
    "already_missed": ("Your own line forwards what it does not answer", "Homeowners keep dialling the number they know. Calls that ring out there come to us and count as missed."),
}  # fmt: skip
ANSWERS: Final = {
    "any": ("Whoever picks up", "Right where no mailbox can pick up within the time it rings."),
    "press_1": ("Only who presses 1", "Whoever picks up hears “press 1 to take the call”. A mailbox cannot, so the call stays missed."),
}  # fmt: skip
VOICEMAIL: Final = {"by_mode": "Only on forwarded lines", "yes": "Callers may leave a message", "no": "No voicemail"}
REGISTRATION: Final = {
    "not_started": "Not started", "in_review": "In review", "approved": "Approved", "rejected": "Refused", "not_needed": "Not needed (toll-free, verified)",
}  # fmt: skip


class Row(NamedTuple):
    """A line of the list. `state` is a chip's colour, icon and words."""

    number: TrackedNumber
    written: str
    rings: str
    account: str
    registration: tuple[str, str]
    heard: str
    state: tuple[str, str, str]


def values_of(number: TrackedNumber) -> dict[str, str]:
    """The form's values."""
    voicemail = next(name for name, value in change_numbers.VOICEMAIL.items() if value is number.voicemail)
    return {
        "label": number.label, "mode": number.mode, "answer": number.answer, "voicemail": voicemail, "brand": number.brand, "campaign": number.campaign,
    }  # fmt: skip


def rows(settings: Settings, office: Office) -> list[Row]:
    shop, found = settings.shop, []
    line = moments.phone(shop.office_line) if shop.office_line else "nowhere yet"
    for each in shop.numbers:
        health = settings.health.get(each.number)
        heard = health.heard_at if health else None
        state = ("good", "check", "Heard") if heard else ("office", "circle-alert", "Never heard")
        if health and health.missing_since:
            state = ("bad", "triangle-alert", "Gone at the carrier")
        told = moments.told(heard, zone=shop.zone, now=office.now()) if heard else "Never"
        rings = f"{line}, {shop.ring_seconds} s" if each.mode == "ring" else "Your own line, before it comes here"
        written = moments.phone(each.number)
        found.append(Row(each, written, rings, f"Twilio …{each.account[-4:]}", registration(each), told, state))
    return found


def registration(number: TrackedNumber) -> tuple[str, str]:
    """Brand and campaign as one chip: colour and words."""
    states = {number.brand, number.campaign}
    if "rejected" in states:
        return "bad", "Refused"
    if states <= {"approved", "not_needed"}:
        return "good", "Not needed" if states == {"not_needed"} else "Approved"
    return ("hold", "In review") if "in_review" in states else ("office", "Not started")


def addresses(office: Office) -> list[tuple[str, str]]:
    """What is pasted into the carrier's console; the fragment makes Twilio repeat what failed."""
    root = f"{office.public_url}/api/twilio"
    return [
        ("A call comes in (POST)", f"{root}/voice/inbound{RETRY_OVERRIDE}"),
        ("Call status changes (POST)", f"{root}/voice/status{RETRY_OVERRIDE}"),
        ("A message comes in (POST)", f"{root}/sms/inbound{RETRY_OVERRIDE}"),
    ]


def show_list(
    request: StaffRequest, office: Office, settings: Settings, tried: Tried | None = None, status: int = 200
) -> Template:
    accounts = {f"{each.kind} {each.account}": f"Twilio {each.account}" for each in settings.shop.providers}
    return staff_page(
        request, "settings_numbers.html", current="settings", setting="numbers", status=status, organization=settings.shop, saved=request.query_params.get("saved", ""),
        rows=rows(settings, office), calls=settings.calls, left=settings.left, accounts=accounts, modes_of_line=MODES,
        new=panel(settings, "new", values={"mode": "ring"}, now=office.now(), tried=tried),
    )  # fmt: skip


def show_number(
    request: StaffRequest, office: Office, settings: Settings, tried: Tried | None = None, status: int = 200
) -> Template:
    number = _number(settings, str(request.path_params["number"]))
    [row] = [each for each in rows(settings, office) if each.number is number]
    health, zone, now = settings.health.get(number.number), settings.shop.zone, office.now()
    return staff_page(
        request, "settings_number.html", current="settings", setting="numbers", status=status, organization=settings.shop, saved=request.query_params.get("saved", ""),
        line=panel(settings, number_part(number.number), values=values_of(number), now=now, tried=tried, labels=LABELS),
        row=row, modes_of_line=MODES, answers=ANSWERS, voicemails=VOICEMAIL, registrations=REGISTRATION, codes=codes(number.number),
        addresses=addresses(office), added=moments.told(health.added_at, zone=zone, now=now) if health else "",
        missing=moments.told(health.missing_since, zone=zone, now=now) if health and health.missing_since else "",
    )  # fmt: skip


def _number(settings: Settings, number: str) -> TrackedNumber:
    try:
        return change_numbers.number_of(settings.shop, number)
    except UnknownShop as error:
        raise not_found() from error


@get(HERE, opt={"needs": Permission.ADMINISTER})
async def see_numbers(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    return show_list(request, office, await office.settings(request))


@post(HERE, opt={"needs": Permission.ADMINISTER})
async def add_number(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request,
        office,
        part="new",
        typed=form,
        draft=lambda state: change_numbers.add_number(state, form),
        show=show_list,
        done=HERE,
        adds=True,
    )


@get(f"{HERE}/{{number:str}}", opt={"needs": Permission.ADMINISTER})
async def see_number(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    return show_number(request, office, await office.settings(request))


@post(f"{HERE}/{{number:str}}", opt={"needs": Permission.ADMINISTER})
async def save_number(request: StaffRequest, office: NamedDependency[Office], number: FromPath[str]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request, office, part=number_part(number), typed=form, draft=lambda state: change_numbers.change_number(state, number, form),
        show=show_number, done=f"{HERE}/{number}",
    )  # fmt: skip


@post(f"{HERE}/{{number:str}}/remove", opt={"needs": Permission.ADMINISTER})
async def remove_number(request: StaffRequest, office: NamedDependency[Office], number: FromPath[str]) -> Response[Any]:
    return await save(
        request, office, part=number_part(number), typed={}, draft=lambda state: change_numbers.remove_number(state, number),
        show=show_list, done=HERE, adds=True,
    )  # fmt: skip


ROUTES: Final = (see_numbers, add_number, see_number, save_number, remove_number)
