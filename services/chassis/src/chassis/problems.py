"""Errors as answers: RFC 9457 problem details for programs, a calm page for people; mapped here and nowhere else."""

import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException

from chassis.log import get_logger
from chassis.metrics import counter
from chassis.trouble import is_of_engines
from chassis.web.pages import page

TITLES: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed for this address",
    409: "It was changed meanwhile",
    412: "It was changed meanwhile",
    413: "Too large",
    415: "Not a form that is understood here",
    422: "Some values are not valid",
    429: "Too many requests",
    500: "Something broke here",
    503: "Not available right now",
}
DETAILS: Final[Mapping[int, str]] = {
    400: "Something in it is missing or not in the form that is expected.",
    403: "Somebody with more rights can do it, or give you the right.",
    404: "There is nothing at this address, or you may not see it.",
    405: "The Allow header lists the methods that this address takes.",
    413: "Send less at once.",
    500: "It was noted. Trying again may help; if not, tell support the reference.",
    503: "Calls are still answered. Please try again in a few seconds.",
}
RETRY_SECONDS: Final = "5"
INTERNAL, UNAVAILABLE = int(HTTPStatus.INTERNAL_SERVER_ERROR), int(HTTPStatus.SERVICE_UNAVAILABLE)

log = get_logger(__name__)
_unexpected: Final = counter("http_unexpected_errors", "Requests that ended in an error nobody foresaw", ("route",))
_unavailable: Final = counter("http_unavailable", "Requests refused because a store did not answer", ("route",))


class Problem(Exception):
    """An anticipated refusal. `kind` is a stable word, `detail` a sentence with a next step, `more` further members."""

    def __init__(
        self,
        status: int,
        *,
        kind: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.more = dict(headers or {}), dict(more or {})


def as_response(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Any exception as an answer. One that nobody foresaw is logged here, once, and counted."""
    match error:
        case Problem():
            problem = error
        case HTTPException() if error.status_code < INTERNAL:
            problem = _of_framework(error)
        case _ if is_of_engines(error):
            problem = _without_store(request, error)
        case _:
            problem = _unforeseen(request, error)
    return _answer(request, problem)


def _of_framework(error: HTTPException) -> Problem:
    status = error.status_code
    more = {"errors": _fields(error.extra)} if isinstance(error.extra, list) else {}
    detail = DETAILS.get(status, "It cannot be done this way.")
    return Problem(status, kind="about:blank", detail=detail, headers=error.headers, more=more)


def _fields(extra: Sequence[Any]) -> list[dict[str, str]]:
    """Which value is wrong and why; the value itself is not repeated."""
    known = (each for each in extra if isinstance(each, dict))
    return [{"field": str(each.get("key", "")), "message": str(each.get("message", ""))} for each in known]


def _without_store(request: Request[Any, Any, Any], error: Exception) -> Problem:
    route = _route(request)
    _unavailable.labels(route).inc()
    log.warning("request_without_store", route=route, error=type(error).__name__)
    detail, headers = DETAILS[UNAVAILABLE], {"retry-after": RETRY_SECONDS}
    return Problem(UNAVAILABLE, kind="about:blank", detail=detail, headers=headers)


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Problem:
    route, reference = _route(request), f"R-{secrets.token_hex(3).upper()}"
    _unexpected.labels(route).inc()
    log.error("request_failed", method=request.method, route=route, reference=reference, exc_info=error)
    return Problem(INTERNAL, kind="about:blank", detail=DETAILS[INTERNAL], more={"reference": reference})


def _answer(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    title = TITLES.get(problem.status, "Not possible")
    headers = {"cache-control": "no-store", **problem.headers}
    reference = problem.more.get("reference")
    if "hx-request" in request.headers:  # only the part that broke says so
        content = page("problem_part.html", title=title, detail=problem.detail, reference=reference)
        return Response(content, status_code=problem.status, media_type="text/html", headers=headers)
    if "text/html" in request.headers.get("accept", ""):
        content = page("problem.html", title=title, detail=problem.detail, reference=reference)
        return Response(content, status_code=problem.status, media_type="text/html", headers=headers)
    name = problem.kind if problem.kind == "about:blank" else f"/docs/problems/{problem.kind}"
    body = {"type": name, "title": title, "status": problem.status, "detail": problem.detail}
    body |= {"instance": request.scope["raw_path"].decode("latin-1"), **problem.more}
    return Response(body, status_code=problem.status, media_type="application/problem+json", headers=headers)


def _route(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("path_template") or "unmatched")
