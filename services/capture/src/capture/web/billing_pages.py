"""`/settings/billing`: what the plan lets pass, the way to Stripe's own pages, and credits. For owners."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from litestar import Request, Router, get
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect, Template

from capture.app.read_billing import grace_ends, reach, read_billing
from capture.domain import moments
from capture.gateway.billing import BillingError
from capture.gateway.stripe_billing import StripeBilling
from chassis.clock import Clock
from chassis.database import Database
from chassis.http import Problem
from chassis.people import Permission, Person
from chassis.web.pages import staff_page
from contracts.organizations import OrganizationChanged

HERE: Final = "/settings/billing"
OWNERS: Final = {"needs": Permission.OWN}
BAD_GATEWAY: Final = 502
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "unmetered": ("Nothing to pay", "good"),
    "trialing": ("Trial", "good"),
    "active": ("Active", "good"),
    "past_due": ("Payment past due", "office"),
    "unpaid": ("Unpaid", "bad"),
    "paused": ("Paused", "bad"),
    "canceled": ("Ended", "bad"),
    "incomplete": ("First payment not through", "bad"),
    "incomplete_expired": ("First payment never came through", "bad"),
    "unknown": ("Not known", "bad"),
}
OVER: Final = frozenset({"unmetered", "canceled", "incomplete_expired"})
"""States in which a plan is begun anew; in all others Stripe's page mends the one there is."""

StaffRequest: TypeAlias = Request[Person, OrganizationChanged, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDesk:
    """What the page stands on. `public_url` is where Stripe sends people back to."""

    database: Database
    stripe: StripeBilling | None
    clock: Clock
    public_url: str

    @property
    def back(self) -> str:
        return f"{self.public_url}{HERE}"


async def show(desk: BillingDesk, request: StaffRequest, *, trouble: str = "") -> Template:
    shop, now = request.auth, desk.clock.now()
    facts, told, stripe = (
        await read_billing(desk.database, organization_id=shop.organization_id),
        shop.billing,
        desk.stripe,
    )
    ends = grace_ends(told)
    words, mark = STATES.get(told.status, STATES["unknown"])
    return staff_page(
        request, "settings_billing.html", current="settings", setting="billing", status=BAD_GATEWAY if trouble else 200, words=words, mark=mark,
        reach=reach(told, now=now), ends=moments.told(ends, zone=shop.zone, now=now) if ends else "", grace_over=ends is not None and now >= ends,
        metered=stripe is not None, can_begin=stripe is not None and stripe.can_sell and (facts.customer is None or told.status in OVER),
        can_manage=stripe is not None and stripe.can_ask and facts.customer is not None, trouble=trouble, began="began" in request.query_params,
        credits=[_credit(row, shop, now) for row in facts.credits],
    )  # fmt: skip


@get(HERE, opt=OWNERS)
async def see_billing(request: StaffRequest, billing_desk: NamedDependency[BillingDesk]) -> Template:
    return await show(billing_desk, request)


@get(f"{HERE}/checkout", opt=OWNERS)
async def begin_plan(request: StaffRequest, billing_desk: NamedDependency[BillingDesk]) -> Redirect | Template:
    """A link and no form: a page of ours may post to nobody else. Nothing of ours changes until Stripe tells."""
    facts = await read_billing(billing_desk.database, organization_id=request.auth.organization_id)
    member = next((each for each in request.auth.members if each.member_id == request.user.member_id), None)
    try:
        address = await _stripe(billing_desk).checkout(
            organization_id=request.auth.organization_id, customer=facts.customer, email=member.email if member else None, came_from=billing_desk.back
        )  # fmt: skip
    except BillingError as error:
        return await show(billing_desk, request, trouble=str(error))
    return Redirect(address, status_code=303)


@get(f"{HERE}/portal", opt=OWNERS)
async def manage_plan(request: StaffRequest, billing_desk: NamedDependency[BillingDesk]) -> Redirect | Template:
    """Card, invoices, the end of the plan: on Stripe's page."""
    facts = await read_billing(billing_desk.database, organization_id=request.auth.organization_id)
    if facts.customer is None:
        raise Problem(404, kind="about:blank", detail="No plan was begun yet, so there is nothing to manage.")
    try:
        address = await _stripe(billing_desk).portal(customer=facts.customer, came_from=billing_desk.back)
    except BillingError as error:
        return await show(billing_desk, request, trouble=str(error))
    return Redirect(address, status_code=303)


def billing_pages(*, database: Database, stripe: StripeBilling | None, clock: Clock, public_url: str) -> Router:
    """With what they stand on."""
    desk = BillingDesk(database=database, stripe=stripe, clock=clock, public_url=public_url)
    handlers = [see_billing, begin_plan, manage_plan]
    return Router(
        "/", route_handlers=handlers, dependencies={"billing_desk": Provide(lambda: desk, sync_to_thread=False)}
    )


def _stripe(desk: BillingDesk) -> StripeBilling:
    if desk.stripe is None:
        raise Problem(404, kind="about:blank", detail="Nothing is billed here.")
    return desk.stripe


def _credit(row: Any, shop: OrganizationChanged, now: Any) -> dict[str, str]:
    """As a line of the table."""
    amount = f"${row['amount_cents'] / 100:,.2f}" if row["amount_cents"] is not None else "one month"
    given = row["given_at"]
    state = (
        f"on the next invoice since {moments.told(given, zone=shop.zone, now=now)}"
        if given
        else row["trouble"] or "on its way"
    )
    return {
        "reason": row["reason"],
        "amount": amount,
        "asked": moments.told(row["asked_at"], zone=shop.zone, now=now),
        "state": state,
    }
