"""A photo that goes out with a text."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE texts ADD COLUMN photo_id uuid")
