"""Links by which a member's new e-mail address is confirmed."""

from alembic import op

from chassis.schema import protect, run

revision = "0007"
down_revision = "0006"

TABLE = """
CREATE TABLE email_links (
    digest bytea PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    member_id uuid NOT NULL UNIQUE REFERENCES members,
    email text NOT NULL,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    run(op, TABLE)
    protect(op, "email_links", service="capture")
