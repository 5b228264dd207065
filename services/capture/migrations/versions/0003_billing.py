"""What Stripe told, and credits."""

from alembic import op

from chassis.schema import grant_work, protect, run

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE stripe_events (
    event_id text PRIMARY KEY,
    kind text NOT NULL,
    customer text,
    subscription text,
    status text,
    status_before text,
    created_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX stripe_events_by_customer ON stripe_events (customer) WHERE subscription IS NOT NULL;
CREATE INDEX organizations_by_customer ON organizations (stripe_customer) WHERE stripe_customer IS NOT NULL;
CREATE TABLE credits (
    credit_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    reason text NOT NULL,
    actor text NOT NULL,
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0,
    trouble text,
    given_at timestamptz,
    stripe_id text,
    amount_cents int,
    currency text
);
CREATE INDEX credits_owed ON credits (due_at) WHERE given_at IS NULL;
CREATE INDEX credits_by_organization ON credits (organization_id, asked_at DESC);
"""


def upgrade() -> None:
    run(op, TABLES)
    grant_work(op, "stripe_events", service="capture")
    protect(op, "credits", service="capture", web="SELECT")
