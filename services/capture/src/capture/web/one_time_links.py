"""What a one-time link opens: a new password, or the place of somebody who was invited."""

import asyncio
from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from capture.app.change_people import Refused
from capture.app.invite_member import LinkEnded
from capture.web import letters
from capture.web.people import AnyRequest, People, form
from capture.web.sign_in import HEADERS, OPEN, STALE
from chassis.log import get_logger
from chassis.mail import MailError

log = get_logger(__name__)
_sending: Final[set[asyncio.Task[None]]] = set()
"""A task that nobody holds may be dropped in the middle."""


@get("/sign-in/forgot", opt=OPEN)
async def forgot_page(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    return people.form_page(request, "sign_in_forgot.html", sent=False, wrong="")


@post("/sign-in/forgot", opt=OPEN, status_code=200)
async def forgot(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    """The answer is the same, and as quick, whether anybody has the address."""
    typed = await form(request)
    if not people.is_ours(request, typed.get("csrf", "")):
        return people.form_page(request, "sign_in_forgot.html", status=403, sent=False, wrong=STALE)
    if people.mailer.configured:
        task = asyncio.create_task(_send_link(people, typed.get("email", "")[:254], people.now()))
        _sending.add(task)
        task.add_done_callback(_sending.discard)
    return people.form_page(request, "sign_in_forgot.html", sent=True, wrong="")


@get("/sign-in/password/{token:str}", opt=OPEN)
async def password_page(people: NamedDependency[People], request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    try:
        member = await people.password.look(token=token, now=people.now())
    except LinkEnded:
        return _ended(people, request)
    return people.form_page(request, "new_password.html", email=member.email, wrong="")


@post("/sign-in/password/{token:str}", opt=OPEN, status_code=200)
async def new_password(people: NamedDependency[People], request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    typed = await form(request)
    try:
        member = await people.password.look(token=token, now=people.now())
        if not people.is_ours(request, typed.get("csrf", "")):
            return people.form_page(request, "new_password.html", status=403, email=member.email, wrong=STALE)
        await people.password.by_link(token=token, wanted=typed.get("password", ""), now=people.now())
    except LinkEnded:
        return _ended(people, request)
    except Refused as error:
        return people.form_page(request, "new_password.html", status=422, email=member.email, wrong=str(error))
    return Redirect("/sign-in?done=password", status_code=303, headers=HEADERS)


@get("/sign-in/invitation/{token:str}", opt=OPEN)
async def invitation_page(people: NamedDependency[People], request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    try:
        known, shop = await people.invite.look(token=token, now=people.now())
    except LinkEnded:
        return _ended(people, request)
    return people.form_page(request, "invitation.html", invitation=known, shop=shop, name=known.name, wrong="")


@post("/sign-in/invitation/{token:str}", opt=OPEN, status_code=200)
async def join(people: NamedDependency[People], request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    typed = await form(request)
    name = " ".join(typed.get("name", "").split())[:80]
    try:
        known, shop = await people.invite.look(token=token, now=people.now())
        shown: dict[str, Any] = {"invitation": known, "shop": shop, "name": name}
        if not people.is_ours(request, typed.get("csrf", "")):
            return people.form_page(request, "invitation.html", status=403, wrong=STALE, **shown)
        started = await people.invite.accept(
            token=token, name=name or known.name, password=typed.get("password", ""), visit=people.visit(request), now=people.now(),
        )  # fmt: skip
    except LinkEnded:
        return _ended(people, request)
    except Refused as error:
        return people.form_page(request, "invitation.html", status=422, wrong=str(error), **shown)
    return people.let_in(started, "/")


async def _send_link(people: People, email: str, now: datetime) -> None:
    """Aside from the answer, so that its time tells nothing."""
    try:
        token = await people.password.link_by_email(email=email, now=now)
        if token is not None:
            subject, text = letters.new_password(people.link(f"/sign-in/password/{token}"))
            await people.mailer.send(to=email.strip().lower(), subject=subject, text=text)
    except MailError as error:
        log.warning("password_link_not_sent", error=str(error))
    except Exception:
        log.exception("password_link_failed")


def _ended(people: People, request: AnyRequest) -> Response[Any]:
    return people.form_page(request, "link_ended.html", status=410)


LINK_ROUTES: Final[list[Any]] = [forgot_page, forgot, password_page, new_password, invitation_page, join]
