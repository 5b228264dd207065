"""One thread beside the list, its parts, and why a text left or did not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Template

from chassis.web.pages import staff_page
from messaging.app.desk import NotHere
from messaging.app.read_inbox import read_inbox
from messaging.app.read_thread import ThreadPage, read_decision, read_thread
from messaging.web.desk import Asked, chosen_view, desk_of, fragment, list_values, not_here, who_of
from messaging.web.inbox import INBOX
from messaging.web.thread_values import decision_values, thread_values


class ThreadPages(Controller):
    """`/leads/{id}`."""

    path = "/leads/{lead_id:uuid}"
    opt = INBOX

    @get()
    async def whole(self, request: Asked, lead_id: FromPath[UUID]) -> Template:
        return await thread_page(request, lead_id)

    @get("/part")
    async def part(self, request: Asked, lead_id: FromPath[UUID]) -> Response[str]:
        """The thread and its details without the list and the frame."""
        thread = await _read(request, lead_id)
        return fragment(request, "thread_part.html", **thread_values(request, thread))

    @get("/why/{text_id:uuid}")
    async def why(self, request: Asked, lead_id: FromPath[UUID], text_id: FromPath[UUID]) -> Response[str]:
        return fragment(request, "why_part.html", **await _decision(request, lead_id, text_id))


async def thread_page(request: Asked, lead_id: UUID, *, status: int = 200, **more: Any) -> Template:
    """The whole page; `more` holds what a refused form said and what was typed in it."""
    desk, who = desk_of(request), who_of(request)
    thread = await _read(request, lead_id)
    page = await read_inbox(desk, who, chosen_view(request))
    values = {**list_values(request, page, current=lead_id), **thread_values(request, thread), **more}
    chosen = next((words for saved, _, words in thread.replies if saved == request.query_params.get("reply")), None)
    if chosen is not None and "typed" not in more:
        values["typed"] = chosen
    asked = request.query_params.get("why")
    if asked:
        values["unfolded"] = await _decision(request, lead_id, _id(asked))
    return staff_page(request, "inbox.html", current="inbox", status=status, **values)


async def _read(request: Asked, lead_id: UUID) -> ThreadPage:
    try:
        before = request.query_params.get("before")
        moment = datetime.fromisoformat(before) if before else None
        if moment is not None and moment.tzinfo is None:
            raise NotHere
        return await read_thread(desk_of(request), who_of(request), lead_id=lead_id, before=moment)
    except (NotHere, ValueError) as error:
        raise not_here() from error


async def _decision(request: Asked, lead_id: UUID, text_id: UUID) -> dict[str, Any]:
    try:
        text = await read_decision(desk_of(request), who_of(request), lead_id=lead_id, text_id=text_id)
    except NotHere as error:
        raise not_here() from error
    return decision_values(request, text, lead_id=lead_id)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise not_here() from error
