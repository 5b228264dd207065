"""Twilio's Messages resource."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, TypeVar

import aiohttp
import msgspec

from messaging.domain.delivery import storable
from messaging.gateway.carrier import Answer, AnswerLost, CarrierText, Fate, NeverSent, Outgoing, Refused, Taken

PROVIDER: Final = "twilio"
REAL: Final = "https://api.twilio.com"
SECONDS: Final = aiohttp.ClientTimeout(total=15, connect=5)
PAGE: Final = 100
OK, CREATED, FIRST_REFUSAL, TOO_MANY, FIRST_BREAKDOWN = 200, 201, 400, 429, 500
LONGEST_DELAY: Final = timedelta(days=365)
STATES: Final[dict[str, Literal["queued", "sending", "sent", "delivered", "undelivered", "failed"]]] = {
    "accepted": "queued", "scheduled": "queued", "queued": "queued", "sending": "sending", "sent": "sent", "delivered": "delivered",
    "read": "delivered", "undelivered": "undelivered", "failed": "failed", "canceled": "failed",
}  # fmt: skip
Told = TypeVar("Told")


class TwilioMessages:
    """One account; `secret` is its token."""

    def __init__(self, *, session: aiohttp.ClientSession, account: str, secret: str, api: str | None) -> None:
        self._session = session
        self._url = f"{(api or REAL).rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account, secret)}

    async def send(self, outgoing: Outgoing) -> Answer:
        """A time-out, a broken connection or a 5xx leaves open whether Twilio has it."""
        form = [
            ("From", outgoing.from_number),
            ("To", outgoing.to_number),
            ("Body", outgoing.body),
            ("StatusCallback", outgoing.status_callback),
            *(("MediaUrl", each) for each in outgoing.photos),
        ]
        try:
            async with self._session.post(
                self._url, data=form, headers=self._headers, timeout=SECONDS, allow_redirects=False
            ) as response:
                return _answer(response.status, await response.read(), response.headers.get("Retry-After"))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return NeverSent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return AnswerLost(type(error).__name__)

    async def texts(self, *, from_number: str, to_number: str) -> list[CarrierText] | None:
        """The newest page. Not asked by `DateSent`: what waits at Twilio has none yet and must be found all the same."""
        query = {"From": from_number, "To": to_number, "PageSize": str(PAGE)}
        return await self._read(self._url, query, _listed)

    async def fate(self, *, provider_id: str) -> Fate | None:
        """The message itself."""
        return await self._read(self._url.replace("Messages.json", f"Messages/{provider_id}.json"), {}, _fate)

    async def _read(self, url: str, query: Mapping[str, str], made_of: Callable[[Any], Told]) -> Told | None:
        try:
            async with self._session.get(
                url, params=query, headers=self._headers, timeout=SECONDS, allow_redirects=False
            ) as response:
                return made_of(msgspec.json.decode(await response.read())) if response.status == OK else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError):
            return None  # what cannot be read says nothing about what Twilio has


def _answer(status: int, body: bytes, retry_after: str | None) -> Answer:
    try:
        told: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        told = None
    told = told if isinstance(told, dict) else {}
    if status == CREATED and told.get("sid"):
        return Taken(PROVIDER, str(told["sid"]))
    if not FIRST_REFUSAL <= status < FIRST_BREAKDOWN:
        return AnswerLost(f"it said {status}")
    wait = _wait(retry_after) if status == TOO_MANY else None
    return Refused(storable(told.get("code")), status, retry_after=wait)


def _wait(told: str | None) -> timedelta | datetime | None:
    """`Retry-After` as RFC 9110 has it, whole seconds or a date; None for what is neither."""
    words = (told or "").strip()
    if words.isascii() and words.isdigit():
        longest = int(LONGEST_DELAY.total_seconds())
        return timedelta(seconds=int(words) if len(words) <= len(str(longest)) else longest)
    try:
        moment = parsedate_to_datetime(words)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _listed(page: Any) -> list[CarrierText]:
    return [
        CarrierText(PROVIDER, str(each["sid"]), each.get("body") or "", _moment(each.get("date_created")))
        for each in page["messages"]
    ]


def _fate(message: Any) -> Fate:
    return Fate(STATES.get(message["status"], "unknown"), storable(message.get("error_code")))


def _moment(text: str | None) -> datetime | None:
    """RFC 2822, as in `Tue, 24 Nov 2026 18:00:00 +0000`."""
    return parsedate_to_datetime(text).astimezone(UTC) if text else None
