"""Stripe, by its own SDK."""

from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import stripe
from stripe._base_address import BaseAddresses

from capture.gateway.billing import BadSignatureError, BillingError, BillingEvent, Credited
from chassis.settings import Settings
from chassis.stripe_settings import StripeSettings

TOLERANCE_SECONDS: Final = 300
SECONDS: Final = 15.0
RETRIES: Final = 2
MARK: Final = "callsnare_credit"
PAYS: Final = ("active", "trialing", "past_due")
SUBSCRIPTION: Final = "customer.subscription."

Answer = TypeVar("Answer")


class StripeBilling:
    """Opened and closed with the process."""

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings
        self._http = stripe.AIOHTTPClient(timeout=SECONDS)
        base: BaseAddresses = {"api": settings.api_base} if settings.api_base else {}
        key = settings.api_key
        self._client = (
            stripe.StripeClient(key, base_addresses=base, http_client=self._http, max_network_retries=RETRIES) if key else None
        )  # fmt: skip

    @property
    def can_sell(self) -> bool:
        """Whether a plan can be begun here."""
        return self._client is not None and self._settings.price is not None

    @property
    def can_ask(self) -> bool:
        return self._client is not None

    async def start(self) -> None:
        """The SDK connects when it is first asked."""

    async def stop(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK's own gap

    def read(self, payload: bytes, *, signature: str) -> BillingEvent:
        """Verified by the SDK, five minutes old at most. Raises BadSignatureError."""
        for secret in self._settings.webhook_secrets:
            try:
                event = stripe.Webhook.construct_event(payload, signature, secret, tolerance=TOLERANCE_SECONDS)
            except (stripe.SignatureVerificationError, ValueError, UnicodeDecodeError):
                continue
            try:
                return _read(event.to_dict())
            except (KeyError, TypeError, ValueError) as error:
                raise BadSignatureError("it is signed, but no event that can be read") from error
        raise BadSignatureError("no secret of ours made this signature, or it is too old")

    async def checkout(self, *, organization_id: UUID, customer: str | None, email: str | None, came_from: str) -> str:
        """The address of Stripe's page where a plan is begun."""
        client, price = self._client, self._settings.price
        if client is None or price is None:
            raise BillingError("no price is set up for this deployment")
        asked: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"price": price, "quantity": 1}],
            "client_reference_id": str(organization_id),
            "success_url": f"{came_from}?began=1",
            "cancel_url": came_from,
            **({"customer": customer} if customer else {"customer_email": email} if email else {}),
        }
        session = await _asked(client.v1.checkout.sessions.create_async(asked))  # type: ignore[arg-type]  # as its reference says
        return str(session.url)

    async def portal(self, *, customer: str, came_from: str) -> str:
        """The address of Stripe's page with the card, the invoices and the end of the plan."""
        if self._client is None:
            raise BillingError("this deployment has no key of Stripe")
        created = self._client.v1.billing_portal.sessions.create_async({"customer": customer, "return_url": came_from})
        return str((await _asked(created)).url)

    async def credit(self, *, credit_id: UUID, customer: str, reason: str) -> Credited:
        """A pending invoice item below zero: Stripe takes it into the next invoice. It is looked for before it is made."""
        client = self._client
        if client is None:
            raise BillingError("this deployment has no key of Stripe")
        listed = await _asked(client.v1.invoice_items.list_async({"customer": customer, "limit": 100}))
        for item in listed.data:
            if (item.to_dict().get("metadata") or {}).get(MARK) == str(credit_id):
                return Credited(item.id, -item.amount, item.currency)
        amount, currency = await self._month(client, customer)
        item = await _asked(
            client.v1.invoice_items.create_async(
                {"customer": customer, "amount": -amount, "currency": currency, "description": reason, "metadata": {MARK: str(credit_id)}},
                options={"idempotency_key": f"credit-{credit_id}"},
            )
        )  # fmt: skip
        return Credited(item.id, amount, currency)

    async def _month(self, client: stripe.StripeClient, customer: str) -> tuple[int, str]:
        """What the plan costs each time it is billed, in cents, and its currency."""
        listed = await _asked(client.v1.subscriptions.list_async({"customer": customer, "status": "all", "limit": 100}))
        for subscription in listed.data:
            told = subscription.to_dict()
            if told.get("status") in PAYS:
                return _price(told)
        raise BillingError("the customer has no plan of which a month could be credited")


def stripe_of(settings: Settings) -> StripeBilling | None:
    """None where the deployment says nothing of Stripe: every organization is unmetered."""
    return StripeBilling(settings.stripe) if settings.stripe else None


async def _asked(call: Awaitable[Answer]) -> Answer:
    try:
        return await call
    except stripe.StripeError as error:
        raise BillingError(f"Stripe did not do it: {error.user_message or type(error).__name__}") from error


def _price(subscription: Mapping[str, Any]) -> tuple[int, str]:
    cents, currency = 0, ""
    for item in subscription["items"]["data"]:
        price = item.get("price") or item.get("plan") or {}
        each = price.get("unit_amount", price.get("amount"))
        if each is None:
            raise BillingError("the plan has no fixed price: credit it by hand")
        cents += int(each) * int(item.get("quantity") or 1)
        currency = price["currency"]
    if cents <= 0:
        raise BillingError("the plan costs nothing")
    return cents, currency


def _read(event: Mapping[str, Any]) -> BillingEvent:
    kind, told = str(event.get("type", "")), event.get("data", {}).get("object") or {}
    is_subscription = kind.startswith(SUBSCRIPTION)
    before = (event.get("data", {}).get("previous_attributes") or {}).get("status") if is_subscription else None
    return BillingEvent(
        event_id=str(event["id"]),
        kind=kind,
        created_at=datetime.fromtimestamp(int(event["created"]), UTC),
        customer=_customer(told),
        subscription=str(told["id"]) if is_subscription else None,
        status=str(told.get("status")) if is_subscription else None,
        status_before=before,
        organization_id=_ours(told.get("client_reference_id")) if kind == "checkout.session.completed" else None,
    )


def _customer(told: Mapping[str, Any]) -> str | None:
    """An id, or the whole customer where it was expanded."""
    found = told.get("customer")
    if isinstance(found, Mapping):
        found = found.get("id")
    return str(found) if found else None


def _ours(reference: Any) -> UUID | None:
    try:
        return UUID(str(reference))
    except ValueError:
        return None
