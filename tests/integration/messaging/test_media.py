"""Photos and voicemails: what is refused first, then what is kept, shown and sent."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from office_desk import OfficeDesk, OfficePages
from photos import WAVE, a_photo
from PIL import Image

from chassis import ids
from chassis.keys import seal
from chassis.outbound import OutboundClient
from contracts.inbound import Media
from contracts.organizations import ProviderAccount
from messaging.app.desk import Refused
from messaging.app.fetch_media import FetchMedia
from messaging.app.look_into_photo import look_into_photo
from messaging.app.send_staff_text import Written, send_staff_text
from messaging.gateway.accounts import Accounts
from messaging.gateway.files import Files


class Storage:
    """A carrier's files: `files` by path; whoever asks with the wrong password gets nothing."""

    def __init__(self) -> None:
        self.address = ""
        self.files: dict[str, bytes | str] = {}
        self.asked: list[tuple[str, bool]] = []

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, "authorization" in request.headers))
        found = self.files.get(request.path)
        if found is None:
            raise web.HTTPNotFound
        if isinstance(found, str):
            raise web.HTTPFound(found)
        return web.Response(body=found, content_type="text/html")


@pytest.fixture
async def storage() -> AsyncIterator[Storage]:
    served = Storage()
    application = web.Application()
    application.router.add_get("/{path:.*}", served.serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


class Fetching:
    """A shop whose account lies at the storage, and the loop that fetches for it."""

    def __init__(self, shop: Any, storage: Storage) -> None:
        self.office, self.storage, self.clock = OfficeDesk(shop), storage, shop.clock
        secret = "mark." + seal(shop.settings.keys.messaging_seal_public, "secret")
        shop.become(providers=(ProviderAccount(kind="twilio", account="AC1", api=storage.address, sealed_secret=secret),), members=())  # fmt: skip
        self.client = OutboundClient(provider_hosts=("127.0.0.1",))
        accounts = Accounts(settings=shop.settings, organizations=shop.organizations, connections=1)
        self.fetch = FetchMedia(database=shop.database, client=self.client, files=Files(accounts), clock=shop.clock)

    async def texted(self, caller: str, *urls: str) -> list[dict[str, Any]]:
        media = tuple(Media(url=url, content_type="image/jpeg") for url in urls)
        await self.office.shop.texted_by(caller, "it looks like this", media=media)
        return await self.shown()

    async def shown(self) -> list[dict[str, Any]]:
        """All files of the thread, after another round of fetching."""
        await self.office.folded()
        while await self.fetch():
            pass
        lead_id = await self.office.only_lead()
        return [dict(file) for line in (await self.office.thread(lead_id)).lines for file in line.media]


@pytest.fixture
async def fetching(shop: Any, storage: Storage) -> AsyncIterator[Fetching]:
    made = Fetching(shop, storage)
    await made.client.start()
    yield made
    await made.client.stop()


async def test_what_is_not_a_photo_is_not_kept(fetching: Fetching, storage: Storage, caller: str) -> None:
    storage.files = {"/page": b"<html><script>alert(1)</script>", "/half": a_photo()[:200]}
    files = await fetching.texted(caller, f"{storage.address}/page", f"{storage.address}/half")
    assert [(file["state"], file["reason"]) for file in files] == [
        ("refused", "it is not a photo that can be shown"),
        ("refused", "the file is damaged"),
    ]


async def test_the_password_goes_to_the_account_s_own_address_alone(
    fetching: Fetching, storage: Storage, caller: str
) -> None:
    storage.files = {"/elsewhere": "http://localhost:1/steal", "/inside": "http://169.254.169.254/latest"}
    wanted = (
        "http://127.0.0.1:1/x",
        f"{storage.address}/elsewhere",
        f"{storage.address}/inside",
        "https://evil.test/x",
    )
    files = await fetching.texted(caller, *wanted)
    assert [file["state"] for file in files] == ["refused"] * 4
    assert sorted(path for path, _ in storage.asked) == ["/elsewhere", "/inside"]


async def test_a_photo_is_kept_without_what_else_was_in_the_file(
    fetching: Fetching, storage: Storage, caller: str
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera that knows where it is"
    storage.files = {"/photo": a_photo(size=(3000, 2000), exif=exif)}
    (file,) = await fetching.texted(caller, f"{storage.address}/photo")
    assert (file["state"], file["content_type"], file["width"], file["height"]) == ("stored", "image/jpeg", 1600, 1067)
    assert storage.asked == [("/photo", True)]
    pages = OfficePages(fetching.office)
    await pages.start()
    lead_id = await fetching.office.only_lead()
    async with (
        pages.client(fetching.office.sam) as client,
        client.get(f"/leads/{lead_id}/media/{file['media_id']}") as answer,
    ):
        content = await answer.read()
        assert (answer.content_type, answer.headers["content-security-policy"]) == ("image/jpeg", "default-src 'none'; sandbox")  # fmt: skip
        assert b"camera" not in content
        async with client.get(f"/leads/{ids.new_id()}/media/{file['media_id']}") as other:
            assert other.status == 404
    await pages.stop()


async def test_a_recording_that_is_not_ready_is_fetched_later(
    fetching: Fetching, storage: Storage, caller: str
) -> None:
    shop = fetching.office.shop
    call = await shop.rung_by(caller)
    left = shop.voicemail(call)
    await shop.hears(type(left)(**{name: getattr(left, name) for name in left.__struct_fields__} | {"recording_url": "https://api.twilio.com/RE1"}))  # fmt: skip
    await fetching.shown()
    storage.files = {"/RE1": WAVE}
    shop.clock.advance(seconds=10)
    await fetching.shown()
    lead_id = await fetching.office.only_lead()
    (file,) = [file for line in (await fetching.office.thread(lead_id)).lines for file in line.media]
    assert (file["state"], file["kind"], file["content_type"]) == ("stored", "voicemail", "audio/wav")
    pages = OfficePages(fetching.office)
    await pages.start()
    async with pages.client(fetching.office.sam) as client:
        path = f"/leads/{lead_id}/media/{file['media_id']}"
        async with client.get(path, headers={"range": "bytes=0-3"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"RIFF")
    await pages.stop()


async def test_a_photo_of_the_office_leaves_by_an_address_that_expires(fetching: Fetching, caller: str) -> None:
    shop, office = fetching.office.shop, fetching.office
    await shop.texted_by(caller, "what does the valve look like?")
    pages, lead_id = OfficePages(office), await office.only_lead()
    await pages.start()
    async with pages.client(office.sam) as client:
        for content, status in ((b"MZ not a photo", 409), (a_photo("PNG"), 200)):
            form = aiohttp.FormData({"csrf": "csrf-of-a-test", "client_id": "c1", "kind": "text", "body": "This one"})
            form.add_field("photo", content, filename="valve.png", content_type="image/png")
            async with client.post(
                f"/leads/{lead_id}/write", data=form, headers={"accept": "application/json"}
            ) as answer:
                assert answer.status == status, await answer.text()
        await shop.sends()
        (sent,) = [outgoing for outgoing, _ in shop.carrier.took if outgoing.photos]
        (address,) = sent.photos
        path = address.removeprefix("http://callsnare.test")
        async with aiohttp.ClientSession(pages.address) as carrier:
            async with carrier.get(path) as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")
            async with carrier.get(path[:-1] + ("0" if path[-1] != "0" else "1")) as answer:
                assert answer.status == 404
            shop.clock.advance(hours=5)
            async with carrier.get(path) as answer:
                assert answer.status == 404
    await pages.stop()


async def photos_sent(
    office: OfficeDesk, lead_id: Any, *files: bytes, body: str = "These", client_id: str = "c1"
) -> list[Any]:
    """What the carrier took with them; raises Refused."""
    written = Written(client_id=client_id, body=body, photos=files)
    await send_staff_text(office.desk, office.sam, lead_id=lead_id, written=written)
    await office.shop.sends()
    return [outgoing for outgoing, _ in office.shop.carrier.took if outgoing.photos]


async def test_several_photos_leave_with_one_text_in_their_order_and_no_more_than_ten(
    fetching: Fetching, caller: str
) -> None:
    office = fetching.office
    await office.shop.texted_by(caller, "what does the valve look like?")
    lead_id = await office.only_lead()
    with pytest.raises(Refused, match="10 photos go with one text at most, and these are 11"):
        await photos_sent(office, lead_id, *[a_photo()] * 11)
    with pytest.raises(Refused, match="Photo 2 cannot be sent: it is not a photo"):
        await photos_sent(office, lead_id, a_photo(), b"<svg/>")
    sizes = [(40 + number, 30) for number in range(10)]
    for _ in range(2):  # a second press changes nothing
        (sent,) = await photos_sent(office, lead_id, *(a_photo(size=size) for size in sizes))
    assert len(set(sent.photos)) == 10
    assert (sent.photos, [each.photos for each in office.shop.carrier.asked if each.photos]) == (sent.photos, [sent.photos])  # fmt: skip
    (line,) = [each for each in (await office.thread(lead_id)).lines if each.media]
    assert [(file["width"], file["height"]) for file in line.media] == sizes
    pages = OfficePages(office)
    await pages.start()
    async with aiohttp.ClientSession(pages.address) as carrier:
        for address, size in zip(sent.photos, sizes, strict=True):
            async with carrier.get(address.removeprefix("http://callsnare.test")) as answer:
                assert Image.open(BytesIO(await answer.read())).size == size
    await pages.stop()


async def test_photos_that_are_too_large_together_are_made_smaller_until_one_text_takes_them(
    fetching: Fetching, caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = fetching.office
    await office.shop.texted_by(caller, "what does the valve look like?")
    lead_id, noise = await office.only_lead(), Image.effect_noise((1700, 1200), 90)
    written = BytesIO()
    noise.save(written, "JPEG")
    large = written.getvalue()
    one = len(look_into_photo(large).content)
    monkeypatch.setattr("messaging.app.send_staff_text.MOST_SENT", int(one * 1.5))
    await photos_sent(office, lead_id, large, large)
    (line,) = [each for each in (await office.thread(lead_id)).lines if each.media]
    assert {file["width"] for file in line.media} == {1200}
    monkeypatch.setattr("messaging.app.send_staff_text.MOST_SENT", 1000)
    with pytest.raises(Refused, match="Together the photos are too large"):
        await photos_sent(office, lead_id, large, large, client_id="c2")


async def test_a_photo_needs_no_words(fetching: Fetching, caller: str) -> None:
    office = fetching.office
    await office.shop.texted_by(caller, "what does the valve look like?")
    lead_id = await office.only_lead()
    office.shop.clock.advance(seconds=5)
    (sent,) = await photos_sent(office, lead_id, a_photo(), body="  ")
    assert (sent.body, len(sent.photos)) == ("", 1)
    assert (await office.row())["says"] == "sent a photo", "after the name that the list puts before it"
    with pytest.raises(Refused, match="The text is empty"):
        await photos_sent(office, lead_id, body="  ", client_id="c2")
