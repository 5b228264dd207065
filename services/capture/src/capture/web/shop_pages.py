"""`/settings/shop`: what the shop is called, where it is, which line rings, which calls count as missed."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from capture.app import change_shop_facts
from capture.app.read_settings import Settings
from capture.domain import moments
from capture.domain.places import STATES
from capture.web.office import Office, StaffRequest, typed, typed_all
from capture.web.panels import Tried, panel
from capture.web.saving import save
from chassis import zones
from chassis.people import Permission
from chassis.web.pages import staff_page
from contracts.organizations import OrganizationChanged

HERE: Final = "/settings/shop"
LABELS: Final = {
    "name": "Name",
    "zone": "Time zone",
    "state": "State",
    "office_line": "Line that rings in the shop",
    "ring_seconds": "Rings for",
}
REASONS: Final[dict[str, tuple[str, str]]] = {
    "no_answer": ("Nobody answered", "It rang until time ran out."),
    "busy": ("Busy", "Your line was in use."),
    "hung_up": ("Hung up while it rang", "The caller gave up before your time ran out."),
    "voicemail": ("Left a voicemail", "Always texted, unless you untick it."),
    "not_accepted": ("Nobody pressed 1", "On lines that ask for it: your own voicemail answered."),
    "already_missed": ("Forwarded from your own line", "It had rung out there already."),
    "failed": ("Could not be put through", "Your line was out of order."),
    "canceled": ("Ended by the carrier", "Before anybody could answer."),
}  # fmt: skip


def facts_of(shop: OrganizationChanged) -> dict[str, str]:
    """The form's values."""
    line = moments.phone(shop.office_line) if shop.office_line else ""
    return {
        "name": shop.name,
        "zone": shop.zone,
        "state": shop.state or "",
        "office_line": line,
        "ring_seconds": str(shop.ring_seconds),
    }


def names(shop: OrganizationChanged) -> dict[str, dict[str, str]]:
    """What a form's choices are called."""
    return {"zone": zones.offered(shop.zone), "state": STATES}


def show(
    request: StaffRequest, office: Office, settings: Settings, tried: Tried | None = None, status: int = 200
) -> Template:
    shop, now = settings.shop, office.now()
    stands: dict[str, str] = dict.fromkeys(shop.missed_when, "on")
    failed = tried is not None and tried.part == "missed"
    ticked = {name: "on" for name in tried.typed if name in REASONS} if tried and failed else stands
    return staff_page(
        request, "settings_shop.html", current="settings", setting="shop", status=status, organization=settings.shop, saved=request.query_params.get("saved", ""),
        facts=panel(settings, "shop", values=facts_of(shop), now=now, tried=tried, labels=LABELS, names=names(shop)),
        missed=panel(settings, "missed", values=stands, now=now, tried=tried, labels={name: words for name, (words, _) in REASONS.items()}),
        ticked=ticked, reasons=REASONS, zones=zones.offered(shop.zone), states=STATES, public=f"{office.public_url}/shops/{shop.slug}",
    )  # fmt: skip


@get(HERE, opt={"needs": Permission.SETTINGS_VIEW})
async def see_shop(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    return show(request, office, await office.settings(request))


@post(HERE, opt={"needs": Permission.SETTINGS_CHANGE})
async def save_shop(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request,
        office,
        part="shop",
        typed=form,
        draft=lambda state: change_shop_facts.shop_facts(state, form),
        show=show,
        done=HERE,
    )


@post(f"{HERE}/missed", opt={"needs": Permission.SETTINGS_CHANGE})
async def save_missed(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form, ticked = await typed(request), await typed_all(request, "missed_when")
    return await save(
        request, office, part="missed", typed={**form, **dict.fromkeys(ticked, "on")},
        draft=lambda state: change_shop_facts.missed_when(state, ticked), show=show, done=HERE,
    )  # fmt: skip


ROUTES: Final = (see_shop, save_shop, save_missed)
