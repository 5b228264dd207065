"""How complete a shop's words are, as the other services were told."""

from alembic import op

from chassis.schema import protect, run

revision = "0014"
down_revision = "0013"

TABLE = """
CREATE TABLE word_checks (
    organization_id uuid PRIMARY KEY,
    version int NOT NULL DEFAULT 0,
    organization_version int NOT NULL DEFAULT 0,
    fields jsonb NOT NULL DEFAULT '{}',
    after_hours text NOT NULL DEFAULT '',
    told jsonb NOT NULL DEFAULT '{}',
    checked_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    run(op, TABLE)
    protect(op, "word_checks", service="messaging")
