"""A shop for measurements, and the callbacks of its calls as the carrier would sign and send them."""

import itertools
from urllib.parse import urlencode

from http_load import post
from twilio.request_validator import RequestValidator

ACCOUNT, SECRET, NUMBER = "AC" + "b" * 32, "bench-secret", "+13125550123"
_calls = itertools.count(1)


def shop_file(*, api: str) -> str:
    """The YAML that `capture apply` takes: live, texting at any hour, with the carrier at `api`."""
    days = ", ".join(f'{day}: ["00:00-24:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    return f"""
organization: bench
name: Bench Heating & Air
zone: America/Chicago
office_line: "+13125550100"
hours: {{{days}}}
automation: live
first_reply: {{window_hours: 24, after_hours: send, at_night: send}}
providers:
  - {{kind: twilio, account: {ACCOUNT}, secrets: ["{SECRET}"], keywords: provider, api: "{api}"}}
numbers:
  - {{number: "{NUMBER}", provider: twilio, mode: ring, answer: any, segments_per_second: 1000}}
"""


def caller(index: int) -> str:
    """A homeowner's number that no other index has: mobile-looking, in Chicago."""
    return f"+1312{2_000_000 + index:07d}"


class Callbacks:
    """Prepared, signed callbacks. `public` is the address the carrier signs, `host` the one it connects to."""

    def __init__(self, *, public: str, host: str) -> None:
        self._public, self._host, self._validator = public, host, RequestValidator(SECRET)

    def _post(self, path: str, form: dict[str, str]) -> bytes:
        signature = self._validator.compute_signature(self._public + path, form)
        return post(
            host=self._host, path=path, body=urlencode(form).encode(), headers={"x-twilio-signature": signature}
        )

    def _form(self, sid: str, number: str) -> dict[str, str]:
        return {
            "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": sid, "Called": NUMBER, "CalledCity": "CHICAGO",
            "CalledCountry": "US", "CalledState": "IL", "CalledZip": "60601", "Caller": number, "CallerCity": "CHICAGO",
            "CallerCountry": "US", "CallerState": "IL", "CallerZip": "60601", "Direction": "inbound", "From": number,
            "FromCity": "CHICAGO", "FromCountry": "US", "FromState": "IL", "FromZip": "60601", "To": NUMBER,
            "ToCity": "CHICAGO", "ToCountry": "US", "ToState": "IL", "ToZip": "60601",
        }  # fmt: skip

    def inbound(self, number: str) -> tuple[str, bytes]:
        """A new call; returns its id and the request."""
        sid = f"CA{next(_calls):032x}"
        return sid, self._post("/api/twilio/voice/inbound", self._form(sid, number) | {"CallStatus": "ringing"})

    def unanswered(self, sid: str, number: str) -> bytes:
        """The dialled shop line rang out: the call is missed."""
        form = self._form(sid, number) | {
            "CallStatus": "in-progress",
            "DialCallStatus": "no-answer",
            "DialCallSid": "CA" + sid[:1:-1],
        }
        return self._post("/api/twilio/voice/dial-complete", form)
