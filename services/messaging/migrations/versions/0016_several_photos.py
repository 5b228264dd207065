"""Several photos go out with one text: how many, since their ids follow from the text's."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE texts ADD COLUMN photos int NOT NULL DEFAULT 0")
    op.execute("UPDATE texts SET photos = 1 WHERE photo_id IS NOT NULL")
    op.execute("ALTER TABLE texts DROP COLUMN photo_id")
