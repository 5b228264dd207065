"""A carrier's request, what becomes of it, and what of it names the call or text and the shop's number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from capture.app.directory import Line
from capture.store.callbacks import Callback

SUBJECT: Final = re.compile(r"^(CA|SM|MM)[0-9a-zA-Z]{1,64}$")
ROUTES: Final = "/api/twilio/"
INBOUND: Final = "inbound"
VOICE: Final = frozenset({INBOUND, "dial-complete", "accept", "whisper", "recording", "status"})
SMS_INBOUND, SMS_STATUS = "sms-inbound", "sms-status"
KINDS: Final = {
    **{f"{ROUTES}voice/{kind}": kind for kind in sorted(VOICE)},
    f"{ROUTES}sms/inbound": SMS_INBOUND,
    f"{ROUTES}sms/status": SMS_STATUS,
}
KEPT_HEADERS: Final = (
    "content-type", "i-twilio-idempotency-token", "x-twilio-signature", "x-twilio-webhooks-signature-settings", "user-agent",
)  # fmt: skip
LONGEST_HEADER: Final = 500


class Refusal(Exception):
    """Answered with `status`. `stranger`: nobody's secret verified it; `keep_body`: an account's secret did."""

    def __init__(
        self, status: int, reason: str, *, stranger: bool = True, keep_body: bool = False, retry_after: int = 0
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.retry_after = status, reason, retry_after
        self.stranger, self.keep_body = stranger, keep_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One callback as it came. Header names are lower case; the body is None when it was too large to be read."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes | None
    peer: str

    @property
    def address(self) -> str:
        """What follows the host."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def kept_headers(self) -> dict[str, str]:
        return {name: self.headers[name][:LONGEST_HEADER] for name in KEPT_HEADERS if name in self.headers}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A genuine callback: what to store (None: nothing), and of which line."""

    kind: str
    line: Line
    form: dict[str, str]
    callback: Callback | None


def subject(kind: str, form: Mapping[str, str]) -> str:
    """The provider's id of the caller's call or of the text. Raises Refusal."""
    if kind in VOICE:
        names: tuple[str, ...] = ("ParentCallSid", "CallSid") if kind in ("accept", "whisper") else ("CallSid",)
    else:
        names = ("MessageSid", "SmsSid", "SmsMessageSid")
    found = next((form[name] for name in names if form.get(name)), "")
    if not SUBJECT.match(found):
        raise Refusal(400, "malformed")
    return found


def own_number(kind: str, form: Mapping[str, str], query: str) -> str:
    """Which of the numbers is the shop's. What Twilio sends without one has it in the address that we handed out."""
    if kind in ("accept", "whisper"):
        return of_query(query, "number")
    if kind == SMS_STATUS:
        return form.get("From", "")
    return form.get("To") or form.get("Called") or of_query(query, "number")


def status(form: Mapping[str, str]) -> str:
    """What makes two callbacks of one kind about one call or text different."""
    names = ("DialCallStatus", "MessageStatus", "SmsStatus", "RecordingSid", "RecordingStatus", "CallStatus", "Digits")
    return "/".join(form.get(name, "") for name in names)


def effect(kind: str, form: Mapping[str, str]) -> str:
    """What may happen only once to a text, whatever key the callback came with; calls keep their own account."""
    if kind == SMS_INBOUND:
        return "received"
    return f"state {form.get('MessageStatus') or form.get('SmsStatus')}" if kind == SMS_STATUS else ""


def of_query(query: str, name: str) -> str:
    return parse_qs(query).get(name, [""])[0] if query else ""
