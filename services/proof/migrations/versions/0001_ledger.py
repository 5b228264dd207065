"""The ledger: one hash chain per organization, with what was said beside it."""

from alembic import op

from chassis.schema import create_chassis_tables, protect, run

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE heads (
    organization_id uuid PRIMARY KEY,
    sequence bigint NOT NULL,
    digest bytea NOT NULL
);
CREATE TABLE entries (
    organization_id uuid NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    content_digest bytea NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    homeowner_id uuid,
    lead_id uuid,
    PRIMARY KEY (organization_id, sequence)
);
CREATE INDEX entries_by_lead ON entries (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX entries_by_homeowner ON entries (homeowner_id, sequence) WHERE homeowner_id IS NOT NULL;
CREATE TABLE contents (
    organization_id uuid NOT NULL,
    sequence bigint NOT NULL,
    homeowner_id uuid,
    salt bytea NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (organization_id, sequence)
);
CREATE INDEX contents_by_homeowner ON contents (homeowner_id) WHERE homeowner_id IS NOT NULL;
"""


def upgrade() -> None:
    create_chassis_tables(op, service="proof")
    run(op, TABLES)
    for table in ("heads", "entries", "contents"):
        protect(op, table, service="proof", web="SELECT")
