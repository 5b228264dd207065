"""Photos and voicemails of a thread, and photos of ours for the carrier that fetches them."""

from typing import Final
from uuid import UUID

import asyncpg
from litestar import Controller, Response, get
from litestar.params import FromPath

from messaging.app.photo_address import opened
from messaging.domain.media import SAFE_TYPES, byte_range
from messaging.store import media
from messaging.web.desk import Asked, desk_of, not_here
from messaging.web.inbox import INBOX

HARMLESS: Final = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "accept-ranges": "bytes",
}
FOR_GOOD: Final = "private, max-age=31536000, immutable"


class MediaPages(Controller):
    @get("/leads/{lead_id:uuid}/media/{media_id:uuid}", opt=INBOX)
    async def show(self, request: Asked, lead_id: FromPath[UUID], media_id: FromPath[UUID]) -> Response[bytes]:
        async with desk_of(request).database.web(request.user.organization_id) as transaction:
            found = await media.content(transaction, media_id=media_id, lead_id=lead_id)
        return _served(found, request.headers.get("range"), {"cache-control": FOR_GOOD})

    @get(
        "/leads/photos/{media_id:uuid}/{ticket:str}",
        opt={"open": "a carrier fetches a photo by an address that expires"},
    )
    async def fetch(self, request: Asked, media_id: FromPath[UUID], ticket: FromPath[str]) -> Response[bytes]:
        desk = desk_of(request)
        if not opened(ticket, media_id=media_id, key=desk.keys.id_key, now=desk.clock.now()):
            raise not_here()
        async with desk.database.work() as transaction:
            found = await media.content(transaction, media_id=media_id)
        return _served(found, None, {"cache-control": "private, no-store"})


def _served(found: asyncpg.Record | None, asked: str | None, headers: dict[str, str]) -> Response[bytes]:
    """Only what we made ourselves or looked into, under a type of ours."""
    if found is None or found["content_type"] not in SAFE_TYPES:
        raise not_here()
    content, kind = found["content"], found["content_type"]
    name = f"{found['kind']}.{kind.rpartition('/')[2]}"
    headers = {**HARMLESS, "content-disposition": f'inline; filename="{name}"', **headers}
    span = byte_range(asked, len(content))
    if span is None:
        return Response(content, media_type=kind, headers=headers)
    first, last = span
    headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], status_code=206, media_type=kind, headers=headers)
