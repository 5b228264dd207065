"""What needs a person of the office, and what was told to whom."""

from alembic import op

from chassis.schema import protect, run

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE staff_alerts (
    alert_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    lead_id uuid,
    urgent boolean NOT NULL,
    kind text NOT NULL,
    sentence text,
    since timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    told jsonb NOT NULL DEFAULT '[]',
    ended_at timestamptz,
    ended_reason text
);
CREATE UNIQUE INDEX one_open_alert ON staff_alerts (organization_id, subject_id) WHERE ended_at IS NULL;
CREATE INDEX staff_alerts_due ON staff_alerts (due_at) WHERE ended_at IS NULL;
CREATE INDEX staff_alerts_by_organization ON staff_alerts (organization_id, since DESC);
CREATE INDEX staff_alerts_by_subject ON staff_alerts (subject_id);
CREATE TABLE staff_notices (
    notice_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    member_id uuid NOT NULL,
    way text NOT NULL,
    alert_ids uuid[] NOT NULL,
    address text,
    subject text,
    body text NOT NULL,
    at timestamptz NOT NULL,
    text_id uuid,
    state text NOT NULL,
    attempt int NOT NULL DEFAULT 0,
    due_at timestamptz,
    reason text
);
CREATE INDEX staff_notices_by_member ON staff_notices (organization_id, member_id, at DESC);
CREATE INDEX staff_notices_due ON staff_notices (due_at) WHERE state = 'queued';
"""


def upgrade() -> None:
    run(op, TABLES)
    for table in ("staff_alerts", "staff_notices"):
        protect(op, table, service="messaging", web="SELECT")
