"""What the pages of sign-in, members and one's own account stand on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from capture.app import tickets
from capture.app.change_email import ChangeEmail
from capture.app.change_people import ChangePeople
from capture.app.end_sessions import EndSessions
from capture.app.guesses import Guesses, Visit
from capture.app.hashing import Passwords
from capture.app.invite_member import InviteMember
from capture.app.manage_members import ManageMembers
from capture.app.my_account import MyAccount
from capture.app.read_people import ReadPeople
from capture.app.renew_session import RenewSession
from capture.app.set_password import SetPassword
from capture.app.sign_in import SignIn
from capture.app.start_session import Started
from capture.settings import CaptureSettings, networks
from capture.web.visits import DEVICE, FORM, STEP, cookie, visit
from chassis.clock import Clock
from chassis.cookies import SESSION, made_cookie
from chassis.database import Database
from chassis.mail import Mailer
from chassis.people import Person
from chassis.settings import Settings
from contracts.organizations import OrganizationChanged

StaffRequest: TypeAlias = Request[Person, OrganizationChanged, Any]
AnyRequest: TypeAlias = Request[Any, Any, Any]
DEVICE_SECONDS: Final = 400 * 86400
STEP_SECONDS: Final = 300
NOT_STORED: Final = {"cache-control": "no-store"}
PURPOSE: Final = "form of the sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    sign_in: SignIn
    renew: RenewSession
    end: EndSessions
    members: ManageMembers
    invite: InviteMember
    password: SetPassword
    account: MyAccount
    email: ChangeEmail
    read: ReadPeople
    mailer: Mailer
    clock: Clock
    settings: Settings
    own: CaptureSettings

    def now(self) -> datetime:
        return self.clock.now()

    def visit(self, request: AnyRequest) -> Visit:
        return visit(request, public_url=self.settings.public_url, proxies=networks(self.own))

    def session_token(self, request: AnyRequest) -> str | None:
        return cookie(request, SESSION, public_url=self.settings.public_url)

    def link(self, path: str) -> str:
        return self.settings.public_url + path

    def cookie(self, name: str, value: str, seconds: int) -> Cookie:
        return made_cookie(name, value, public_url=self.settings.public_url, seconds=seconds)

    def let_in(self, started: Started, wanted: str) -> Response[Any]:
        """The session's cookie, the device's, and on to where somebody wanted to go."""
        return Redirect(
            wanted,
            status_code=303,
            headers=NOT_STORED,
            cookies=[
                self.cookie(SESSION, started.token, started.seconds),
                self.cookie(DEVICE, started.device, DEVICE_SECONDS),
                self.cookie(STEP, "", 0),
            ],
        )

    def form_page(
        self, request: AnyRequest, template: str, *, status: int = 200, again_seconds: int | None = None, **values: Any
    ) -> Template:
        """A page with a form for who is not signed in: the field `csrf` fits a cookie of this browser alone.

        `again_seconds`: after how many it is worth another try.
        """
        held = cookie(request, FORM, public_url=self.settings.public_url) or tickets.new_token()
        csrf = tickets.mac(self.settings.keys, purpose=PURPOSE, text=held)
        return Template(
            template_name=template,
            context={"csrf": csrf, "mails": self.mailer.configured, **values},
            status_code=status,
            headers={**NOT_STORED, **({} if again_seconds is None else {"retry-after": str(again_seconds)})},
            cookies=[self.cookie(FORM, held, DEVICE_SECONDS)],
        )

    def is_ours(self, request: AnyRequest, csrf: str) -> bool:
        """Whether a form was shown in this very browser."""
        held = cookie(request, FORM, public_url=self.settings.public_url)
        if held is None or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        return tickets.same(tickets.mac(self.settings.keys, purpose=PURPOSE, text=held), csrf)


def make_people(
    *,
    database: Database,
    settings: Settings,
    own: CaptureSettings,
    clock: Clock,
    refresh: Callable[[], Awaitable[object]],
) -> People:
    keys, hashing = settings.keys, Passwords(memory_kib=own.password_memory_kib, rounds=own.password_rounds)
    change = ChangePeople(database=database, keys=keys, refresh=refresh)
    guesses = Guesses(database=database, keys=keys)
    return People(
        sign_in=SignIn(database=database, keys=keys, passwords=hashing, guesses=guesses),
        renew=RenewSession(database=database, keys=keys),
        end=EndSessions(change=change),
        members=ManageMembers(change=change),
        invite=InviteMember(change=change, passwords=hashing),
        password=SetPassword(change=change, passwords=hashing, guesses=guesses),
        account=MyAccount(change=change),
        email=ChangeEmail(change=change),
        read=ReadPeople(database=database),
        mailer=Mailer(settings),
        clock=clock,
        settings=settings,
        own=own,
    )


async def form(request: AnyRequest) -> dict[str, str]:
    """The fields of a form; files are none of it."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def moment(at: datetime, zone: str, *, now: datetime) -> str:
    """`9:41 AM` today, `Mon, 5:12 PM` within a week, else `Nov 4`; in the shop's zone."""
    there, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    clock = f"{there.hour % 12 or 12}:{there:%M} {there:%p}"
    days = abs((there.date() - today).days)
    if days == 0:
        return clock
    return f"{there:%a}, {clock}" if days < 7 else f"{there:%b} {there.day}"  # noqa: PLR2004 -- a week
