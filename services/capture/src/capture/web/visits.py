"""Where a request comes from: the client's address, the device in words, the cookies of the sign-in."""

from typing import Any, Final

from litestar import Request

from capture.app.guesses import Visit
from capture.settings import Network, is_trusted
from chassis.cookies import cookie_name
from chassis.gate import read_cookie

BROWSERS: Final = (("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS: Final = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip
DEVICE, FORM, STEP = "callsnare_device", "callsnare_form", "callsnare_step"
LONGEST_TOKEN: Final = 100


def visit(request: Request[Any, Any, Any], *, public_url: str, proxies: tuple[Network, ...]) -> Visit:
    device = cookie(request, DEVICE, public_url=public_url)
    known = device if device and len(device) <= LONGEST_TOKEN else None
    return Visit(client_address(request, proxies), known, in_words(request.headers.get("user-agent", "")))


def cookie(request: Request[Any, Any, Any], name: str, *, public_url: str) -> str | None:
    return read_cookie(request.headers.get("cookie", ""), cookie_name(name, public_url=public_url))


def client_address(request: Request[Any, Any, Any], proxies: tuple[Network, ...]) -> str:
    """The sender's address; another's word for it counts only where it comes from a proxy of ours."""
    direct = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded if forwarded and is_trusted(direct, within=proxies) else direct


def in_words(agent: str) -> str:
    """`Chrome on Windows`: enough to know one's own device again."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "A browser")
    system = next((words for mark, words in SYSTEMS if mark in agent), None)
    return f"{browser} on {system}" if system else browser
