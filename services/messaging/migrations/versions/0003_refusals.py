"""What a carrier's refusal stops, and messages of earlier tries that failed on their way."""

from alembic import op

from chassis.schema import protect, run

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE automation_stops (
    stop_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    error_code int,
    reason text NOT NULL,
    what_to_do text NOT NULL,
    text_id uuid NOT NULL,
    stopped_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text
);
CREATE UNIQUE INDEX one_stop ON automation_stops (organization_id, kind, subject) WHERE ended_at IS NULL;
CREATE INDEX stops_by_subject ON automation_stops (organization_id, kind, subject, ended_at);
ALTER TABLE texts ADD COLUMN earlier_ids text[] NOT NULL DEFAULT '{}';
CREATE INDEX texts_by_earlier_id ON texts USING gin (earlier_ids) WHERE earlier_ids <> '{}';
"""


def upgrade() -> None:
    run(op, TABLES)
    protect(op, "automation_stops", service="messaging", web="SELECT, UPDATE")
