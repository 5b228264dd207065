"""Serves an ASGI app with uvicorn; signals belong to the runner."""

import asyncio
import errno
import socket
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.log import get_logger
from chassis.trouble import CannotStartError

STOP_SECONDS: Final = 5
KEEP_ALIVE_SECONDS: Final = 150
"""Longer than the front door keeps an idle connection: it must never send into one that we are just closing."""
BACKLOG: Final = 2048
HEAD: Final = b"HTTP/1.1 "

log = get_logger(__name__)


class ListenError(CannotStartError, OSError):
    """The address cannot be listened on; the sentence says why."""


class HttpServer:
    """A component of the runner. `port` 0 takes a free one; `url` says which."""

    def __init__(self, app: Any, *, host: str, port: int) -> None:
        self._host, self._port = host, port
        config = uvicorn.Config(
            app, loop="none", http=_Http, lifespan="on", access_log=False, log_config=None, server_header=False, date_header=False,
            proxy_headers=False, timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=STOP_SECONDS, backlog=BACKLOG,
        )  # fmt: skip
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Returns once it listens. Raises ListenError with a sentence when it cannot."""
        listening = _listening(self._host, self._port)
        self._port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]), name="http")
        up = asyncio.create_task(self._server.up.wait())
        await asyncio.wait({self._task, up}, return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if not self._server.up.is_set():
            listening.close()
            await self._task
            raise ListenError("the app could not be started; the log says why")
        log.info("listening", url=self.url)

    async def stop(self) -> None:
        """Takes no more requests, answers those in hand for a while, then cuts them off."""
        self._server.should_exit = True
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task


class _JoinedWrites:
    """A transport that sends the head of an answer together with what follows in the same turn: one packet and one system
    call instead of two. A head that nothing follows, as of a stream that has nothing to tell yet, leaves in the next turn.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._head and data.startswith(HEAD):
            self._head = data
            self._loop.call_soon(self._send_head)
        else:
            head, self._head = self._head, b""
            self._transport.write(head + data)

    def close(self) -> None:
        self._send_head()
        self._transport.close()

    def _send_head(self) -> None:
        head, self._head = self._head, b""
        if head:
            self._transport.write(head)


class _Http(HttpToolsProtocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_JoinedWrites(transport, self.loop))  # type: ignore[arg-type]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except SystemExit:  # uvicorn's way of saying that the app could not start; it would tear the loop down
            self.should_exit = True
        else:
            self.up.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Signals belong to the runner."""
        return nullcontext()


def _listening(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's delay off only for sockets that say that they speak TCP; create_server's do not.
    listening = socket.socket(
        socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ListenError(f"{host}:{port} cannot be listened on: {_why(error)}") from error
    return listening


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program uses that port (CALLSNARE_HTTP names another)"
        case errno.EACCES:
            return "ports below 1024 need rights that this process does not have"
        case _:
            return error.strerror or str(error)
