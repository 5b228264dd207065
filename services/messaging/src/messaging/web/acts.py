"""What forms of a thread do. A page is led back to the thread; a script gets JSON."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Any, Final, get_args
from uuid import UUID

import msgspec
from litestar import Controller, Response, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect, Template

from chassis.http import Problem
from messaging.app.assign_lead import assign_lead
from messaging.app.change_homeowner import ignore_number, opt_out_by_office, pause_automation, rename_homeowner
from messaging.app.change_status import change_status
from messaging.app.desk import NotHere, Refused
from messaging.app.keep_draft import keep_draft
from messaging.app.log_call import log_call
from messaging.app.send_staff_text import SomebodyFaster, Written, send_staff_text
from messaging.app.take_thread import hand_back, take_over
from messaging.app.write_note import write_note
from messaging.domain.leads import Status
from messaging.domain.media import LARGEST_FILE, MOST_PHOTOS, MOST_UPLOADED
from messaging.domain.when import When
from messaging.web.desk import Asked, desk_of, led_to, not_here, wants_json, who_of
from messaging.web.inbox import INBOX
from messaging.web.thread import thread_page

Answer = Response[Any] | Redirect | Template
LONGEST_CLIENT_ID: Final = 64
CONFLICT: Final = 409


class ThreadActs(Controller):
    """`POST /leads/{id}/...`."""

    path = "/leads/{lead_id:uuid}"
    opt = INBOX

    @post("/write", status_code=200, request_max_body_size=MOST_UPLOADED + 64 * 1024)
    async def write(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        """A text or a note."""
        form = await _form(request)
        kind, body = form.get("kind", "text"), form.get("body", "")
        try:
            done = await _write(request, lead_id, form)
        except NotHere as error:
            raise not_here() from error
        except SomebodyFaster as faster:
            told = _faster(request, faster)
            if wants_json(request):
                return _json({"refused": "faster", **told}, status=CONFLICT)
            return await thread_page(request, lead_id, status=CONFLICT, faster=told, typed=body)
        except Refused as refused:
            if wants_json(request):
                return _json({"refused": str(refused)}, status=CONFLICT)
            typed = {"typed_note" if kind == "note" else "typed": body, "kind": kind}
            return await thread_page(request, lead_id, status=CONFLICT, error=str(refused), **typed)
        return _json({"id": str(done)}) if wants_json(request) else led_to(f"/leads/{lead_id}")

    @post("/draft", status_code=200)
    async def draft(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        form = await _form(request)
        kind = "note" if form.get("kind") == "note" else "text"
        kept = keep_draft(desk_of(request), who_of(request), lead_id=lead_id, kind=kind, body=form.get("body", ""))  # type: ignore[arg-type]  # one of the two
        return await _done(request, lead_id, kept)

    @post("/take-over", status_code=200)
    async def take(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        return await _done(request, lead_id, take_over(desk_of(request), who_of(request), lead_id=lead_id))

    @post("/hand-back", status_code=200)
    async def hand(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        return await _done(request, lead_id, hand_back(desk_of(request), who_of(request), lead_id=lead_id))

    @post("/called", status_code=200)
    async def called(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        return await _done(request, lead_id, log_call(desk_of(request), who_of(request), lead_id=lead_id))

    @post("/status", status_code=200)
    async def status(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        form = await _form(request)
        wanted, reason = form.get("status", ""), form.get("reason") or None
        if wanted not in get_args(Status):
            raise Problem(422, kind="status-unknown", detail="There is no such status.")
        changed = change_status(desk_of(request), who_of(request), lead_id=lead_id, status=wanted, reason=reason)  # type: ignore[arg-type]  # just checked
        return await _done(request, lead_id, changed)

    @post("/assign", status_code=200)
    async def assign(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        member = (await _form(request)).get("member", "")
        try:
            member_id = UUID(member) if member else None
        except ValueError as error:
            raise Problem(422, kind="member-unknown", detail="There is no such person.") from error
        return await _done(
            request, lead_id, assign_lead(desk_of(request), who_of(request), lead_id=lead_id, member_id=member_id)
        )

    @post("/name", status_code=200)
    async def name(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        name = (await _form(request)).get("name", "")
        return await _done(
            request, lead_id, rename_homeowner(desk_of(request), who_of(request), lead_id=lead_id, name=name)
        )

    @post("/pause", status_code=200)
    async def pause(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        paused = bool((await _form(request)).get("paused"))
        return await _done(
            request, lead_id, pause_automation(desk_of(request), who_of(request), lead_id=lead_id, paused=paused)
        )

    @post("/opt-out", status_code=200)
    async def opt_out(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        how = (await _form(request)).get("how", "")
        return await _done(
            request, lead_id, opt_out_by_office(desk_of(request), who_of(request), lead_id=lead_id, how=how)
        )

    @post("/ignore", status_code=200)
    async def ignore(self, request: Asked, lead_id: FromPath[UUID]) -> Answer:
        return await _done(request, lead_id, ignore_number(desk_of(request), who_of(request), lead_id=lead_id))


async def _write(request: Asked, lead_id: UUID, form: dict[str, str]) -> UUID:
    desk, who, body = desk_of(request), who_of(request), form.get("body", "")
    client_id = form.get("client_id", "")[:LONGEST_CLIENT_ID]
    if not client_id:
        raise Problem(422, kind="client-id-missing", detail="The form is not whole. Reload the page and send it again.")
    if form.get("kind") == "note":
        return await write_note(desk, who, lead_id=lead_id, client_id=client_id, body=body)
    written = Written(
        client_id=client_id,
        body=body,
        seen=_moment(form.get("seen")),
        anyway=bool(form.get("anyway")),
        photos=await _photos(request),
    )
    return await send_staff_text(desk, who, lead_id=lead_id, written=written)


async def _done(request: Asked, lead_id: UUID, act: Awaitable[None]) -> Answer:
    try:
        await act
    except NotHere as error:
        raise not_here() from error
    except Refused as refused:
        if wants_json(request):
            return _json({"refused": str(refused)}, status=CONFLICT)
        return await thread_page(request, lead_id, status=CONFLICT, error=str(refused))
    return _json({}) if wants_json(request) else led_to(f"/leads/{lead_id}")


async def _photos(request: Asked) -> list[bytes]:
    """The chosen files; a form in which none was chosen sends one without a name."""
    files = (await request.form()).getall("photo", [])
    chosen = [each for each in files if isinstance(each, UploadFile) and each.filename]
    if len(chosen) > MOST_PHOTOS:
        raise Refused(f"{MOST_PHOTOS} photos go with one text at most, and these are {len(chosen)}.")
    found = [await each.read() for each in chosen]
    if any(len(each) > LARGEST_FILE for each in found):
        raise Refused(f"A photo has at most {LARGEST_FILE // 1024 // 1024} MB.")
    return [each for each in found if each]


def _faster(request: Asked, faster: SomebodyFaster) -> dict[str, str]:
    names = {each.member_id: each.name.split()[0] for each in request.auth.members}
    when = When(request.auth.zone, desk_of(request).clock.now())
    name = names.get(faster.member_id, "Somebody") if faster.member_id else "Somebody"
    seconds = int((when.now - faster.at).total_seconds())
    ago = f"{seconds} s" if when.age(faster.at) == "now" else when.age(faster.at)
    return {"name": name, "ago": ago, "body": faster.body}


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


async def _form(request: Asked) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _json(body: dict[str, str], *, status: int = 200) -> Response[bytes]:
    headers = {"cache-control": "private, no-store"}
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json", headers=headers)
