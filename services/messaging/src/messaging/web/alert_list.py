"""`/alerts`: what needed a person lately, who was told of it, and what became of it."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import asyncpg
from litestar import Controller, Response, get
from litestar.response import Template

from contracts.organizations import OrganizationChanged
from messaging.app.alert_things import path_of
from messaging.app.alert_words import named
from messaging.app.read_alerts import Alerts, read_alerts, told_of
from messaging.domain.when import When
from messaging.web.desk import Asked, desk_of, fragment, office_page
from messaging.web.inbox import INBOX

KINDS: Final = {
    "urgent": ("Urgent", "bad"),
    "thread": ("Needs a person", "office"),
    "draft": ("Draft", "office"),
    "trouble": ("Stopped", "bad"),
}
"""Words and colour of each kind's chip."""


class Row(NamedTuple):
    """One alert. `told` are names with the moment and how the notice fared; `needed`: nobody answered yet."""

    row: asyncpg.Record
    who: str
    path: str
    chip: tuple[str, str]
    told: Sequence[tuple[str, Any, str]]
    needed: bool


class AlertPages(Controller):
    path = "/alerts"
    opt = INBOX

    @get()
    async def show(self, request: Asked) -> Template:
        return await office_page(request, "alerts.html", current="inbox", **await _values(request))

    @get("/part")
    async def part(self, request: Asked) -> Response[str]:
        """The list alone, for a page that is open."""
        return fragment(request, "alerts_part.html", **await _values(request))


async def _values(request: Asked) -> dict[str, Any]:
    desk, shop = desk_of(request), request.auth
    found = await read_alerts(desk.database, organization_id=shop.organization_id)
    return {"when": When(shop.zone, desk.clock.now()), "alerts": [_row(each, found, shop) for each in found.rows]}


def _row(row: asyncpg.Record, found: Alerts, shop: OrganizationChanged) -> Row:
    names = {str(each.member_id): each.name for each in shop.members}
    who = named(row["homeowner_name"], row["homeowner_number"]) if row["lead_id"] else "Automation"
    told = [(names.get(member, "a former member"), at, how) for member, at, how in told_of(row, found.notices)]
    chip = KINDS.get(row["kind"], KINDS["thread"])
    return Row(row, who, path_of(row), chip, told, needed=row["alert_id"] in found.needed)
