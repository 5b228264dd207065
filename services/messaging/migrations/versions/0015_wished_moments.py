"""When a reminder should arrive: it may come earlier, never later."""

from alembic import op

from chassis.schema import run

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run(op, "ALTER TABLE texts ADD COLUMN wished_at timestamptz")
