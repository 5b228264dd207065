"""`/alerts`: what needed a person lately, who was told of it, and what became of it."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import asyncpg
from litestar import Controller, get
from litestar.response import Template

from contracts.organizations import OrganizationChanged
from messaging.app.alert_things import path_of
from messaging.app.alert_words import named
from messaging.app.read_alerts import read_alerts, told_of
from messaging.domain.when import When
from messaging.web.desk import Asked, desk_of, office_page
from messaging.web.inbox import INBOX

KINDS: Final = {
    "urgent": ("Urgent", "bad"),
    "thread": ("Needs a person", "office"),
    "draft": ("Draft", "office"),
    "trouble": ("Stopped", "bad"),
}
"""Words and colour of each kind's chip."""


class Row(NamedTuple):
    """One alert. `told` are names with the moment and how the notice fared."""

    row: asyncpg.Record
    who: str
    path: str
    chip: tuple[str, str]
    told: Sequence[tuple[str, Any, str]]


class AlertPages(Controller):
    path = "/alerts"
    opt = INBOX

    @get()
    async def show(self, request: Asked) -> Template:
        desk, shop = desk_of(request), request.auth
        rows, notices = await read_alerts(desk.database, organization_id=shop.organization_id)
        return await office_page(
            request, "alerts.html", current="inbox", when=When(shop.zone, desk.clock.now()), alerts=[_row(each, notices, shop) for each in rows],
        )  # fmt: skip


def _row(row: asyncpg.Record, notices: Sequence[asyncpg.Record], shop: OrganizationChanged) -> Row:
    names = {str(each.member_id): each.name for each in shop.members}
    who = named(row["homeowner_name"], row["homeowner_number"]) if row["lead_id"] else "Automation"
    told = [(names.get(member, "a former member"), at, how) for member, at, how in told_of(row, notices)]
    return Row(row, who, path_of(row), KINDS.get(row["kind"], KINDS["thread"]), told)
