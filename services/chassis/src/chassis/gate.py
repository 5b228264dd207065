"""The gate before every route: who is it, is the session still good, may the role, is the form from our own page."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Request
from litestar.enums import RequestEncodingType, ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from chassis.clock import Clock
from chassis.cookies import local_path, renew_address, session_cookie, sign_in_address
from chassis.metrics import counter
from chassis.people import ROLES, Permission, Person
from chassis.problems import Problem
from chassis.settings import Settings
from chassis.tokens import TokenError, read
from contracts.organizations import OrganizationChanged

CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FORMS: Final = frozenset({RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART})
ROLE_WORDS: Final = {"owner": "owners", "admin": "admins", "agent": "agents"}

Find = Callable[[UUID], OrganizationChanged | None]
IsLate = Callable[..., bool]
"""`is_late(organization_id, now=...)`: what is known of the shop may be old."""
YOUNG: Final = timedelta(seconds=20)
"""How long a token counts by itself while the snapshot that would revoke it may be on its way."""
_refused: Final = counter("gate_refusals", "Requests that the gate did not let through", ("reason",))


class Gate(ASGIMiddleware):
    """Every route declares `opt={"needs": Permission.X}` or `opt={"open": "why"}`; one with neither is refused.

    Behind it `request.user` is the Person and `request.auth` the organization's snapshot. `find` is
    `Organizations.get`, or the directory's twin in capture; `is_late` is `Organizations.is_late`, and nothing in capture,
    whose own database says who is in: while it is true, capture is asked again every `YOUNG`, by the way of an ended token.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, *, settings: Settings, find: Find, clock: Clock, is_late: IsLate | None = None) -> None:
        self._keys, self._find, self._clock, self._is_late = settings.keys, find, clock, is_late
        self._cookie = session_cookie(settings.public_url)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        opt: dict[str, Any] = scope["route_handler"].opt
        if "open" in opt or scope.get("method") == "OPTIONS":  # those are the framework's, and tell methods only
            await next_app(scope, receive, send)
            return
        needs = opt.get("needs")
        if not isinstance(needs, Permission):
            raise _no("undeclared", "This address has not said who may use it, so nobody may.")
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        signed = self._signed(request)
        if signed is not None and not self._counts(signed):
            _refused.labels("renewal").inc()
            await _redirect(send, renew_address(_here(scope)), status=307)  # the method and the form are kept
            return
        person = None if signed is None else self.present(signed)
        if person is None:
            _refused.labels("signed_out").inc()
            await _signed_out(request, send)
            return
        await self._admit(request, person, needs)
        await next_app(scope, receive, send)

    def present(self, person: Person) -> Person | None:
        """The person as the organization knows him now; None once the session or the member was revoked.

        Open streams ask again on each event. A member of whom nothing was heard yet is as the token says.
        """
        organization = self._find(person.organization_id)
        if organization is None:
            return person
        if person.session_id in organization.revoked_sessions:
            return None
        member = next((each for each in organization.members if each.member_id == person.member_id), None)
        if member is None:
            return person
        if not member.active or person.epoch < member.epoch:
            return None
        if (member.role, member.name) == (person.role, person.name):
            return person
        return msgspec.structs.replace(person, role=member.role, name=member.name)

    def still_in(self, person: Person) -> bool:
        """For open streams: whether the session is good and its token still counts."""
        return self._counts(person) and self.present(person) is not None

    def _counts(self, person: Person) -> bool:
        """Whether the token has not ended, nor grown old while nobody could have told us that it was revoked."""
        now = self._clock.now()
        if person.expires_at <= now:
            return False
        is_young = person.minted_at is not None and now - person.minted_at < YOUNG
        return is_young or self._is_late is None or not self._is_late(person.organization_id, now=now)

    async def _admit(self, request: Request[Any, Any, Any], person: Person, needs: Permission) -> None:
        organization = self._find(person.organization_id)
        if organization is None:
            _refused.labels("unheard").inc()
            detail = "Your shop is so new that this part has not heard of it. It will have in a few seconds."
            raise Problem(503, kind="organization-unheard", detail=detail, headers={"retry-after": "2"})
        if not person.may(needs):
            raise _no("role", _who_may(needs, organization))
        if request.method in CHANGING and not await _is_ours(request, person):
            raise _no("csrf", "This form is from another sign-in. Go back, reload the page and send it again.")
        request.scope["user"], request.scope["auth"] = person, organization
        request.state.now = self._clock.now()  # pages say what is past and what is to come

    def _signed(self, request: Request[Any, Any, Any]) -> Person | None:
        token = read_cookie(request.headers.get("cookie", ""), self._cookie)
        if token is None:
            return None
        try:
            return read(self._keys, token)
        except TokenError:
            return None


def read_cookie(header: str, name: str) -> str | None:
    """The cookie's value; None where there is none."""
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def is_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser will show the answer as a page."""
    return "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers


def _no(reason: str, detail: str) -> Problem:
    _refused.labels(reason).inc()
    return Problem(403, kind=f"refused-{reason}", detail=detail)


def _who_may(needs: Permission, organization: OrganizationChanged) -> str:
    """Names who can, since nobody else will."""
    roles = [role for role in ROLE_WORDS if role in ROLES[needs]]
    able = [each.name for each in organization.members if each.active and each.role in roles]
    who = " and ".join(ROLE_WORDS[role] for role in roles)
    return f"This is for {who}. {', '.join(able) or 'An owner'} can do it or change your role."


async def _is_ours(request: Request[Any, Any, Any], person: Person) -> bool:
    """The claim of the token, in a header or in the form; a form is read only where there is no header."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    given = request.headers.get("x-csrf-token")
    if given is None and request.content_type[0] in FORMS:
        given = (await request.form()).get("csrf")
    return isinstance(given, str) and hmac.compare_digest(given.encode(), person.csrf.encode())


def _here(scope: Any) -> str:
    query = scope["query_string"].decode("latin-1")
    return str(scope["raw_path"].decode("latin-1")) + (f"?{query}" if query else "")


async def _signed_out(request: Request[Any, Any, Any], send: Send) -> None:
    """Pages are led to the sign-in, fragments lead their page there, programs are told."""
    if is_page(request):
        wanted = _here(request.scope) if request.method in ("GET", "HEAD") else _before(request)
        await _redirect(send, sign_in_address(local_path(wanted)), status=303)
        return
    headers = {"www-authenticate": 'Cookie realm="CallSnare"'}
    if "hx-request" in request.headers:
        headers["hx-redirect"] = sign_in_address(local_path(urlsplit(request.headers.get("hx-current-url", "")).path))
    raise Problem(401, kind="signed-out", detail="The session has ended. Sign in again.", headers=headers)


def _before(request: Request[Any, Any, Any]) -> str:
    """The page that held the form."""
    return urlsplit(request.headers.get("referer", "")).path


async def _redirect(send: Send, location: str, *, status: int) -> None:
    headers = [(b"location", location.encode()), (b"cache-control", b"no-store"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
