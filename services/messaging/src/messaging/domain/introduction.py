"""The first automated text to a homeowner names the shop and says how to stop (rule 11)."""

from typing import Final

from messaging.domain.templates import names_shop, plain_letters

HOW_TO_STOP: Final = "Reply STOP to opt out."


def says_who_and_how_to_stop(body: str, *, shop: str) -> bool:
    return names_shop(body, shop) and "STOP" in body


def introduced(body: str, *, shop: str) -> str:
    """The words with what a first text needs, wherever it is missing: they were written for a thread that had begun."""
    if not names_shop(body, shop):
        body = f"{plain_letters(shop)}: {body}"
    return body if "STOP" in body else f"{body.rstrip()} {HOW_TO_STOP}"
