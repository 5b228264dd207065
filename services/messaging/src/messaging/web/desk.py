"""What every page of the inbox shares: who asks, how a refusal is shown, and the values of the templates."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import State
from litestar.response import Redirect, Template

from chassis import ids
from chassis.http import Problem
from chassis.people import Person
from chassis.web.pages import environment, staff_page
from contracts.organizations import OrganizationChanged
from messaging.app.desk import Desk, Who
from messaging.app.phone import as_people_write
from messaging.app.read_inbox import MOST_FOUND, InboxPage, View, read_counts, view_of
from messaging.domain.inbox import REASONS
from messaging.domain.when import When

Asked = Request[Person, OrganizationChanged, State]

NO_LEAD: Final = "There is no such lead, or it belongs to somebody else."
PRIVATE: Final = {"cache-control": "private, no-store"}
GROUPS: Final[Mapping[str, str]] = {
    "office": "Office’s turn",
    "automation": "Automation is on it",
    "homeowner": "Waiting on the homeowner",
    "nobody": "Nobody needs to act",
}
SHOWN: Final[Mapping[str, str]] = {"open": "Open", "office": "Needs the office", "booked": "Booked", "closed": "Closed"}
WHOSE: Final[Mapping[str, str]] = {"mine": "Mine", "unassigned": "Unassigned", "all": "All"}
TROUBLES: Final[Mapping[str, str]] = {
    "landline": "Landline",
    "unreachable": "Cannot be texted",
    "invalid": "No real number",
}
MOST: Final = 99


def desk_of(request: Asked) -> Desk:
    found: Desk = request.app.state.desk
    return found


def who_of(request: Asked) -> Who:
    return Who(request.user.member_id, request.user.organization_id, request.user.name)


def chosen_view(request: Asked) -> View:
    query = request.query_params
    return view_of(query.get("whose"), query.get("show"), query.get("q"), query.get("after"))


def address(view: View, **changes: str) -> str:
    """The list as it is chosen, for links: only what differs from the first look."""
    chosen = {"whose": view.whose, "show": view.show, "q": view.query, **changes}
    first = {"whose": "all", "show": "open", "q": ""}
    kept = urlencode({name: value for name, value in chosen.items() if value != first.get(name)})
    return f"?{kept}" if kept else ""


def wants_json(request: Asked) -> bool:
    """Whether a script asks; without one the answer is a page."""
    return "application/json" in request.headers.get("accept", "")


def not_here() -> Problem:
    return Problem(404, kind="about:blank", detail=NO_LEAD)


def fragment(request: Asked, template: str, **values: Any) -> Response[str]:
    """A part of a page, without the frame."""
    person, shop = request.user, request.auth
    shown = {"person": person, "organization": shop, "csrf": person.csrf, "may": person.may, **values}
    folder = request.app.state.templates
    content = environment(folder).get_template(template).render(**shown)
    return Response(content, media_type="text/html", headers=PRIVATE)


async def office_page(request: Asked, template: str, *, current: str, **values: Any) -> Template:
    """A page of messaging within the frame, with the rail's counts."""
    counts = await read_counts(desk_of(request), who_of(request))
    return staff_page(request, template, current=current, waiting=waiting(counts), **values)


def led_to(path: str) -> Redirect:
    """After a form: the page is fetched anew, so that going back sends nothing twice."""
    return Redirect(path, status_code=303)


def list_values(request: Asked, page: InboxPage, *, current: UUID | None = None) -> dict[str, Any]:
    """For the list of leads."""
    shop = request.auth
    return {
        "list": page,
        "view": page.view,
        "current_lead": current,
        "when": When(shop.zone, desk_of(request).clock.now()),
        "names": {each.member_id: each.name for each in shop.members},
        "first_name": partial(_first_name, request),
        "groups": GROUPS,
        "shown": SHOWN,
        "whose": WHOSE,
        "troubles": TROUBLES,
        "phone": as_people_write,
        "address": address,
        "capped": capped,
        "most_found": MOST_FOUND,
        "reasons": REASONS,
        "client_id": ids.new_id().hex,
        "initials": initials,
        "waiting": waiting(page.counts),
    }


def _first_name(request: Asked, member_id: str) -> str:
    """Before their words in a list."""
    if member_id == str(request.user.member_id):
        return "You"
    name = next((each.name for each in request.auth.members if str(each.member_id) == member_id), "")
    return name.split()[0] if name.strip() else "Office"


def waiting(counts: Mapping[str, int]) -> dict[str, str]:
    """The rail's counts of what waits for the office; nothing where nothing does."""
    places = {"inbox": counts["badge"], "approvals": counts["drafts"]}
    return {place: capped(count) if count else "" for place, count in places.items()}


def capped(count: int) -> str:
    return f"{MOST}+" if count > MOST else str(count)


def initials(name: str) -> str:
    """First letters of the first and the last word."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
