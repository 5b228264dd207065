"""The one cookie of a session, and addresses that may be led to."""

import ipaddress
from typing import Final
from urllib.parse import quote, urlsplit

from litestar.datastructures import Cookie

SESSION: Final = "callsnare"
SIGN_IN: Final = "/sign-in"
RENEW: Final = "/session/renew"
LONGEST_ADDRESS: Final = 2000


def is_secure(public_url: str) -> bool:
    """Cookies travel over HTTPS alone, save on a machine that talks to itself."""
    host = urlsplit(public_url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return not (host == "localhost" or host.endswith(".localhost"))


def cookie_name(name: str, *, public_url: str) -> str:
    """With the prefix that keeps neighbours' hosts from planting one, wherever browsers allow it (RFC 6265bis)."""
    return f"__Host-{name}" if is_secure(public_url) else name


def session_cookie(public_url: str) -> str:
    """The name of the session's cookie."""
    return cookie_name(SESSION, public_url=public_url)


def made_cookie(name: str, value: str, *, public_url: str, seconds: int) -> Cookie:
    """Under its plain name, for a response; 0 seconds take the cookie away."""
    return Cookie(
        key=cookie_name(name, public_url=public_url), value=value, path="/", max_age=seconds, httponly=True, samesite="lax",
        secure=is_secure(public_url),
    )  # fmt: skip


def local_path(text: str | None, *, otherwise: str = "/") -> str:
    """A path of this very site, with its query; anything that could lead elsewhere becomes `otherwise`."""
    if not text or len(text) > LONGEST_ADDRESS or not text.startswith("/"):
        return otherwise
    if text.startswith(("//", "/\\")) or any(character < " " or character in '\\"<>\x7f' for character in text):
        return otherwise
    return text


def sign_in_address(wanted: str) -> str:
    """Where to sign in, to be led on to `wanted` afterwards."""
    return SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='/')}"


def renew_address(wanted: str) -> str:
    """Where a token is renewed, to go on with `wanted` afterwards: method and form are kept."""
    return f"{RENEW}?next={quote(wanted, safe='/')}"
