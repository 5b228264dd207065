"""`/settings`: every place of the settings with what stands there now."""

from typing import Final, NamedTuple

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from capture.app.change_hours import summary
from capture.app.read_settings import Settings
from capture.domain import moments
from capture.domain.places import STATES
from capture.web import billing_pages
from capture.web.office import Office, StaffRequest
from chassis import zones
from chassis.people import Permission
from chassis.web.pages import staff_page
from chassis.web.places import MODES
from contracts.organizations import Member

MINE: Final = {"needs": Permission.ACCOUNT}


class Glance(NamedTuple):
    """What stands there, in a line; `mark` is the tone of what somebody has to mend."""

    words: str
    mark: str = ""


OTHERS: Final = {
    "words": Glance("What each text says, and how long it is"),
    "rules": Glance("What a visit needs, and a box to try a text"),
    "checks": Glance("Twelve rules, quiet hours by state"),
    "ignore": Glance("Numbers that are no homeowner’s"),
    "consent": Glance("Who may be texted, and since when"),
    "stops": Glance("Lines and texts that a carrier refused"),
}
"""Places of messaging, which says itself what stands there."""


def glance(settings: Settings, me: Member | None) -> dict[str, Glance]:
    """By the place's name."""
    shop = settings.shop
    state = STATES.get(shop.state or "", "State not set")
    people = sum(each.active for each in shop.members)
    billing, tone = billing_pages.STATES.get(shop.billing.status, billing_pages.STATES["unknown"])
    return {
        **OTHERS,
        "hours": _hours(settings),
        "automation": _automation(settings),
        "shop": Glance(f"{state} · {zones.in_words(shop.zone)}", "" if shop.state else "office"),
        "numbers": _numbers(settings),
        "members": Glance(_counted(people, "person", "people")),
        "alerts": Glance(_alerts(me)),
        "providers": _providers(settings),
        "billing": Glance(billing, "" if tone == "good" else tone),
        "account": Glance(me.email if me else ""),
    }


def _hours(settings: Settings) -> Glance:
    found = summary(settings.shop.hours)
    return Glance(found) if found else Glance("Not set yet", "office")


def _automation(settings: Settings) -> Glance:
    mode, left = MODES[settings.shop.automation], len(settings.left)
    if settings.shop.automation == "live" or not left:
        return Glance(mode)
    return Glance(f"{mode} · {left} left to do before going live", "office")


def _numbers(settings: Settings) -> Glance:
    lines = settings.shop.numbers
    if not lines:
        return Glance("No line yet", "office")
    gone = [each for each in lines if each.number in settings.health and settings.health[each.number].missing_since]
    told = moments.phone(lines[0].number) if len(lines) == 1 else _counted(len(lines), "line", "lines")
    return Glance(f"{told} · {len(gone)} not found at the carrier", "bad") if gone else Glance(told)


def _providers(settings: Settings) -> Glance:
    if not settings.shop.providers:
        return Glance("None yet", "office")
    told = _counted(len(settings.shop.providers), "account", "accounts")
    wrong = sum(each.trouble is not None for each in settings.accounts.values())
    return Glance(f"{told} · {wrong} refused at the last test", "bad") if wrong else Glance(told)


def _alerts(me: Member | None) -> str:
    ways = me.alerts.by if me else ()
    said = {"text": "text", "email": "e-mail"}
    if "text" in ways and me is not None and me.alerts.number is None:
        said["text"] = "text, once your phone is proved"
    return f"You hear by {' and '.join(said[way] for way in ways)}" if ways else "You hear of nothing yet"


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


@get("/settings", opt=MINE)
async def all_settings(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    settings, mine = await office.settings(request), request.user.member_id
    me = next((each for each in settings.shop.members if each.member_id == mine), None)
    return staff_page(
        request, "all_settings.html", current="settings", organization=settings.shop, stands=glance(settings, me)
    )


ROUTES: Final = (all_settings,)
