"""`/static`: few and small files, kept in memory, cached for good under an address that names their content."""

import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from litestar import asgi
from litestar.exceptions import MethodNotAllowedException, NotFoundException

FOLDER: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static"
FOR_GOOD: Final = b"public, max-age=31536000, immutable"
A_WHILE: Final = b"public, max-age=3600"
TYPES: Final = {".woff2": "font/woff2", ".js": "text/javascript", ".svg": "image/svg+xml"}


class StaticFile(NamedTuple):
    """`version` is the beginning of the content's SHA-256."""

    content: bytes
    version: str
    kind: bytes


@cache
def files() -> Mapping[str, StaticFile]:
    """By their path below the folder, as `fonts/name.woff2`."""
    found = (path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): _read(path) for path in found}


def static_url(name: str) -> str:
    """For templates: an address that changes with the content. Raises KeyError for a file that is not there."""
    return f"{PREFIX}/{name}?v={files()[name].version}"


@asgi(PREFIX, is_mount=True, copy_scope=False, opt={"open": "the style sheet and scripts of every page"})
async def serve_static(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 -- the shape of ASGI
    scope["path_template"] = PREFIX  # Litestar leaves it empty for what is mounted
    if scope["method"] not in ("GET", "HEAD"):
        raise MethodNotAllowedException(headers={"allow": "GET, HEAD"})
    file = files().get(scope["path"].strip("/"))
    if file is None:
        raise NotFoundException
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("v")
    etag = f'"{file.version}"'.encode()
    headers = [(b"etag", etag), (b"cache-control", FOR_GOOD if asked == [file.version] else A_WHILE)]
    known = dict(scope["headers"]).get(b"if-none-match", b"")
    if etag in [each.strip().removeprefix(b"W/") for each in known.split(b",")]:
        await _send(send, 304, headers, b"")
        return
    headers += [(b"content-type", file.kind), (b"content-length", str(len(file.content)).encode())]
    await _send(send, 200, headers, file.content if scope["method"] == "GET" else b"")


async def _send(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return StaticFile(content, hashlib.sha256(content).hexdigest()[:16], kind.encode())
