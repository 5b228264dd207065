"""Billing against a stand-in for Stripe that others wrote, in a process of its own, and against recorded shapes signed by the SDK."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp import web

from capture.app.credit_invoice import GiveCredits, owe_credit
from capture.app.record_change import Actor
from capture.gateway.billing import BillingError
from capture.gateway.stripe_billing import StripeBilling
from chassis import ids
from chassis.clock import system_clock
from chassis.stripe_settings import StripeSettings
from chassis.testing import eventually

SECRET, NEW_SECRET = "whsec_present", "whsec_next"
WEBHOOK = "/api/stripe/webhook"


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    """`localstripe`; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield f"http://127.0.0.1:{port}"
    run.terminate()
    run.wait(10)


@pytest.fixture
async def api(stand_in: str) -> AsyncIterator[Any]:
    """The SDK, as a shop's people would use Stripe's own pages."""

    async def answers() -> bool:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(
                    f"{stand_in}/v1/customers", headers={"Authorization": aiohttp.encode_basic_auth("sk_test_x", "")}
                ) as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

    await eventually(answers, timeout=30)
    http = stripe.AIOHTTPClient()
    yield stripe.StripeClient("sk_test_x", base_addresses={"api": stand_in}, http_client=http).v1
    await http.close_async()


def configured(base: str) -> StripeSettings:
    return StripeSettings(api_key="sk_test_x", webhook_secrets=(SECRET, NEW_SECRET), price="price_1", api_base=base)


async def subscribed(api: Any) -> tuple[str, str]:
    """A customer with a card and a plan of 99 dollars a month: ids of customer and subscription."""
    customer = await api.customers.create_async({"email": "owner@northside.example"})
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    method = await api.payment_methods.create_async({"type": "card", "card": card})
    await api.payment_methods.attach_async(method.id, {"customer": customer.id})
    await api.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    plan = await api.plans.create_async(
        {"amount": 9900, "currency": "usd", "interval": "month", "product": {"name": "CallSnare"}, "id": f"plan_{ids.new_id().hex}"}
    )  # fmt: skip
    subscription = await api.subscriptions.create_async({"customer": customer.id, "items": [{"plan": plan.id}]})
    return customer.id, subscription.id


async def status(service: Any) -> str:
    found: str = await service.value("SELECT snapshot->'billing'->>'status' FROM organizations")
    return found


async def test_a_plan_that_begins_and_ends_at_the_stand_in_is_heard(
    serve: Callable[..., Any], shop: Callable[..., str], api: Any, stand_in: str
) -> None:
    service = await serve(stripe=configured(stand_in))
    async with service.session.post(
        f"{stand_in}/_config/webhooks/ours", json={"url": f"{service.base}{WEBHOOK}", "secret": SECRET}
    ) as answer:
        assert answer.status == 200
    customer, subscription = await subscribed(api)
    await service.apply(shop(extra=f"billing: {{stripe_customer: {customer}}}"))

    async def heard(kind: str) -> bool:
        return bool(await service.value("SELECT count(*) FROM stripe_events WHERE kind = $1", kind))

    await eventually(lambda: heard("customer.subscription.created"), timeout=20)
    assert await status(service) == "active"
    await api.subscriptions.cancel_async(subscription)
    await eventually(lambda: heard("customer.subscription.deleted"), timeout=20)
    assert await status(service) == "canceled"


async def test_a_credit_is_one_item_of_a_month_s_price_on_the_next_invoice(
    serve: Callable[..., Any], shop: Callable[..., str], api: Any, stand_in: str
) -> None:
    service = await serve(stripe=configured(stand_in), roles=frozenset({"web"}))
    customer, _ = await subscribed(api)
    made = await service.apply(shop(extra=f"billing: {{stripe_customer: {customer}}}"))
    gateway, clock, credit_id = StripeBilling(configured(stand_in)), system_clock(None), ids.new_id()
    async with service.database.work() as transaction:
        await owe_credit(
            transaction, credit_id=credit_id, organization_id=made.organization_id, reason="Guarantee", actor=Actor("command", "test"), now=clock.now()
        )  # fmt: skip
    give = GiveCredits(database=service.database, keys=service.settings.keys, stripe=gateway, clock=clock)
    await give()
    again = await gateway.credit(credit_id=credit_id, customer=customer, reason="Guarantee")  # as after a lost answer
    listed = await api.invoice_items.list_async({"customer": customer})
    assert [(item.id, item.amount, item.currency) for item in listed.data] == [(again.stripe_id, -9900, "usd")]
    row = await service.fetch("SELECT amount_cents, stripe_id FROM credits")
    assert [tuple(each) for each in row] == [(9900, again.stripe_id)]
    with pytest.raises(BillingError, match="Stripe did not do it"):
        await gateway.credit(credit_id=ids.new_id(), customer="cus_nobody", reason="x")
    await gateway.stop()


RECORDED: dict[str, Any] = {
    "id": "evt_1QxR2eKZ", "object": "event", "api_version": "2026-10-28.endive", "created": 1795543200, "livemode": False, "pending_webhooks": 1,
    "request": {"id": None, "idempotency_key": None}, "type": "customer.subscription.updated",
    "data": {
        "object": {
            "id": "sub_1QxR1", "object": "subscription", "customer": "cus_123", "status": "past_due", "cancel_at_period_end": False, "currency": "usd",
            "items": {"object": "list", "data": [{"id": "si_1", "object": "subscription_item", "quantity": 1,
                                                  "price": {"id": "price_1", "object": "price", "currency": "usd", "unit_amount": 9900}}]},
            "latest_invoice": "in_1QxR2", "metadata": {},
        },
        "previous_attributes": {"status": "active", "latest_invoice": "in_1QxP9"},
    },
}  # fmt: skip


def signed(event: dict[str, Any], *, secret: str = SECRET, age: int = 0) -> dict[str, Any]:
    """Body and header as Stripe sends them; the SDK signs."""
    payload = json.dumps(event, indent=2)
    header = stripe.WebhookSignature.generate_signature_header(payload, secret, timestamp=int(time.time()) - age)
    return {
        "data": payload,
        "headers": {"Stripe-Signature": f"{header},v0={'0' * 64}", "Content-Type": "application/json; charset=utf-8"},
    }


async def post(service: Any, **request: Any) -> int:
    async with service.session.post(f"{service.base}{WEBHOOK}", **request) as answer:
        found: int = answer.status
    return found


async def test_a_recorded_event_counts_once_and_under_either_secret(
    serve: Callable[..., Any], shop: Callable[..., str]
) -> None:
    service = await serve(stripe=configured("http://127.0.0.1:9"))
    begun = await service.apply(shop(extra="billing: {stripe_customer: cus_123}"))
    assert [await post(service, **signed(RECORDED)) for _ in range(3)] == [200] * 3
    assert await status(service) == "past_due"
    since = await service.value("SELECT snapshot->'billing'->>'past_due_since' FROM organizations")
    assert since.startswith("2026-11-24T")
    active = {**RECORDED, "id": "evt_2", "created": RECORDED["created"] + 60}
    active["data"] = {
        "object": {**RECORDED["data"]["object"], "status": "active"},
        "previous_attributes": {"status": "past_due"},
    }
    assert await post(service, **signed(active, secret=NEW_SECRET)) == 200
    assert await status(service) == "active"
    version = await service.value("SELECT version FROM organizations")
    assert version == begun.organization_version + 2
    assert await post(service, **signed({**RECORDED, "id": "evt_3", "type": "invoice.payment_failed"})) == 200


async def test_what_stripe_did_not_sign_is_400_and_has_no_effect(
    serve: Callable[..., Any], shop: Callable[..., str]
) -> None:
    service = await serve(stripe=configured("http://127.0.0.1:9"))
    await service.apply(shop(extra="billing: {stripe_customer: cus_123}"))
    good = signed(RECORDED)
    tampered = {**good, "data": good["data"].replace("past_due", "canceled")}
    bare = {"data": good["data"]}
    garbage = [{**good, "headers": {"Stripe-Signature": text}} for text in ("", "t=1", "nonsense", "t=x,v1=y")]
    for request in (signed(RECORDED, secret="whsec_other"), signed(RECORDED, age=301), tampered, bare, *garbage):
        assert await post(service, **request) == 400
    assert await post(service, **signed({"object": "event"})) == 400
    assert await post(service, data=b"x" * (65 * 1024), headers=good["headers"]) == 413
    async with service.session.get(f"{service.base}{WEBHOOK}") as answer:
        assert answer.status == 405
    assert await service.value("SELECT count(*) FROM stripe_events") == 0
    assert await status(service) == "active"


async def test_a_deployment_without_stripe_believes_nobody(serve: Callable[..., Any]) -> None:
    service = await serve()
    assert await post(service, **signed(RECORDED)) == 400


async def test_plans_begin_and_are_managed_on_stripe_s_own_pages() -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def answer(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        asked.append((request.path, form))
        kind = "checkout.session" if "checkout" in request.path else "billing_portal.session"
        return web.json_response({"id": "cs_1", "object": kind, "url": f"https://stripe.example{request.path}"})

    application = web.Application()
    application.router.add_post("/v1/checkout/sessions", answer)
    application.router.add_post("/v1/billing_portal/sessions", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    gateway = StripeBilling(configured(f"http://127.0.0.1:{runner.addresses[0][1]}"))
    own = ids.new_id()
    begin = await gateway.checkout(
        organization_id=own, customer=None, email="o@n.example", came_from="https://c.example/b"
    )
    manage = await gateway.portal(customer="cus_1", came_from="https://c.example/b")
    await gateway.checkout(organization_id=own, customer="cus_1", email="o@n.example", came_from="https://c.example/b")
    await gateway.stop()
    await runner.cleanup()
    assert (begin, manage) == (
        "https://stripe.example/v1/checkout/sessions",
        "https://stripe.example/v1/billing_portal/sessions",
    )
    (_, first), (_, portal), (_, second) = asked
    assert first | {"client_reference_id": str(own), "customer_email": "o@n.example", "mode": "subscription"} == first
    assert first["line_items[0][price]"] == "price_1"
    assert portal == {"customer": "cus_1", "return_url": "https://c.example/b"}
    assert ("customer_email" in second, second["customer"]) == (False, "cus_1")
