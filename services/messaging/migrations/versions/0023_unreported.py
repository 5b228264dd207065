"""Texts of whose end the carrier told nothing are asked for when they are due."""

from alembic import op

from chassis.schema import run

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    run(op, "CREATE INDEX texts_unreported ON texts (due_at) WHERE state = 'sent'")
