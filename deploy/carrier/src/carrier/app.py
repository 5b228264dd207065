"""Which request goes where."""

from importlib import resources
from typing import Any, Final

import msgspec

from carrier.asgi import Reply, Request, Vanish, as_json, read, write
from carrier.callbacks import Callbacks
from carrier.calls import Calls
from carrier.control import Control
from carrier.outgoing import Outgoing
from carrier.rest import Rest
from carrier.settings import Settings
from carrier.texts import Texts
from carrier.world import World, follow
from chassis.clock import system_clock
from chassis.http import SECURITY_HEADERS
from chassis.log import get_logger

KINDS: Final = {
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "woff2": b"font/woff2",
    "svg": b"image/svg+xml",
}
NOTHING_HERE: Final = as_json({"error": "nothing is here"}, 404)

log = get_logger(__name__)


class App:
    """The carrier as an ASGI application."""

    def __init__(self, settings: Settings) -> None:
        follow(system_clock(settings.clock_file))
        self.world = World(public_base=settings.public_base)
        for account in settings.accounts:
            self.world.register(account)
        self.callbacks = Callbacks(self.world)
        texts, calls = Texts(self.world, self.callbacks), Calls(self.world, self.callbacks)
        self._rest, self._control = (
            Rest(self.world, texts, Outgoing(self.world, self.callbacks)),
            Control(self.world, self.callbacks, calls, texts),
        )
        self._instance = settings.instance

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        request = await read(scope, receive)
        try:
            reply = await self._answer(request)
        except Vanish:  # an answer that breaks off is a connection that was lost
            await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"1000")]})
            return
        except (ValueError, msgspec.DecodeError) as error:
            reply = as_json({"error": str(error)}, 400)
        except Exception:
            log.exception("request_failed", path=request.path)
            reply = as_json({"error": "something broke here"}, 500)
        await write(send, receive, reply)

    async def _answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/2010-04-01/"):
            return await self._rest(request)
        if path.startswith("/_control/"):
            return await self._control(request, path.removeprefix("/_control/"))
        if path.startswith("/phone"):
            return await self._phone(request, path.removeprefix("/phone").rstrip("/"))
        if path == "/health/ready":
            return as_json({"status": "ok", "instance": self._instance})
        return _page() if path == "/" else NOTHING_HERE

    async def _phone(self, request: Request, path: str) -> Reply:
        if path == "":
            return _page()
        if path.startswith("/static/"):
            return _file(path.removeprefix("/static/"))
        if not path.startswith("/api/"):
            return NOTHING_HERE
        if not _from_the_page(request):
            return as_json({"error": "only the page itself asks here"}, 403)
        return await self._control(request, path.removeprefix("/api/"))

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        await self.callbacks.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.callbacks.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _from_the_page(request: Request) -> bool:
    """Another site's page cannot send JSON here without asking first, and we never agree."""
    return request.method == "GET" or request.headers.get("content-type", "").startswith("application/json")


def _page() -> Reply:
    page = resources.files("carrier").joinpath("page", "phone.html").read_bytes()
    return Reply(200, page, b"text/html; charset=utf-8", SECURITY_HEADERS)


def _file(name: str) -> Reply:
    """The page's own files, else the style sheet and font that all pages share."""
    kind = KINDS.get(name.rpartition(".")[2])
    if kind is None or ".." in name:
        return NOTHING_HERE
    for place in (resources.files("carrier").joinpath("page"), resources.files("chassis").joinpath("web", "static")):
        found = place.joinpath(*name.split("/"))
        if found.is_file():
            return Reply(200, found.read_bytes(), kind, ((b"cache-control", b"max-age=300"), *SECURITY_HEADERS))
    return NOTHING_HERE
