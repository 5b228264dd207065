"""Twilio's lists over its REST API."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin

import aiohttp
import msgspec

from capture.gateway.provider import (
    ProviderCall,
    ProviderError,
    ProviderMedia,
    ProviderRecording,
    ProviderStory,
    ProviderText,
)

REAL: Final = "https://api.twilio.com"
PAGE: Final = "100"
MOST_PAGES: Final = 100
SECONDS: Final = aiohttp.ClientTimeout(total=15, connect=5)
OK, NOT_FOUND = 200, 404


class TwilioLists:
    """`secret` is the account's token; `api` another base address, which the deployment's settings must allow."""

    def __init__(self, *, session: aiohttp.ClientSession, account: str, secret: str, api: str | None) -> None:
        self._session, self._base = session, api or REAL
        self._root = f"/2010-04-01/Accounts/{account}"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account, secret)}

    async def calls(self, *, number: str, since: datetime) -> list[ProviderCall]:
        query = {"To": number, "StartTime>": _moment(since), "PageSize": PAGE}
        return [_call(raw) async for raw in self._pages("Calls", "calls", query) if not raw.get("parent_call_sid")]

    async def story(self, *, call_id: str) -> ProviderStory | None:
        raw = await self._get(f"{self._root}/Calls/{call_id}.json", {})
        if raw is None:
            return None
        legs = [leg async for leg in self._pages("Calls", "calls", {"ParentCallSid": call_id, "PageSize": PAGE})]
        leg = max(legs, key=lambda each: (_seconds(each), each["sid"]), default=None)
        recorded = [each async for each in self._pages(f"Calls/{call_id}/Recordings", "recordings", {"PageSize": PAGE})]
        longest = max(recorded, key=_seconds, default=None)
        return ProviderStory(
            call=_call(raw),
            leg=leg["status"] if leg else None,
            leg_seconds=_seconds(leg) if leg else 0,
            recording=self._recording(longest) if longest else None,
        )

    async def texts(self, *, number: str, since: datetime) -> list[ProviderText]:
        query = {"To": number, "DateSent>": _moment(since), "PageSize": PAGE}
        return [
            _text(raw)
            async for raw in self._pages("Messages", "messages", query)
            if str(raw.get("direction") or "inbound").startswith("inbound")
        ]

    async def media(self, *, message_id: str) -> list[ProviderMedia]:
        found = self._pages(f"Messages/{message_id}/Media", "media_list", {"PageSize": PAGE})
        return [
            ProviderMedia(self._address(f"Messages/{message_id}/Media/{raw['sid']}"), raw.get("content_type") or "")
            async for raw in found
        ]

    async def numbers(self) -> set[str]:
        found = self._pages("IncomingPhoneNumbers", "incoming_phone_numbers", {"PageSize": PAGE})
        return {raw["phone_number"] async for raw in found}

    async def checked_numbers(self) -> set[str]:
        if await self._get(f"{self._root}/IncomingPhoneNumbers.json", {"PageSize": "1"}) is None:
            raise ProviderError("the account is not known", status=NOT_FOUND)
        return await self.numbers()

    def _recording(self, raw: Mapping[str, Any]) -> ProviderRecording:
        return ProviderRecording(raw["sid"], self._address(f"Recordings/{raw['sid']}"), _seconds(raw))

    def _address(self, rest: str) -> str:
        return urljoin(self._base, f"{self._root}/{rest}")

    async def _pages(self, resource: str, field: str, query: dict[str, str]) -> AsyncIterator[Mapping[str, Any]]:
        """Nothing where Twilio has no such list for this call or text."""
        path: str | None = f"{self._root}/{resource}.json"
        for _ in range(MOST_PAGES):
            page = await self._get(path, query) if path and path.startswith("/") else None
            if page is None:
                return
            for each in page.get(field) or []:
                yield each
            path, query = page.get("next_page_uri"), {}
        raise ProviderError("the list does not end")

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        """None for what is not there. The next page's address is only followed on the same host."""
        try:
            async with self._session.get(
                self._base + path, params=query, headers=self._headers, timeout=SECONDS, allow_redirects=False
            ) as answer:
                if answer.status == NOT_FOUND:
                    return None
                if answer.status != OK:
                    raise ProviderError(f"answered {answer.status}", status=answer.status)
                return msgspec.json.decode(await answer.read(), type=dict[str, Any])
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError) as error:
            raise ProviderError(type(error).__name__) from error


def _call(raw: Mapping[str, Any]) -> ProviderCall:
    return ProviderCall(
        raw["sid"],
        raw.get("from") or "",
        raw.get("to") or "",
        raw.get("status") or "",
        _parsed(raw.get("start_time") or raw.get("date_created")),
        _parsed(raw.get("end_time")),
    )


def _text(raw: Mapping[str, Any]) -> ProviderText:
    received_at = _parsed(raw.get("date_sent") or raw.get("date_created"))
    count = int(raw.get("num_media") or 0)
    return ProviderText(
        raw["sid"], raw.get("from") or "", raw.get("to") or "", raw.get("body") or "", received_at, count
    )


def _seconds(raw: Mapping[str, Any]) -> int:
    text = str(raw.get("duration") or "0")
    return int(text) if text.isdigit() else 0


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _parsed(text: str | None) -> datetime | None:
    """Twilio writes moments as e-mail does."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None
