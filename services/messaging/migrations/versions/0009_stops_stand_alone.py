"""Stopped words stand in a table of their own."""

from alembic import op

from chassis.schema import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run(op, "ALTER TABLE templates DROP COLUMN stopped_at, DROP COLUMN stopped_reason")
