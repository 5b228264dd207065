"""The test button: what the carrier answers, told in words, kept until the secret changes."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from capture_service import ACCOUNT, NUMBER, SECRET, Service, shop_text
from settings_desk import Desk, desk

from chassis.testing import eventually

ASK, PAGE = f"/settings/providers/{ACCOUNT}/test", "/settings/providers"


class Console:
    """A carrier that answers as told, and remembers who asked with what."""

    def __init__(self) -> None:
        self.status, self.numbers, self.asked, self.url = 200, [NUMBER], list[str](), ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers["authorization"])
        body = {"incoming_phone_numbers": [{"phone_number": each} for each in self.numbers], "next_page_uri": None}
        return web.json_response(body, status=self.status)


@pytest.fixture
async def console() -> AsyncIterator[Console]:
    made, app = Console(), web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def owner(serve, console: Console) -> Desk:
    capture: Service = await serve(roles=frozenset({"web"}))
    who = desk(capture, await capture.apply(shop_text(api=console.url)))

    async def heard() -> bool:
        return bool((await who.get(PAGE)).status == 200)

    await eventually(heard)
    return who


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "refused the secret"),
        (403, "it may be suspended"),
        (404, "knows no account of this name"),
        (429, "asks to slow down"),
        (500, "gave no proper answer"),
    ],
)
async def test_what_is_wrong_is_told_in_words(owner: Desk, console: Console, status: int, told: str) -> None:
    console.status = status
    assert (await owner.post(ASK, {})).status == 303
    page = await owner.get(PAGE)
    assert told in page.words
    assert "Does not work" in page.words


async def test_a_number_that_the_account_lacks_is_named(owner: Desk, console: Console) -> None:
    console.numbers = ["+13125550999"]
    await owner.post(ASK, {})
    assert "(312) 555-0123 is not among them" in (await owner.get(PAGE)).words
    assert "The account does not have (312) 555-0123" in (await owner.get("/settings/go-live")).words


async def test_an_answer_holds_until_the_secret_changes(owner: Desk, console: Console) -> None:
    await owner.post(ASK, {})
    assert "The carrier took the secret" in (await owner.get(PAGE)).words
    before = len(console.asked)
    await owner.post(f"/settings/providers/{ACCOUNT}/secret", {"secret": "the-next-secret"})
    assert "Not tested yet with the secret that is in use" in (await owner.get(PAGE)).words
    await owner.post(ASK, {})
    assert len(console.asked) > before
    assert len(set(console.asked)) == 2
    assert SECRET not in (await owner.get(PAGE)).text
