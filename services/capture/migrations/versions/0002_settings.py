"""Settings that a shop changes itself: who changed which part last, checks of accounts, the test on the shop's own phone."""

from alembic import op

from chassis.schema import protect, run

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE setting_changes (
    organization_id uuid NOT NULL REFERENCES organizations,
    part text NOT NULL,
    version int NOT NULL,
    changed_at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    member_id uuid,
    PRIMARY KEY (organization_id, part)
);
CREATE TABLE account_checks (
    organization_id uuid NOT NULL REFERENCES organizations,
    kind text NOT NULL,
    account text NOT NULL,
    secret_digest text NOT NULL,
    checked_at timestamptz NOT NULL,
    trouble text,
    listed text[] NOT NULL,
    PRIMARY KEY (organization_id, kind, account)
);
CREATE TABLE phone_trials (
    organization_id uuid PRIMARY KEY REFERENCES organizations,
    phone text NOT NULL,
    started_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    missed_at timestamptz,
    taken_at timestamptz,
    delivered_at timestamptz,
    failed_at timestamptz
);
ALTER TABLE tracked_numbers ADD COLUMN heard_at timestamptz;
"""


def upgrade() -> None:
    run(op, TABLES)
    for table in ("setting_changes", "account_checks", "phone_trials"):
        protect(op, table, service="capture")
    run(
        op,
        """
GRANT UPDATE ON organizations TO capture_web;
GRANT INSERT, UPDATE, DELETE ON tracked_numbers TO capture_web;
GRANT INSERT, UPDATE, DELETE ON provider_accounts TO capture_web;
""",
    )
