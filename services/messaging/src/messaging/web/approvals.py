"""`/approvals`: drafts that wait for the office's OK."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from chassis.people import Permission
from chassis.web.pages import staff_page
from messaging.app.answer_draft import approve_draft, skip_draft
from messaging.app.desk import Desk, NotHere, Refused
from messaging.app.phone import as_people_write
from messaging.app.read_approvals import read_approvals
from messaging.domain.when import When
from messaging.web.desk import PRIVATE, Asked, desk_of, fragment, led_to, not_here, waiting, wants_json, who_of

Answer = Response[Any] | Redirect | Template
CONFLICT: Final = 409
HEADS: Final = {
    "first_reply": "First reply to {}",
    "follow_up": "Follow-up to {}",
    "response": "Answer {}",
    "slot_offer": "Offer times to {}",
    "confirmation": "Confirmation to {}",
    "change_notice": "New time to {}",
    "cancel_notice": "Cancelled visit to {}",
    "reminder": "Reminder to {}",
    "review_request": "Ask {} for a review",
}
KINDS: Final = {
    "first_reply": "first reply",
    "follow_up": "follow-up",
    "response": "answer",
    "slot_offer": "offer of times",
    "confirmation": "confirmation",
    "change_notice": "new time",
    "cancel_notice": "cancelled visit",
    "reminder": "reminder",
    "review_request": "review",
}
SAID: Final = {"approved": "Approved. The thread shows when it leaves.", "skipped": "Skipped. It will not be sent."}


class ApprovalPages(Controller):
    """The queue, and what is said to one draft."""

    path = "/approvals"
    opt = {"needs": Permission.INBOX}  # noqa: RUF012 -- as litestar declares it

    @get()
    async def whole(self, request: Asked) -> Template:
        return await _page(request, said=SAID.get(request.query_params.get("done", ""), ""))

    @get("/part")
    async def part(self, request: Asked) -> Response[str]:
        """The queue alone, for a page that is open."""
        return fragment(request, "approvals_part.html", **await _values(request))

    @post("/{text_id:uuid}/approve", status_code=200)
    async def approve(self, request: Asked, text_id: FromPath[UUID]) -> Answer:
        """As it stands, or in other words."""
        body = str((await request.form()).get("body", ""))
        try:
            sentence = await approve_draft(desk_of(request), who_of(request), text_id=text_id, body=body)
        except NotHere as error:
            raise not_here() from error
        except Refused as refused:
            return await _refused(request, str(refused), typed={text_id: body})
        if sentence.startswith("Not sent"):
            return await _refused(request, sentence)
        return _done(request, "approved")

    @post("/{text_id:uuid}/skip", status_code=200)
    async def skip(self, request: Asked, text_id: FromPath[UUID]) -> Answer:
        reason = str((await request.form()).get("reason", ""))
        try:
            await skip_draft(desk_of(request), who_of(request), text_id=text_id, reason=reason)
        except NotHere as error:
            raise not_here() from error
        except Refused as refused:
            return await _refused(request, str(refused))
        return _done(request, "skipped")


def _done(request: Asked, how: str) -> Answer:
    return Response({"said": SAID[how]}, headers=PRIVATE) if wants_json(request) else led_to(f"/approvals?done={how}")


async def _refused(request: Asked, said: str, *, typed: dict[UUID, str] | None = None) -> Answer:
    """A script keeps what was typed where it is; a page gets it back."""
    if wants_json(request):
        return Response({"refused": said}, status_code=CONFLICT, headers=PRIVATE)
    return await _page(request, said=said, refused=True, typed=typed)


async def _page(
    request: Asked, *, said: str = "", refused: bool = False, typed: dict[UUID, str] | None = None
) -> Template:
    values = {**await _values(request), "said": said, "error": refused, "typed": typed or {}}
    return staff_page(request, "approvals.html", current="approvals", status=CONFLICT if refused else 200, **values)


async def _values(request: Asked) -> dict[str, Any]:
    found = await read_approvals(desk_of(request), who_of(request))
    return {
        "waiting_drafts": found.waiting,
        "cleared": found.cleared,
        "stale": found.stale,
        "when": When(request.auth.zone, desk_of(request).clock.now()),
        "heads": HEADS,
        "kinds": KINDS,
        "name_of": _name_of,
        "ago": _ago(desk_of(request), request.auth.zone),
        "waiting": waiting(found.counts),
        "typed": {},
    }


def _ago(desk: Desk, zone: str) -> Callable[[datetime], str]:
    when = When(zone, desk.clock.now())
    return lambda at: "just now" if when.age(at) == "now" else f"{when.age(at)} ago"


def _name_of(name: str | None, number: str | None) -> str:
    return name or (as_people_write(number) if number else "a hidden number")
