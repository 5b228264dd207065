"""What every answer of a service has in common: security headers, one line in the log, one measurement."""

import time
from typing import Any, Final

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from chassis.log import get_logger
from chassis.metrics import histogram
from chassis.telemetry import span

CONTENT_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
UNHEARD: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds by machines: their lines are only for those who debug."""

log = get_logger(__name__)
_requests: Final = histogram("http_seconds", "Seconds per request", ("method", "route", "status"))
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Answering(Litestar):
    """Litestar, framed: its middleware does not see what has no route, and a 404 needs headers as well."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def framed(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_security(message["headers"])
            await send(message)

        try:
            await super().__call__(scope, receive, framed)
        finally:
            _told(scope, status, time.perf_counter() - begun)


class Traced(ASGIMiddleware):
    """One span per request, under the caller's where it names one; named by the route, never by the path."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        with span(f"{scope.get('method')} {_route(scope)}", parents=[parent]):
            await next_app(scope, receive, send)


def _with_security(headers: Any) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in headers}
    return [*headers, *(each for each in SECURITY_HEADERS if each[0] not in present)]


def _told(scope: Any, status: int, seconds: float) -> None:
    """Neither path nor query: an address may be a secret, and each lead would be a time series of its own."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    route = _route(scope)
    _requests.labels(method, route, str(status)).observe(seconds)
    tell = log.debug if route in UNHEARD else log.info
    tell("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1))


def _route(scope: Any) -> str:
    return str(scope.get("path_template") or "unmatched")
