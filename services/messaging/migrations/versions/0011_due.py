"""Texts by the moment they are due, for the many seconds in which hardly any is."""

from alembic import op

from chassis.schema import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run(op, "CREATE INDEX texts_due ON texts (due_at, partition) WHERE state IN ('queued', 'held')")
