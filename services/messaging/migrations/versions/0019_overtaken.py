"""A statement that was written on what was known a moment ago undoes itself where that is no longer so."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION overtaken() RETURNS boolean LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE serialization_failure USING MESSAGE = 'somebody else was quicker'; END $$"
    )
