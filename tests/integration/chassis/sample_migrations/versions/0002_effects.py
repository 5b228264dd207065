from alembic import op

from chassis.schema import grant_work, run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run(
        op,
        """
CREATE TABLE effects (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    body text NOT NULL,
    number smallint
);
""",
    )
    grant_work(op, "effects", service="sample")
