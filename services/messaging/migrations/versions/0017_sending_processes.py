"""Which processes send just now: they share each sender's pace."""

from alembic import op

from chassis.schema import grant_work, run

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run(op, "CREATE TABLE sending_processes (name text PRIMARY KEY, seen_at timestamptz NOT NULL)")
    grant_work(op, "sending_processes", service="messaging")
