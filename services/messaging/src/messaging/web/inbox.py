"""The list of leads, its parts, and opening a lead by hand."""

from typing import Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.response import Redirect, Template

from chassis.people import Permission
from chassis.web.pages import staff_page
from messaging.app.desk import Refused
from messaging.app.open_lead import open_lead
from messaging.app.read_inbox import read_counts, read_inbox, read_rows
from messaging.web.desk import (
    PRIVATE,
    Asked,
    chosen_view,
    desk_of,
    fragment,
    led_to,
    list_values,
    office_page,
    waiting,
    who_of,
)

MOST_ASKED: Final = 60
INBOX: Final = {"needs": Permission.INBOX}


class InboxPages(Controller):
    """`/inbox`: mine, unassigned, all; open, needs the office, booked, closed; or what a search found."""

    path = "/inbox"
    opt = INBOX

    @get()
    async def whole(self, request: Asked) -> Template:
        page = await read_inbox(desk_of(request), who_of(request), chosen_view(request))
        values = {**list_values(request, page), "thread": None}
        return staff_page(request, "inbox.html", current="inbox", **values)

    @get("/list")
    async def part(self, request: Asked) -> Response[str]:
        """The list alone: another view, or what follows `after`."""
        page = await read_inbox(desk_of(request), who_of(request), chosen_view(request))
        return fragment(request, "list_part.html", **list_values(request, page))

    @get("/rows")
    async def rows(self, request: Asked) -> Response[str]:
        """Rows by their ids, as they stand now, with all counts."""
        wanted = [UUID(each) for each in request.query_params.get("ids", "").split(",") if _is_id(each)][:MOST_ASKED]
        page = await read_rows(desk_of(request), who_of(request), chosen_view(request), lead_ids=wanted)
        return fragment(request, "rows_part.html", **list_values(request, page))

    @get("/waiting")
    async def counts(self, request: Asked) -> Response[dict[str, str]]:
        """The rail's counts, for pages of other services and for those that stay open."""
        counts = await read_counts(desk_of(request), who_of(request))
        return Response(waiting(counts), headers=PRIVATE)

    @get("/new")
    async def form(self, request: Asked) -> Template:
        return await office_page(request, "new_lead.html", current="inbox", typed={}, error="")

    @post("/new", status_code=303)
    async def create(self, request: Asked) -> Redirect | Template:
        typed: dict[str, Any] = dict(await request.form())
        number, name = str(typed.get("number", "")), str(typed.get("name", ""))
        try:
            lead_id = await open_lead(
                desk_of(request), who_of(request), number=number, name=name, may_text=bool(typed.get("may_text"))
            )
        except Refused as refused:
            return await office_page(
                request, "new_lead.html", current="inbox", status=422, typed=typed, error=str(refused)
            )
        return led_to(f"/leads/{lead_id}")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
