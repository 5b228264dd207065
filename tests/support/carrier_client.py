"""The stand-in carrier's control API, and a shop that uses it."""

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from running_stack import RunningStack
from twilio.request_validator import RequestValidator

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def until(check: Callable[[], Any], *, seconds: float = 40.0, what: str = "") -> Any:
    """The first true value; AssertionError when it does not come in time. What is long to check is asked less often."""
    deadline = time.monotonic() + seconds
    while (begun := time.monotonic()) < deadline:
        found = check()
        if found:
            return found
        time.sleep(max(0.05, (time.monotonic() - begun) / 2))
    raise AssertionError(f"not within {seconds} s: {what or check}")


@dataclass
class Carrier:
    """`base` is the carrier's own address."""

    base: str

    def post(self, action: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.base}/_control/{action}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def get(self, action: str, **query: str) -> Any:
        with urllib.request.urlopen(f"{self.base}/_control/{action}?{urlencode(query)}", timeout=20) as answer:
            return json.load(answer)

    def sent_to(self, number: str) -> list[dict[str, Any]]:
        """Texts that our software handed over for this number."""
        return [each for each in self.get("messages", to=number) if each["direction"] == "outbound-api"]


@dataclass
class Shop:
    """An organization of its own, with its own account and line at the carrier."""

    stack: RunningStack
    slug: str
    line: str
    account: str = field(default_factory=lambda: "AC" + secrets.token_hex(16))
    secret: str = field(default_factory=lambda: secrets.token_hex(8))
    keywords: str = "provider"

    def __post_init__(self) -> None:
        self.stack.secrets.append(self.secret)

    @property
    def carrier(self) -> Carrier:
        return Carrier(self.stack.connections["carrier"])

    def open(self, folder: Path, **changes: Any) -> "Shop":
        """Registers the line at the carrier and applies the shop's file."""
        self.carrier.post(
            "accounts",
            account=self.account,
            secret=self.secret,
            numbers=[{"number": self.line, "keywords": self.keywords}],
        )
        shop = {
            "organization": self.slug, "name": f"{self.slug.title()} Heating", "zone": "America/Chicago", "office_line": "+13125550100", "automation": "live",
            "hours": {day: ["00:00-24:00"] for day in DAYS}, "first_reply": {"window_hours": 24, "after_hours": "send", "at_night": "send"},
            "providers": [{"kind": "twilio", "account": self.account, "secrets": [self.secret], "keywords": self.keywords, "api": self.carrier.base}],
            "numbers": [{"number": self.line, "provider": "twilio", "mode": "ring", "answer": "any", "segments_per_second": 1000}],
        } | changes  # fmt: skip
        path = folder / f"{self.slug}.yaml"
        path.write_text(json.dumps(shop))
        self.stack.run("capture", "apply", str(path))
        self.carrier.post("reset")
        time_to_hear = lambda: (
            self.stack.run("messaging", "leads", "--organization", self.slug, check=False).returncode == 0
        )
        until(time_to_hear, what="messaging hears of the shop")
        return self

    def ring(self, number: str, **plan: Any) -> str:
        plan = {"ring_seconds": 0.05} | plan
        return str(self.carrier.post("ring", from_number=number, to_number=self.line, **plan)["sid"])

    def write(self, number: str, body: str) -> str:
        return str(self.carrier.post("text", from_number=number, to_number=self.line, body=body)["sid"])

    def calls(self) -> list[dict[str, Any]]:
        return self.stack.lines("capture", "calls", "--organization", self.slug)

    def leads(self, number: str | None = None) -> list[dict[str, Any]]:
        return [
            lead
            for lead in self.stack.lines("messaging", "leads", "--organization", self.slug)
            if number in (None, lead["homeowner_number"])
        ]

    def thread(self, number: str) -> list[dict[str, Any]]:
        return self.stack.lines("messaging", "thread", self.leads(number)[0]["id"]) if self.leads(number) else []

    def texts(self, number: str, **wanted: Any) -> list[dict[str, Any]]:
        """Texts of ours in the homeowner's thread whose fields are as wanted."""
        return [
            item
            for item in self.thread(number)
            if item["kind"] == "text_out" and all(item[name] == value for name, value in wanted.items())
        ]

    def callback(self, path: str, form: dict[str, str], *, secret: str | None = None, query: str = "") -> int:
        """Posts one signed callback to the front door; the status of its answer."""
        public = self.stack.connections["public_url"]
        address = public + path + (f"?{query}" if query else "")
        signature = RequestValidator(self.secret if secret is None else secret).compute_signature(address, form)
        return post(
            self.stack.front_door + path + (f"?{query}" if query else ""),
            urlencode(form).encode(),
            {"X-Twilio-Signature": signature},
        )


def post(address: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    request = urllib.request.Request(
        address, body, {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def get(address: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return int(answer.status), json.load(answer)
    except urllib.error.HTTPError as error:
        return int(error.code), json.load(error)
