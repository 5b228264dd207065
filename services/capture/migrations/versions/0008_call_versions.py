"""Calls count how often they were saved: a fold that somebody overtook is undone and done anew."""

from alembic import op

from chassis.schema import run

revision = "0008"
down_revision = "0007"

CHANGES = """
ALTER TABLE calls ADD COLUMN version int NOT NULL DEFAULT 1;
CREATE FUNCTION overtaken() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE serialization_failure USING MESSAGE = 'somebody else was quicker'; END $$;
"""


def upgrade() -> None:
    run(op, CHANGES)
