"""What an owner sees of billing: the plan's state with what it means, and credits."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from capture.store import billing, organizations
from chassis.database import Database
from contracts.organizations import Billing

PAID: Final = frozenset({"trialing", "active"})


class Reach(NamedTuple):
    """What goes on: product.md, section 8."""

    automation: str
    own_texts: str


class BillingFacts(NamedTuple):
    """`customer` is the shop's id at Stripe, None while no plan was begun."""

    customer: str | None
    credits: list[asyncpg.Record]


async def read_billing(database: Database, *, organization_id: UUID) -> BillingFacts:
    async with database.web(organization_id) as transaction:
        customer = await organizations.stripe_customer(transaction, organization_id=organization_id)
        return BillingFacts(customer, await billing.credits_of(transaction, organization_id=organization_id))


def grace_ends(told: Billing) -> datetime | None:
    """Of a plan that is past due."""
    if told.status != "past_due" or told.past_due_since is None:
        return None
    return told.past_due_since + timedelta(days=told.grace_days)


def reach(told: Billing, *, now: datetime) -> Reach:
    """In words, for the state at this moment."""
    if told.status == "unmetered" or told.status in PAID:
        return Reach("on", "on")
    if told.status == "past_due":
        ends = grace_ends(told)
        return Reach("on" if ends is None or now < ends else "off", "on")
    return Reach("off, but for visits booked before", "off, but for visits booked already")
