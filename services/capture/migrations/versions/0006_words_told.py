"""What messaging told of each shop's words, for the checklist of going live."""

from alembic import op

from chassis.schema import protect, run

revision = "0006"
down_revision = "0005"

TABLE = """
CREATE TABLE words_told (
    organization_id uuid PRIMARY KEY,
    version int NOT NULL,
    looked_at int NOT NULL,
    lacking jsonb NOT NULL,
    told_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    run(op, TABLE)
    protect(op, "words_told", service="capture", web="SELECT")
