"""What a homeowner told, who handed a thread over, and the words of automation with all their versions."""

from alembic import op

from chassis.schema import protect, run

revision = "0002"
down_revision = "0001"

TABLES = """
ALTER TABLE homeowners ADD COLUMN name text, ADD COLUMN address text, ADD COLUMN postal_code text;
ALTER TABLE leads ADD COLUMN problem text, ADD COLUMN urgency text, ADD COLUMN wanted_time text, ADD COLUMN wanted_from timestamptz,
    ADD COLUMN wanted_until timestamptz, ADD COLUMN asking text, ADD COLUMN unsure int NOT NULL DEFAULT 0, ADD COLUMN warned_at timestamptz,
    ADD COLUMN handed_over_at timestamptz, ADD COLUMN handed_over_reason text, ADD COLUMN needs_office_now boolean NOT NULL DEFAULT false;
ALTER TABLE texts ADD COLUMN template text;
CREATE TABLE templates (
    organization_id uuid NOT NULL,
    name text NOT NULL,
    version int NOT NULL,
    body text NOT NULL,
    active boolean NOT NULL,
    changed_by uuid,
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL,
    replaced_at timestamptz,
    stopped_at timestamptz,
    stopped_reason text,
    PRIMARY KEY (organization_id, name, version)
);
CREATE UNIQUE INDEX templates_in_use ON templates (organization_id, name) WHERE replaced_at IS NULL;
CREATE TABLE saved_replies (
    saved_reply_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    changed_by uuid,
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX saved_replies_by_title ON saved_replies (organization_id, lower(title));
CREATE TABLE response_settings (
    organization_id uuid NOT NULL,
    version int NOT NULL,
    settings jsonb NOT NULL,
    changed_by uuid,
    changed_by_name text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, version)
);
"""


def upgrade() -> None:
    run(op, TABLES)
    for table in ("templates", "saved_replies", "response_settings"):
        protect(op, table, service="messaging")
