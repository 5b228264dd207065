"""Twilio's REST API, as far as shops use it."""

import asyncio
import base64
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from carrier import shapes
from carrier.asgi import Reply, Request, Vanish, as_json
from carrier.outgoing import Outgoing
from carrier.shapes import ApiError
from carrier.texts import Texts
from carrier.tone import recording
from carrier.world import Leg, Message, World, now

PATH: Final = re.compile(
    r"^/2010-04-01/Accounts/(?P<account>\w+)(?:/Calls/(?P<call>\w+))?/(?P<resource>\w+)(?:/(?P<sid>\w+))?\.json$"
)
RECORDING: Final = re.compile(r"^/2010-04-01/Accounts/(?P<account>\w+)/Recordings/(?P<sid>\w+)(?:\.wav)?$")
CREATED: Final = 201
MOST_PER_PAGE: Final = 1000


class Rest:
    """One request to the API."""

    def __init__(self, world: World, texts: Texts, outgoing: Outgoing) -> None:
        self._world, self._texts, self._outgoing = world, texts, outgoing

    async def __call__(self, request: Request) -> Reply:
        try:
            return await self._route(request)
        except ApiError as error:
            told = () if error.retry_after is None else ((b"retry-after", error.retry_after.encode()),)
            return as_json(error.body, error.status, headers=told)
        except ValueError as error:  # a page or a moment that is none
            refused = ApiError(20001, detail=f"Invalid parameter: {error}")
            return as_json(refused.body, refused.status)

    async def _route(self, request: Request) -> Reply:
        heard = RECORDING.match(request.path)
        if heard is not None and request.method == "GET":
            self._require_login(request, heard["account"])
            return self._recording_itself(heard["account"], heard["sid"])
        found = PATH.match(request.path)
        if found is None:
            raise ApiError(20404)
        account, resource, sid = found["account"], found["resource"], found["sid"]
        if found["call"] is not None and resource != "Recordings":
            raise ApiError(20404)
        self._require_login(request, account)
        if resource == "Messages" and request.method == "POST" and sid is None:
            return await self._create(request, account)
        if (resource, request.method, sid) == ("Calls", "POST", None):
            return as_json(shapes.call(self._outgoing.place(account, request.form)), CREATED)
        readers: dict[str, Callable[[Request, str, str | None], Reply]] = {
            "Messages": self._messages,
            "Calls": self._calls,
            "IncomingPhoneNumbers": self._numbers,
            "Recordings": partial(self._recordings, call=found["call"]),
        }
        if resource not in readers:
            raise ApiError(20404)
        if request.method != "GET":
            raise ApiError(20004)
        return readers[resource](request, account, sid)

    def _recording_itself(self, account: str, sid: str) -> Reply:
        """The sound, where the address has no `.json`."""
        kept = self._world.recordings.get(sid)
        if kept is None or kept.account != account:
            raise ApiError(20404)
        return Reply(200, recording(kept.seconds), kind=b"audio/x-wav")

    def _require_login(self, request: Request, account: str) -> None:
        secret = self._world.accounts.get(account)
        wanted = base64.b64encode(f"{account}:{secret}".encode()).decode()
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        if secret is None or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise ApiError(20003)

    async def _create(self, request: Request, account: str) -> Reply:
        """Trouble on demand: some of it after the text was taken."""
        match self._world.faults.hit():
            case "500":
                raise ApiError(20500)
            case "429":
                raise ApiError(20429, retry_after=self._world.faults.wait(now()))
            case "accept_then_drop":
                self._texts.take(account, request.form, request.every("MediaUrl"))
                raise Vanish
            case "accept_then_hang":
                self._texts.take(account, request.form, request.every("MediaUrl"))
                await asyncio.sleep(self._world.faults.slow_seconds)
                raise Vanish
            case "slow":
                await asyncio.sleep(self._world.faults.slow_seconds)
        return as_json(shapes.message(self._texts.take(account, request.form, request.every("MediaUrl"))), CREATED)

    def _messages(self, request: Request, account: str, sid: str | None) -> Reply:
        if sid is not None:
            message = self._world.messages.get(sid)
            return _one(shapes.message(message) if message and message.account == account else None)
        to = request.query.get("To")
        pool: Iterable[Message] = self._world.by_to.get(to, []) if to else self._world.messages.values()
        matching = [
            each
            for each in pool
            if each.account == account
            and request.query.get("From", each.from_number) == each.from_number
            and _in_days(request, "DateSent", each.sent_at or each.created_at)
        ]
        return _page(request, "Messages", "messages", account, [shapes.message(each) for each in reversed(matching)])

    def _calls(self, request: Request, account: str, sid: str | None) -> Reply:
        if sid is not None:
            leg = self._world.legs.get(sid)
            return _one(shapes.call(leg) if leg and leg.account == account else None)
        query = request.query

        def wanted(each: Leg) -> bool:
            return (
                each.account == account
                and query.get("To", each.to_number) == each.to_number
                and query.get("From", each.from_number) == each.from_number
                and query.get("Status", each.status) == each.status
                and ("ParentCallSid" not in query or query["ParentCallSid"] == each.parent)
                and _in_days(request, "StartTime", each.started_at)
            )

        return _page(
            request,
            "Calls",
            "calls",
            account,
            [shapes.call(each) for each in reversed(self._world.legs.values()) if wanted(each)],
        )

    def _numbers(self, request: Request, account: str, sid: str | None) -> Reply:
        found = [shapes.number(each) for each in self._world.numbers.values() if each.account == account]
        if sid is not None:
            return _one(next((each for each in found if each["sid"] == sid), None))
        return _page(request, "IncomingPhoneNumbers", "incoming_phone_numbers", account, found)

    def _recordings(self, request: Request, account: str, sid: str | None, *, call: str | None) -> Reply:
        found = [
            shapes.recording(each)
            for each in reversed(self._world.recordings.values())
            if each.account == account
            and each.call == (call or request.query.get("CallSid", each.call))
            and sid in (None, each.sid)
        ]
        if sid is not None:
            return _one(found[0] if found else None)
        return _page(request, "Recordings", "recordings", account, found)


def _one(value: dict[str, Any] | None) -> Reply:
    if value is None:
        raise ApiError(20404)
    return as_json(value)


def _page(request: Request, resource: str, field: str, account: str, found: list[dict[str, Any]]) -> Reply:
    size = min(MOST_PER_PAGE, max(1, int(request.query.get("PageSize", "50"))))
    at = max(0, int(request.query.get("Page", "0")))
    return as_json(shapes.page(resource, field, account, found, query=request.query, size=size, at=at))


def _in_days(request: Request, name: str, moment: datetime) -> bool:
    """`Name`, `Name>` and `Name<` as Twilio takes them: a day, or an instant where a time is given."""
    exact, after, before = (request.query.get(name + mark) for mark in ("", ">", "<"))
    if exact and moment.date() != _parsed(exact).date():
        return False
    if after and moment < _parsed(after):
        return False
    return not (before and moment > _parsed(before))


def _parsed(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
