"""What became of a week's texts, and consent records in their order: pages of a large shop stay quick."""

from alembic import op

from chassis.schema import run

revision = "0012"
down_revision = "0011"

INDEXES = """
CREATE INDEX texts_by_organization ON texts (organization_id, created_at);
CREATE INDEX consents_by_organization ON consents (organization_id, at, consent_id);
"""


def upgrade() -> None:
    run(op, INDEXES)
