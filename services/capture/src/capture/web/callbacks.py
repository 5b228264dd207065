"""The carriers' routes as bare ASGI: the framework's own parsing would cost more than it gives here."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from capture.app import call_answers
from capture.app.accept_callback import AcceptCallback
from capture.app.keep_refused import KeepRefused
from capture.app.requests import KINDS, ROUTES, Accepted, Refusal, Request
from capture.app.store_callbacks import StoreCallbacks
from capture.settings import LARGEST_BODY, CaptureSettings, is_trusted, networks
from chassis.database import INFRASTRUCTURE
from chassis.http import SECURITY_HEADERS
from chassis.log import get_logger
from chassis.metrics import counter
from chassis.problems import TITLES
from chassis.telemetry import span

Headers = tuple[tuple[bytes, bytes], ...]
TWIML: Final[Headers] = ((b"content-type", b"text/xml; charset=utf-8"), (b"x-content-type-options", b"nosniff"))
"""Read by carriers alone: what else tells browsers what a page may do would be bytes for nobody."""
PROBLEM: Final[Headers] = ((b"content-type", b"application/problem+json"), *SECURITY_HEADERS)
LATER: Final = (b"retry-after", b"5")

log = get_logger(__name__)
_answered: Final = counter("callbacks_answered", "Callbacks by route and status", ("kind", "status"))


class Callbacks:
    """Answers after one commit.

    `on_gap` is told when something could not be stored, so that the provider is asked for it later: a call is then
    answered from memory all the same, everything else with 503.
    """

    def __init__(
        self,
        *,
        accept: AcceptCallback,
        store: StoreCallbacks,
        refused: KeepRefused,
        public_url: str,
        settings: CaptureSettings,
        on_gap: Callable[[], None],
    ) -> None:
        self._accept, self._store, self._refused = accept, store, refused
        self._public, self._on_gap = public_url, on_gap
        self._proxies = networks(settings)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if path not in KINDS:
            await _problem(send, path, 404)
        elif scope["method"] != "POST":
            await _problem(send, path, 405, ((b"allow", b"POST"),))
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            with span("callback", parents=[headers.get("traceparent")]):
                await self._take(scope, path, headers, receive, send)

    async def _take(self, scope: Any, path: str, headers: dict[str, str], receive: Any, send: Any) -> None:
        request = Request(
            path=path, query=scope["query_string"].decode("latin-1"), headers=headers, body=await _body(receive, headers), peer=self._peer(scope, headers)
        )  # fmt: skip
        kind, status = KINDS[path], 200
        try:
            accepted = await self._accept(request)
            await self._stored(accepted)
        except Refusal as refusal:
            status = refusal.status
            await self._refuse(send, request, refusal)
        except INFRASTRUCTURE as error:
            status = 503
            log.warning("callback_not_stored", kind=kind, error=type(error).__name__)
            self._on_gap()
            await _problem(send, path, status, (LATER,))
        except Exception:
            status = 500
            log.exception("callback_failed", kind=kind)
            await _problem(send, path, status)
        else:
            await _respond(send, status, self._answer(accepted), TWIML)
        _answered.labels(kind, str(status)).inc()

    async def _stored(self, accepted: Accepted) -> None:
        if accepted.callback is None:
            return
        try:
            await self._store.store(accepted.callback)
        except INFRASTRUCTURE as error:
            if not _from_memory(accepted):
                raise
            log.warning("call_answered_from_memory", kind=accepted.kind, error=type(error).__name__)
            self._on_gap()

    def _answer(self, accepted: Accepted) -> bytes:
        organization, number = accepted.line.organization, accepted.line.number
        match accepted.kind:
            case "inbound":
                return call_answers.inbound(organization=organization, number=number, public_url=self._public)
            case "dial-complete":
                return call_answers.dial_complete(
                    organization=organization, number=number, form=accepted.form, public_url=self._public
                )
            case "whisper":
                return call_answers.whisper(number=number, public_url=self._public)
            case "accept":
                return call_answers.accept(form=accepted.form)
            case "recording":
                return call_answers.HANG_UP
            case _:
                return call_answers.NOTHING

    async def _refuse(self, send: Any, request: Request, refusal: Refusal) -> None:
        log.warning("callback_refused", kind=KINDS[request.path], reason=refusal.reason, status=refusal.status)
        self._refused.note(request, refusal)
        extra = ((b"retry-after", str(refusal.retry_after).encode()),) if refusal.retry_after else ()
        await _problem(send, request.path, refusal.status, extra)

    def _peer(self, scope: Any, headers: dict[str, str]) -> str:
        """The sender's address; another's word for it counts only where it comes from a proxy of ours."""
        direct = str((scope.get("client") or ("",))[0])
        forwarded = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return forwarded if forwarded and is_trusted(direct, within=self._proxies) else direct


class Front:
    """Callbacks go straight to their handler, everything else to the framework."""

    def __init__(self, callbacks: Callbacks, *, rest: Any) -> None:
        self._callbacks, self._rest = callbacks, rest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(ROUTES):
            await self._callbacks(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def _from_memory(accepted: Accepted) -> bool:
    """A caller who waits is answered whatever happens; the report that a recording is ready can come again."""
    if accepted.kind == "recording":
        return "RecordingStatus" not in accepted.form
    return accepted.kind in ("inbound", "dial-complete", "accept")


async def _body(receive: Any, headers: dict[str, str]) -> bytes | None:
    """None when it is larger than allowed; what is too large is not read to its end."""
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
        if not message.get("more_body"):  # the end, or the sender is gone
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _problem(send: Any, path: str, status: int, extra: Headers = ()) -> None:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "instance": path}
    await _respond(send, status, msgspec.json.encode(body), (*PROBLEM, *extra))


async def _respond(send: Any, status: int, body: bytes, headers: Headers) -> None:
    every = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": every})
    await send({"type": "http.response.body", "body": body})
