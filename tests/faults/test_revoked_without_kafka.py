"""Kafka is away, and somebody is switched off: he is out at capture at once, everywhere else within seconds; the others stay in."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from carrier_client import Shop, get, until
from running_stack import RunningStack

PASSWORD = "correct horse battery staple"
A_WHILE = 25.0
"""Longer than a token counts by itself while nothing is heard of capture, and much shorter than it lives."""


class Visitor:
    """A browser without scripts: follows what it is told and keeps cookies."""

    def __init__(self, stack: RunningStack) -> None:
        self._base = stack.front_door.replace("127.0.0.1", "localhost")
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def open(self, path: str, **form: str) -> tuple[str, str]:
        """Where it led to, and what stands there."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(self._base + path, data, {"accept": "text/html"})
        with self._opener.open(request, timeout=20) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def press(self, page: str, path: str, **form: str) -> str:
        csrf = re.search(r'name="csrf" value="([^"]+)"', self.open(page)[1])
        assert csrf
        return self.open(path, csrf=csrf[1], **form)[0]

    def sign_in(self, email: str) -> "Visitor":
        self.press("/sign-in", "/sign-in", email=email, password=PASSWORD)
        return self


def test_whoever_is_switched_off_while_kafka_is_away_is_out_within_seconds(
    stack: RunningStack, clock: Any, shop: Shop, tmp_path: Path
) -> None:
    roles = {"nora": "owner", "jess": "agent", "sam": "agent"}
    emails = {name: f"{name}@{shop.slug}.example" for name in roles}
    shop.open(tmp_path, members=[{"email": emails[name], "name": name.title(), "role": role, "password": PASSWORD} for name, role in roles.items()])  # fmt: skip
    nora, jess, sam = (Visitor(stack).sign_in(emails[name]) for name in roles)
    until(lambda: all(each.open("/inbox")[0] == "/inbox" for each in (jess, sam)), what="the inbox is open")
    with stack.hold_down("kafka"):
        until(lambda: get(stack.front_door + "/health/ready")[1]["status"] == "degraded", what="Kafka is away")
        off = re.search(r"/settings/members/[0-9a-f-]+/off", _row(nora.open("/settings/members")[1], "Jess"))
        assert off
        nora.press("/settings/members", off[0])
        assert jess.open("/settings/account")[0] == "/sign-in", "capture asks its own database"
        clock.advance(A_WHILE)
        assert jess.open("/inbox")[0] == "/sign-in", "messaging sends whom it cannot be sure of by way of capture"
        assert sam.open("/inbox")[0] == "/inbox", "and whoever is still in goes on"
    until(lambda: sam.open("/inbox")[0] == "/inbox", what="the inbox is open afterwards")


def _row(page: str, name: str) -> str:
    return next(row for row in page.split("<tr") if name in row)
