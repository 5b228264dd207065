"""Billing as an owner sees it, and as nobody else does."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import web
from capture_service import Service
from settings_desk import Desk, desk

from chassis import ids
from chassis.clock import system_clock
from chassis.stripe_settings import StripeSettings
from chassis.testing import eventually

PAGE = "/settings/billing"


class Stripe:
    """Opens its pages, as recorded; `broken` answers with an error of its own shape."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[dict[str, str]] = []
        self.broken = False

    async def open(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        if self.broken:
            return web.json_response(
                {"error": {"type": "invalid_request_error", "message": "No such customer: 'cus_123'"}}, status=400
            )
        return web.json_response({"id": "cs_1", "object": "session", "url": f"https://stripe.example{request.path}"})


@pytest.fixture
async def stripe() -> AsyncIterator[Stripe]:
    served, application = Stripe(), web.Application()
    application.router.add_post("/v1/checkout/sessions", served.open)
    application.router.add_post("/v1/billing_portal/sessions", served.open)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


@pytest.fixture
async def metered(serve: Callable[..., Any], stripe: Stripe) -> Service:
    settings = StripeSettings(api_key="sk_test_x", webhook_secrets=("whsec",), price="price_1", api_base=stripe.address)
    service: Service = await serve(stripe=settings)
    return service


async def owner_of(service: Service, text: str, **changes: Any) -> Desk:
    """Once the gate has heard of the shop as it is now."""
    made = await service.apply(text)
    who = desk(service, made, **changes)

    async def heard() -> bool:
        return (await who.get("/settings/account")).status != 503

    await eventually(heard)
    return who


async def test_only_owners_see_it(metered: Service, shop: Callable[..., str], stripe: Stripe) -> None:
    for role in ("admin", "agent"):
        other = await owner_of(metered, shop(), role=role)
        for path in (PAGE, f"{PAGE}/checkout", f"{PAGE}/portal"):
            refused = await other.get(path)
            assert refused.status == 403
    assert stripe.asked == []


async def test_a_plan_is_begun_and_managed_on_stripe_s_pages(
    metered: Service, shop: Callable[..., str], stripe: Stripe
) -> None:
    owner = await owner_of(metered, shop())
    page = await owner.get(PAGE)
    assert "No plan was begun yet" in page.words
    assert "Card, invoices and plan" not in page.words
    assert (await owner.get(f"{PAGE}/portal")).status == 404
    begun = await owner.get(f"{PAGE}/checkout")
    assert (begun.status, begun.location) == (303, "https://stripe.example/v1/checkout/sessions")
    assert stripe.asked[0]["success_url"] == f"{metered.settings.public_url}{PAGE}?began=1"
    owner = await owner_of(metered, shop(extra="billing: {stripe_customer: cus_123}"))
    await eventually(lambda: _says(owner, "Active"))
    managed = await owner.get(f"{PAGE}/portal")
    assert managed.location == "https://stripe.example/v1/billing_portal/sessions"
    assert stripe.asked[1] == {"customer": "cus_123", "return_url": f"{metered.settings.public_url}{PAGE}"}


async def _says(who: Desk, words: str) -> bool:
    return words in (await who.get(PAGE)).words


async def test_stripe_s_refusal_is_told_in_words_and_nothing_has_changed(
    metered: Service, shop: Callable[..., str], stripe: Stripe
) -> None:
    owner = await owner_of(metered, shop(extra="billing: {stripe_customer: cus_123}"))
    stripe.broken = True
    await eventually(lambda: _says(owner, "Active"))
    page = await owner.get(f"{PAGE}/portal")
    assert page.status == 502
    assert "No such customer" in page.words


async def test_grace_and_what_comes_after_it_are_said_as_time_passes(
    metered: Service, shop: Callable[..., str]
) -> None:
    owner = await owner_of(metered, shop(extra="billing: {stripe_customer: cus_123}"))
    since = system_clock(None).now() - timedelta(days=1)
    await metered.database.work_pool.execute(
        "INSERT INTO stripe_events (event_id, kind, customer, subscription, status, created_at, received_at)"
        " VALUES ('evt_1', 'customer.subscription.updated', 'cus_123', 'sub_1', 'past_due', $1, $1)",
        since,
    )
    await metered.apply("organization: northside\nbilling: {stripe_customer: cus_123}")
    await eventually(lambda: _says(owner, "Automation goes on until"))
    assert "A payment is past due." in (await owner.get("/settings/account")).words  # on top of every page
    metered.advance(days=7)
    owner = desk(metered, await metered.apply("organization: northside\nname: Northside"))
    owner.person = _later(owner)
    page = await owner.get(PAGE)
    assert "Automation is off until it is paid" in page.words
    assert "Your own texts on" in page.words


def _later(who: Desk) -> Any:
    """Signed in for longer than the test's clock is ahead."""
    return msgspec.structs.replace(who.person, expires_at=who.person.expires_at + timedelta(days=30))


async def test_credits_are_listed_with_their_state(metered: Service, shop: Callable[..., str]) -> None:
    owner = await owner_of(metered, shop())
    now = system_clock(None).now()
    await metered.database.work_pool.execute(
        "INSERT INTO credits (credit_id, organization_id, reason, actor, asked_at, due_at, trouble) VALUES ($1, $2, 'Guarantee', 'guarantee', $3, $4, 'no plan')",
        ids.new_id(), owner.person.organization_id, now, now + timedelta(hours=1),
    )  # fmt: skip
    page = await owner.get(PAGE)
    assert "Guarantee one month" in page.words
    assert "no plan" in page.words


async def test_without_stripe_there_is_nothing_to_press(capture: Service, shop: Callable[..., str]) -> None:
    owner = await owner_of(capture, shop())
    page = await owner.get(PAGE)
    assert "Nothing is billed here. Everything is on." in page.words
    assert "Begin a plan" not in page.words
    assert (await owner.get(f"{PAGE}/checkout")).status == 404
