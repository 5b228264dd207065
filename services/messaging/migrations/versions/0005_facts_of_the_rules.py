"""Visits as messaging heard of them, what was said of drafts and of numbers that are ignored."""

from alembic import op

from chassis.schema import protect, run

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE visits (
    booking_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    version int NOT NULL,
    status text NOT NULL,
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL,
    booked_while_entitled boolean NOT NULL
);
CREATE INDEX visits_by_homeowner ON visits (homeowner_id, end_at);
ALTER TABLE texts DROP COLUMN first_automated, ADD COLUMN rang_at timestamptz, ADD COLUMN booking_id uuid, ADD COLUMN visit_version int;
CREATE INDEX texts_to_approve ON texts (organization_id, created_at) WHERE state = 'awaiting_approval';
CREATE TABLE draft_answers (
    answer_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    text_id uuid NOT NULL REFERENCES texts,
    action text NOT NULL,
    member_id uuid NOT NULL,
    member_name text NOT NULL,
    at timestamptz NOT NULL,
    body_before text NOT NULL,
    reason text
);
CREATE UNIQUE INDEX one_answer_per_draft ON draft_answers (text_id);
CREATE INDEX draft_answers_by_day ON draft_answers (organization_id, at DESC);
ALTER TABLE ignored_numbers ADD COLUMN reason text NOT NULL DEFAULT '', ADD COLUMN added_by text NOT NULL DEFAULT '';
REVOKE UPDATE, DELETE ON consents FROM messaging_work;
"""


def upgrade() -> None:
    run(op, TABLES)
    protect(op, "visits", service="messaging", web="SELECT")
    protect(op, "draft_answers", service="messaging", web="SELECT, INSERT")
