"""After how long a silent lead closes is a shop's own setting, so that they are looked for shop by shop."""

from alembic import op

from chassis.schema import run

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    run(
        op,
        "CREATE INDEX leads_by_shop_and_silence ON leads (organization_id, last_sign_at) WHERE status IN ('new', 'active')",
    )
    run(op, "DROP INDEX leads_by_silence")
