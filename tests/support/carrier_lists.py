"""The lists of Twilio's REST API in its own shapes, filled by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
from aiohttp import web
from capture_service import ACCOUNT, CALLER, NUMBER, SECRET


@dataclass
class CarrierLists:
    """The lists of Twilio's REST API in its own shapes; `down` makes it answer 500."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    recordings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=lambda: [NUMBER])
    down: bool = False
    address: str = ""
    asked: list[str] = field(default_factory=list)

    def call(
        self,
        sid: str,
        *,
        at: datetime,
        status: str = "completed",
        parent: str | None = None,
        seconds: int = 0,
        caller: str = CALLER,
        to: str = NUMBER,
    ) -> None:
        ended = (
            format_datetime(at + timedelta(seconds=20))
            if status in ("completed", "no-answer", "busy", "failed", "canceled")
            else None
        )
        self.calls.append({
            "sid": sid, "parent_call_sid": parent, "from": caller, "to": to, "status": status, "start_time": format_datetime(at), "end_time": ended,
            "duration": str(seconds), "direction": "outbound-dial" if parent else "inbound",
        })  # fmt: skip

    def text(self, sid: str, body: str, *, at: datetime, media: Sequence[str] = (), direction: str = "inbound") -> None:
        self.messages.append({
            "sid": sid, "from": CALLER, "to": NUMBER, "body": body, "direction": direction, "num_media": str(len(media)), "date_sent": format_datetime(at),
            "date_created": format_datetime(at),
        })  # fmt: skip
        self.media[sid] = [{"sid": each, "content_type": "image/jpeg"} for each in media]

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        root = f"/2010-04-01/Accounts/{ACCOUNT}/"
        assert request.path.startswith(root), request.path
        assert request.headers["Authorization"] == aiohttp.encode_basic_auth(ACCOUNT, SECRET)
        rest = request.path.removeprefix(root).removesuffix(".json")
        self.asked.append(rest)
        if self.down:
            return web.json_response({"code": 20500}, status=500)
        one = next((each for each in self.calls if rest == f"Calls/{each['sid']}"), None)
        if one is not None:
            return web.json_response(one)
        many = self._list(request, rest)
        return web.json_response({"code": 20404}, status=404) if many is None else self._page(request, *many)

    def _list(self, request: web.BaseRequest, rest: str) -> tuple[str, list[Any]] | None:
        """The field that holds the list, and what is in it."""
        wanted = {
            "Calls": ("calls", [each for each in self.calls if self._wanted(request, each, "start_time", "StartTime")]),
            "Messages": (
                "messages",
                [each for each in self.messages if self._wanted(request, each, "date_sent", "DateSent")],
            ),
            "IncomingPhoneNumbers": ("incoming_phone_numbers", [{"phone_number": each} for each in self.numbers]),
            **{f"Calls/{sid}/Recordings": ("recordings", found) for sid, found in self.recordings.items()},
            **{f"Messages/{sid}/Media": ("media_list", found) for sid, found in self.media.items()},
        }
        return wanted.get(rest)

    def _wanted(self, request: web.BaseRequest, raw: Mapping[str, Any], moment: str, name: str) -> bool:
        query = request.query
        since = query.get(f"{name}>")
        return bool(
            query.get("To", raw["to"]) == raw["to"]
            and query.get("ParentCallSid", raw.get("parent_call_sid")) == raw.get("parent_call_sid")
            and (
                since is None
                or datetime.fromisoformat(since) <= datetime.strptime(raw[moment], "%a, %d %b %Y %H:%M:%S %z")
            )
        )

    def _page(self, request: web.BaseRequest, name: str, found: list[Any]) -> web.StreamResponse:
        """Two to a page, so that paging is always at work."""
        at = int(request.query.get("Page", "0"))
        query = request.rel_url.update_query(Page=at + 1)
        more = str(query) if (at + 1) * 2 < len(found) else None
        return web.json_response({name: found[at * 2 : at * 2 + 2], "next_page_uri": more})
