"""Texts that wait, by shop and line: they leave in turns."""

from alembic import op

from chassis.schema import run

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE INDEX texts_waiting ON texts (organization_id, from_number, due_at, partition) WHERE state IN ('queued', 'held');
DROP INDEX texts_due;
ALTER TABLE texts ADD CONSTRAINT what_waits_has_a_line CHECK (state NOT IN ('queued', 'held') OR from_number IS NOT NULL);
"""


def upgrade() -> None:
    run(op, TABLES)
