"""`/settings/members`: who is in the shop, in which role, and who is invited."""

from collections.abc import Awaitable
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from capture.app.change_people import Refused, UnknownMember
from capture.app.invite_member import Invited, LinkEnded
from capture.domain.email_addresses import LONGEST, why_not_address
from capture.web import letters
from capture.web.people import People, StaffRequest, form, moment
from chassis.mail import MailError
from chassis.people import ROLES, Permission
from chassis.problems import Problem
from chassis.web.pages import staff_page
from contracts.organizations import Role

HERE: Final = "/settings/members"
MAY: Final = {"needs": Permission.ADMINISTER}
DONE: Final = {
    "role": "The role is changed. It counts at once.",
    "off": "Switched off, and signed out everywhere.",
    "on": "Switched on again. The password is the one from before.",
    "out": "Signed out on all devices.",
    "step": "The second step is off for this person.",
    "withdrawn": "The invitation is withdrawn. Its link no longer works.",
}
TABLE: Final = (
    ("Inbox, threads, notes, visits", Permission.INBOX, None),
    ("Results and proof", Permission.RESULTS, None),
    ("Hours, words, questions, reminders, technicians, automation", Permission.SETTINGS_CHANGE, Permission.SETTINGS_VIEW),
    ("Connections, numbers, people, audit trail", Permission.ADMINISTER, None),
    ("Billing, owners, a homeowner’s data, keeping data", Permission.OWN, None),
)  # fmt: skip


async def show(people: People, request: StaffRequest, *, status: int = 200, **values: Any) -> Template:
    now = people.now()
    found = await people.read(request.user, now=now)
    shown = {
        "people": found,
        "now": now,
        "done": DONE.get(request.query_params.get("done", "")),
        "when": lambda at: moment(at, request.auth.zone, now=now),
        "table": [(words, [_mark(role, may, look) for role in ("owner", "admin", "agent")]) for words, may, look in TABLE],
        "refused": "",
        "wrong": {},
        "typed": {},
        "link": None,
        "mails": people.mailer.configured,
        **values,
    }  # fmt: skip
    return staff_page(request, "members.html", current="settings", setting="members", status=status, **shown)


def _mark(role: Role, may: Permission, look: Permission | None) -> str:
    if role in ROLES[may]:
        return "yes"
    return "look" if look is not None and role in ROLES[look] else "no"


async def _settled(people: People, request: StaffRequest, work: Awaitable[None], *, done: str) -> Response[Any]:
    """Back to the page, or the page with the sentence that says why not."""
    try:
        await work
    except UnknownMember as error:
        raise Problem(404, kind="about:blank", detail="There is nobody of this address in your shop.") from error
    except LinkEnded as error:
        raise Problem(404, kind="about:blank", detail="There is no such invitation any more.") from error
    except Refused as error:
        return await show(people, request, status=409, refused=str(error))
    return Redirect(f"{HERE}?done={done}", status_code=303)


def _role(text: str) -> Role:
    for role in ROLES[Permission.ACCOUNT]:
        if role == text:
            return role
    raise Problem(422, kind="unknown-role", detail="A role is owner, admin or agent.")


async def _handed_over(people: People, request: StaffRequest, invited: Invited) -> Response[Any]:
    """The link, shown this once; by e-mail as well where there is a mail server."""
    link, sent, trouble = people.link(f"/sign-in/invitation/{invited.token}"), False, ""
    if people.mailer.configured:
        subject, text = letters.invitation(shop=request.auth.name, by=request.user.name, link=link)
        try:
            await people.mailer.send(to=invited.email, subject=subject, text=text)
            sent = True
        except MailError as error:
            trouble = str(error)
    told = {"title": f"Invitation for {invited.email}", "address": link, "sent": sent, "trouble": trouble}
    return await show(people, request, link={**told, "ends": "a week"})


@get(HERE, opt=MAY)
async def members(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    return await show(people, request)


@post(f"{HERE}/invite", opt=MAY, status_code=200)
async def invite(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    typed = await form(request)
    email, name = typed.get("email", "").strip()[:LONGEST], " ".join(typed.get("name", "").split())[:80]
    role = _role(typed.get("role", ""))
    if wrong := why_not_address(email):
        return await show(people, request, status=422, wrong={"email": wrong}, typed=typed)
    try:
        invited = await people.invite.invite(request.user, email=email, name=name, role=role, now=people.now())
    except Refused as error:
        return await show(people, request, status=422, wrong={"email": str(error)}, typed=typed)
    return await _handed_over(people, request, invited)


@post(HERE + "/invitations/{invitation_id:uuid}/again", opt=MAY, status_code=200)
async def invite_again(
    people: NamedDependency[People], request: StaffRequest, invitation_id: FromPath[UUID]
) -> Response[Any]:
    try:
        invited = await people.invite.again(request.user, invitation_id=invitation_id, now=people.now())
    except LinkEnded as error:
        raise Problem(404, kind="about:blank", detail="There is no such invitation any more.") from error
    except Refused as error:
        return await show(people, request, status=409, refused=str(error))
    return await _handed_over(people, request, invited)


@post(HERE + "/invitations/{invitation_id:uuid}/withdraw", opt=MAY, status_code=200)
async def withdraw(
    people: NamedDependency[People], request: StaffRequest, invitation_id: FromPath[UUID]
) -> Response[Any]:
    work = people.invite.withdraw(request.user, invitation_id=invitation_id, now=people.now())
    return await _settled(people, request, work, done="withdrawn")


@post(HERE + "/{member_id:uuid}/role", opt=MAY, status_code=200)
async def set_role(people: NamedDependency[People], request: StaffRequest, member_id: FromPath[UUID]) -> Response[Any]:
    role = _role((await form(request)).get("role", ""))
    work = people.members.set_role(request.user, member_id=member_id, role=role, now=people.now())
    return await _settled(people, request, work, done="role")


@post(HERE + "/{member_id:uuid}/off", opt=MAY, status_code=200)
async def switch_off(
    people: NamedDependency[People], request: StaffRequest, member_id: FromPath[UUID]
) -> Response[Any]:
    work = people.members.switch_off(request.user, member_id=member_id, now=people.now())
    return await _settled(people, request, work, done="off")


@post(HERE + "/{member_id:uuid}/on", opt=MAY, status_code=200)
async def switch_on(people: NamedDependency[People], request: StaffRequest, member_id: FromPath[UUID]) -> Response[Any]:
    work = people.members.switch_on(request.user, member_id=member_id, now=people.now())
    return await _settled(people, request, work, done="on")


@post(HERE + "/{member_id:uuid}/sign-out", opt=MAY, status_code=200)
async def sign_out(people: NamedDependency[People], request: StaffRequest, member_id: FromPath[UUID]) -> Response[Any]:
    work = people.end.everywhere(request.user, member_id=member_id, now=people.now())
    return await _settled(people, request, work, done="out")


@post(HERE + "/{member_id:uuid}/second-step-off", opt=MAY, status_code=200)
async def second_step_off(
    people: NamedDependency[People], request: StaffRequest, member_id: FromPath[UUID]
) -> Response[Any]:
    work = people.members.drop_second_step(request.user, member_id=member_id, now=people.now())
    return await _settled(people, request, work, done="step")


@post(HERE + "/{member_id:uuid}/link", opt=MAY, status_code=200)
async def password_link(
    people: NamedDependency[People], request: StaffRequest, member_id: FromPath[UUID]
) -> Response[Any]:
    try:
        token = await people.password.link_for(request.user, member_id=member_id, now=people.now())
    except UnknownMember as error:
        raise Problem(404, kind="about:blank", detail="There is nobody of this address in your shop.") from error
    except Refused as error:
        return await show(people, request, status=409, refused=str(error))
    address = people.link(f"/sign-in/password/{token}")
    title = "A link for a new password"
    return await show(people, request, link={"title": title, "address": address, "sent": False, "trouble": "", "ends": "a day"})  # fmt: skip


MEMBER_ROUTES: Final[list[Any]] = [
    members, invite, invite_again, withdraw, set_role, switch_off, switch_on, sign_out, second_step_off, password_link,
]  # fmt: skip
