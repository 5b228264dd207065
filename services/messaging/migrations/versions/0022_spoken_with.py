"""When the shop last took a call of a homeowner: a call that was missed before needs no answer any more."""

from alembic import op

from chassis.schema import run

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    run(op, "ALTER TABLE homeowners ADD COLUMN spoken_at timestamptz")
