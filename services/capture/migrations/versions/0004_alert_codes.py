"""Codes that prove a member's phone."""

from alembic import op

from chassis.schema import protect, run

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE alert_codes (
    member_id uuid PRIMARY KEY REFERENCES members,
    organization_id uuid NOT NULL REFERENCES organizations,
    number text NOT NULL,
    digest text NOT NULL,
    asked_at timestamptz[] NOT NULL,
    expires_at timestamptz NOT NULL,
    tries int NOT NULL DEFAULT 0
);
GRANT INSERT, UPDATE ON members TO capture_web;
"""


def upgrade() -> None:
    run(op, TABLES)
    protect(op, "alert_codes", service="capture")
