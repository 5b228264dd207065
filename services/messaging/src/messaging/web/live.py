"""`/inbox/live`: one stream per page, by ids alone; and who is here."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream as Streamed

from chassis.auth import Gate
from chassis.web.pages import face
from messaging.app.desk import NotHere
from messaging.app.follow_changes import STATES, State, read_changes, tell_presence
from messaging.web.desk import Asked, desk_of, initials, not_here, who_of
from messaging.web.hub import Hub, Stream
from messaging.web.inbox import INBOX

LOOK_SECONDS: Final = 5.0
"""How often a stream asks by itself whether its session still stands; at once when its shop changed."""
BEAT_ROUNDS: Final = 3
AGAIN_MILLISECONDS: Final = 1000
HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Live(Controller):
    opt = INBOX

    @get("/inbox/live")
    async def stream(self, request: Asked) -> Streamed:
        hub: Hub = request.app.state.hub
        asked = _uuid(request.query_params.get("lead"))
        stream = hub.open(organization_id=request.user.organization_id, member_id=request.user.member_id, lead_id=asked)
        since = _number(request.headers.get("last-event-id")) or _number(request.query_params.get("from"))
        return Streamed(_events(request, hub, stream, since), media_type="text/event-stream", headers=HEADERS)

    @post("/leads/{lead_id:uuid}/here", status_code=204)
    async def here(self, request: Asked, lead_id: FromPath[UUID]) -> Response[None]:
        wanted = (await request.form()).get("state")
        state: State = next((each for each in STATES if each == wanted), "here")
        try:
            await tell_presence(desk_of(request), who_of(request), lead_id=lead_id, state=state)
        except NotHere as error:
            raise not_here() from error
        return Response(None, status_code=204)


async def _events(request: Asked, hub: Hub, stream: Stream, since: int | None) -> AsyncIterator[bytes]:
    """What was missed first, where the page says what it has; then what comes, as long as the session stands."""
    gate: Gate = request.app.state.gate
    rounds = 0
    try:
        yield f"retry: {AGAIN_MILLISECONDS}\n\n".encode()
        if since is not None:
            missed, newest = await read_changes(desk_of(request), who_of(request), since=since)
            if missed is None or missed:
                yield _event("rows", "*" if missed is None else [str(each) for each in missed], newest)
        while not stream.ended and gate.still_in(request.user):
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    kind, told = await stream.messages.get()
            except TimeoutError:
                rounds += 1
                if rounds % BEAT_ROUNDS == 0:
                    yield _event("beat", {})
                continue
            if stream.ended or not gate.still_in(request.user):
                break
            if kind == "look":
                continue
            yield _told(request, kind, told)
        if stream.taken:
            yield _event("taken", {})
    finally:
        hub.close(stream)


def _told(request: Asked, kind: str, told: Any) -> bytes:
    if kind == "rows":
        ids, seq = told
        return _event("rows", "*" if ids is None else ids, seq)
    if kind == "alerts":
        return _event("alerts", {})
    lead, member, state = told
    name = next((each.name for each in request.auth.members if str(each.member_id) == member), "Somebody")
    return _event(
        "here",
        {
            "lead": lead,
            "member": member,
            "state": state,
            "name": name,
            "initials": initials(name),
            "face": face(member),
        },
    )


def _event(kind: str, data: Any, seq: int | None = None) -> bytes:
    number = f"id: {seq}\n" if seq is not None else ""
    return f"{number}event: {kind}\ndata: {msgspec.json.encode(data).decode()}\n\n".encode()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
