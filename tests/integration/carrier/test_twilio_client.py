"""The official client works against the carrier; only the host is another."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client


class Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """Rewrites the host, nothing else."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10, pool_connections=False)
        self.base = base

    def request(self, method: str, url: str, *rest: Any, **named: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *rest, **named)


@pytest.fixture
def client(carrier: Any) -> Client:
    return Client(carrier.account, carrier.secret, http_client=Elsewhere(carrier.base))


async def refused(make: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as raised:
        await asyncio.to_thread(make)
    return raised.value.status, raised.value.code


async def test_a_text_is_created_fetched_and_listed(carrier: Any, client: Client) -> None:
    made = await asyncio.to_thread(
        client.messages.create, to=carrier.homeowner, from_=carrier.line, body="Sorry we missed your call"
    )
    assert (made.status, made.direction, made.num_segments, made.error_code) == ("queued", "outbound-api", "1", None)
    assert made.sid.startswith("SM")
    assert len(made.sid) == 34
    fetched = await asyncio.to_thread(client.messages(made.sid).fetch)
    assert (fetched.body, fetched.date_created.tzinfo is not None) == ("Sorry we missed your call", True)
    listed = await asyncio.to_thread(
        client.messages.list,
        to=carrier.homeowner,
        from_=carrier.line,
        date_sent_after=datetime.now(UTC) - timedelta(minutes=1),  # noqa: TID251
    )
    assert [each.sid for each in listed] == [made.sid]


async def test_pages_follow_their_filter(carrier: Any, client: Client) -> None:
    for number in range(5):
        await carrier.send(Body=f"text {number}")
    await carrier.send(To="+13125550143", Body="somebody else's")
    listed = await asyncio.to_thread(client.messages.list, to=carrier.homeowner, page_size=2)
    assert [each.body for each in listed] == [f"text {number}" for number in (4, 3, 2, 1, 0)]


async def test_lists_by_day_leave_other_days_out(carrier: Any, client: Client) -> None:
    await carrier.send()
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # noqa: TID251
    assert not await asyncio.to_thread(client.messages.list, to=carrier.homeowner, date_sent_after=tomorrow)
    assert len(await asyncio.to_thread(client.messages.list, date_sent_before=tomorrow)) == 1


async def test_a_call_and_its_dialled_leg_are_found(carrier: Any, client: Client, shop: Any) -> None:
    sid = await carrier.ring(how="busy")
    await shop.hears("voice/status")
    parents = await asyncio.to_thread(client.calls.list, to=carrier.line)
    children = await asyncio.to_thread(client.calls.list, parent_call_sid=sid)
    assert [(each.sid, each.direction) for each in parents] == [(sid, "inbound")]
    assert [(each.status, each.direction) for each in children] == [("busy", "outbound-dial")]
    assert not await asyncio.to_thread(client.calls.list, status="in-progress")
    assert (await asyncio.to_thread(client.calls(sid).fetch))._from == carrier.homeowner


async def test_numbers_are_listed(carrier: Any, client: Client) -> None:
    found = await asyncio.to_thread(client.incoming_phone_numbers.list)
    assert [each.phone_number for each in found] == [carrier.line, carrier.ours]
    assert found[0].voice_url.endswith("/api/twilio/voice/inbound#rc=5&rp=all")


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
        ("5550142", 21211),
        ("+13125550160", 21614),
    ],
)
async def test_numbers_that_cannot_be_reached(carrier: Any, client: Client, to: str, code: int) -> None:
    status, told = await refused(lambda: client.messages.create(to=to, from_=carrier.line, body="x"))
    assert told == code
    assert status in (400, 403)


@pytest.mark.parametrize(
    ("sender", "code"), [("+15005550001", 21212), ("+15005550007", 21606), ("+15005550008", 21611)]
)
async def test_senders_that_may_not_send(carrier: Any, client: Client, sender: str, code: int) -> None:
    assert (await refused(lambda: client.messages.create(to=carrier.homeowner, from_=sender, body="x")))[1] == code


async def test_what_is_missing_or_too_long(carrier: Any, client: Client) -> None:
    to, line = carrier.homeowner, carrier.line
    assert (await refused(lambda: client.messages.create(to=to, from_=line, body="x" * 1601)))[1] == 21617
    assert (await refused(lambda: client.messages.create(to=to, from_=line)))[1] == 21602
    assert (await refused(lambda: client.messages.create(to=to, body="x")))[1] == 21603
    assert await refused(lambda: client.messages("SM" + "0" * 32).fetch()) == (404, 20404)
    assert await refused(lambda: client.calls("CA" + "0" * 32).fetch()) == (404, 20404)


async def test_a_wrong_secret_is_refused(carrier: Any) -> None:
    stranger = Client(carrier.account, "wrong", http_client=Elsewhere(carrier.base))
    assert await refused(lambda: stranger.messages("SM" + "0" * 32).fetch()) == (401, 20003)


async def test_a_page_that_is_none_is_refused_in_the_same_shape(carrier: Any) -> None:
    url = f"{carrier.base}/2010-04-01/Accounts/{carrier.account}/Messages.json"
    async with carrier.session.get(url, params={"PageSize": "many"}, headers=carrier.login) as answer:
        told = await answer.json()
    assert (answer.status, told["code"], set(told)) == (400, 20001, {"code", "message", "more_info", "status"})


async def test_a_call_of_the_shop_is_placed_and_told(carrier: Any, client: Client, shop: Any) -> None:
    shop.answers["script"] = "<Response><Say>Somebody needs a call back</Say></Response>"
    made = await asyncio.to_thread(
        client.calls.create,
        to=carrier.homeowner,
        from_=carrier.line,
        url=f"{shop.base}/api/twilio/script",
        status_callback=f"{shop.base}/api/twilio/voice/status",
    )
    assert (made.status, made.direction) == ("queued", "outbound-api")
    assert (await shop.hears("script"))["CallStatus"] == "in-progress"
    assert (await shop.hears("voice/status"))["CallStatus"] == "completed"
    assert (await asyncio.to_thread(client.calls(made.sid).fetch)).status == "completed"


@pytest.mark.parametrize(("to", "code"), [("+15005550001", 21217), ("+15005550002", 21214), ("nobody", 21217)])
async def test_calls_that_cannot_be_placed(carrier: Any, client: Client, to: str, code: int) -> None:
    assert (await refused(lambda: client.calls.create(to=to, from_=carrier.line, twiml="<Response/>")))[1] == code
    assert (await refused(lambda: client.calls.create(to=carrier.homeowner, from_=carrier.line)))[1] == 21205
