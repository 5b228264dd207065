"""The trace in which a text was planned: whoever sends it, at once or tomorrow, goes on with it."""

from alembic import op

from chassis.schema import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run(op, "ALTER TABLE texts ADD COLUMN traceparent text;")
