"""Planned texts, and what is known of the leads they belong to."""

from alembic import op

from chassis.schema import create_chassis_tables, protect, run

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE jobs (
    job_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    kind text NOT NULL,
    lead_id uuid,
    booking_id uuid,
    booking_version int,
    due_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'done', 'dropped')),
    reason text,
    planned_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX one_follow_up ON jobs (lead_id, kind) WHERE lead_id IS NOT NULL AND booking_id IS NULL;
CREATE INDEX jobs_due ON jobs (due_at) WHERE state = 'planned';
CREATE INDEX jobs_by_homeowner ON jobs (homeowner_id);
CREATE INDEX jobs_by_organization ON jobs (organization_id, due_at);
CREATE TABLE homeowner_signs (
    homeowner_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    last_at timestamptz NOT NULL,
    reason text NOT NULL
);
CREATE TABLE ended_leads (
    lead_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    lead_version int NOT NULL,
    reason text NOT NULL
);
"""


def upgrade() -> None:
    create_chassis_tables(op, service="reminders")
    run(op, TABLES)
    for table in ("jobs", "homeowner_signs", "ended_leads"):
        protect(op, table, service="reminders")
