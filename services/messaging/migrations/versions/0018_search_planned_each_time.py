"""A search is planned for its own words and its own shop: one plan for all reads far too much in a large shop."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("ALTER FUNCTION find_leads(uuid, tsquery, int, int) SET plan_cache_mode = force_custom_plan")
