"""The words of an open shop beside those of a closed one: a second try may leave when the doors are open again."""

from alembic import op

from chassis.schema import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run(op, "ALTER TABLE texts ADD COLUMN body_when_open text")
