"""`/settings/stops`: what a carrier's refusal stopped, why, what to do about it, and the button that resumes."""

from collections.abc import Mapping
from typing import Final

from litestar import Controller, Response, get, post
from litestar.response import Redirect, Template

from chassis.http import Problem
from chassis.people import Permission
from messaging.app.phone import as_people_write
from messaging.app.stopped import PAGE
from messaging.app.stopping import resume
from messaging.domain.when import When
from messaging.store import stops
from messaging.web.desk import Asked, desk_of, led_to, office_page

KINDS: Final[Mapping[str, stops.Kind]] = {"line": "line", "template": "template"}
CLASSES: Final[Mapping[str, str]] = {
    "first_reply": "First reply to a missed call",
    "follow_up": "Follow-up",
    "response": "Answers to what homeowners write",
    "slot_offer": "Offers of open times",
    "confirmation": "Confirmation of a visit",
    "change_notice": "A visit has moved",
    "cancel_notice": "A visit is cancelled",
    "reminder": "Reminder of a visit",
    "on_my_way": "On my way",
    "review_request": "Asking for a review",
}
NEWEST: Final = 20


class StopPages(Controller):
    """Everybody of the shop may read it; owner and admin resume."""

    path = PAGE

    @get(opt={"needs": Permission.SETTINGS_VIEW})
    async def show(self, request: Asked) -> Template:
        desk, shop = desk_of(request), request.auth
        async with desk.database.web(shop.organization_id) as transaction:
            present = await stops.present(transaction, organization_id=shop.organization_id)
            ended = await stops.ended(transaction, organization_id=shop.organization_id, limit=NEWEST)
        return await office_page(
            request, "settings_stops.html", current="settings", setting="stops", stopped=present, ended=ended, named=_named,
            when=When(shop.zone, desk.clock.now()), strips=(),
        )  # fmt: skip

    @post("/resume", status_code=303, opt={"needs": Permission.SETTINGS_CHANGE})
    async def resume(self, request: Asked) -> Response[None] | Redirect:
        """Safe to repeat: what is not stopped stays as it is."""
        form = await request.form()
        kind, subject = KINDS.get(str(form.get("kind"))), str(form.get("subject", ""))
        if kind is None:
            raise Problem(400, kind="about:blank", detail="Nothing was named that could be resumed.")
        desk, person = desk_of(request), request.user
        async with desk.database.web(person.organization_id) as transaction:
            await resume(
                transaction, organization_id=person.organization_id, kind=kind, subject=subject, actor_kind="member", actor=str(person.member_id),
                member_id=person.member_id, ended_by_name=person.name, now=desk.clock.now(),
            )  # fmt: skip
        if (refresh := request.app.state.get("stopped")) is not None:
            await refresh()
        return led_to(PAGE)


def _named(kind: str, subject: str) -> str:
    return as_people_write(subject) if kind == "line" else CLASSES.get(subject, subject)
