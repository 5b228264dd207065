"""`/api/stripe/webhook`: signed by Stripe, answered when it has had its effect."""

from typing import Any, Final

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency, Provide

from capture.app.hear_billing import HearBilling
from capture.gateway.billing import BadSignatureError, Billing
from chassis.clock import Clock
from chassis.metrics import counter
from chassis.problems import Problem

LARGEST: Final = 64 * 1024
BAD: Final = 400
_refused: Final = counter("billing_callbacks_refused", "Requests to Stripe's address that it did not sign")


class StripeDoor:
    """`stripe` is None where the deployment says nothing of it: then nobody's signature is good."""

    def __init__(self, *, stripe: Billing | None, hear: HearBilling, clock: Clock) -> None:
        self.stripe, self.hear, self.clock = stripe, hear, clock


@post("/api/stripe/webhook", opt={"open": "signed by Stripe"}, status_code=200, request_max_body_size=LARGEST)
async def hear_stripe(request: Request[Any, Any, Any], stripe_door: NamedDependency[StripeDoor]) -> Response[None]:
    """400 for what Stripe did not sign or signed too long ago; a repeat is 200 and has no second effect."""
    payload = await request.body()
    try:
        if stripe_door.stripe is None:
            raise BadSignatureError("this deployment does not bill with Stripe")
        event = stripe_door.stripe.read(payload, signature=request.headers.get("stripe-signature", ""))
    except BadSignatureError as error:
        _refused.inc()
        raise Problem(BAD, kind="bad-signature", detail="The signature is not Stripe's, or too old.") from error
    await stripe_door.hear(event, now=stripe_door.clock.now())
    return Response(None, status_code=200)


def billing_routes(door: StripeDoor) -> Router:
    """With what they stand on."""
    return Router(
        "/", route_handlers=[hear_stripe], dependencies={"stripe_door": Provide(lambda: door, sync_to_thread=False)}
    )
