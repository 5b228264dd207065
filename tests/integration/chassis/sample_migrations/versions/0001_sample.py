from alembic import op

from chassis.schema import create_chassis_tables, protect, run

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables(op, service="sample")
    run(
        op,
        """
CREATE TABLE notes (
    note_id int NOT NULL,
    organization_id uuid NOT NULL,
    body text NOT NULL DEFAULT '',
    extra jsonb,
    PRIMARY KEY (organization_id, note_id)
);
""",
    )
    protect(op, "notes", service="sample")
