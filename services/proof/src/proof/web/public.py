"""Documents for everybody; none of them holds data of a shop or a homeowner."""

from typing import Any, Final

from litestar import MediaType, Response, get

from contracts.asyncapi import document

PUBLIC: Final = {"open": "a document without data of a shop or a homeowner"}


@get("/asyncapi.json", sync_to_thread=False, opt=PUBLIC)
def asyncapi() -> Response[dict[str, Any]]:
    """The events and topics, as AsyncAPI 3."""
    return Response(document(), media_type=MediaType.JSON)


@get("/robots.txt", media_type=MediaType.TEXT, sync_to_thread=False, opt=PUBLIC)
def robots() -> str:
    """Nothing here is for search engines but the documents."""
    return "User-agent: *\nAllow: /asyncapi.json\nDisallow: /\n"


def public_routes() -> list[Any]:
    return [asyncapi, robots]
