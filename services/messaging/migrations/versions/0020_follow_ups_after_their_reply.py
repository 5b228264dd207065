"""How long the first reply has to have been out before a follow-up leaves."""

from alembic import op

from chassis.schema import run

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    run(op, "ALTER TABLE texts ADD COLUMN follows_after interval")
