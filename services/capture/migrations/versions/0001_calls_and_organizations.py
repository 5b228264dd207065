"""Organizations, numbers, accounts, members, callbacks, calls and gaps."""

from alembic import op

from chassis.schema import create_chassis_tables, grant_work, protect, run

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE organizations (
    organization_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    version int NOT NULL,
    snapshot jsonb NOT NULL,
    stripe_customer text
);
CREATE TABLE tracked_numbers (
    number text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    provider text NOT NULL,
    account text NOT NULL,
    added_at timestamptz NOT NULL,
    looked_until timestamptz NOT NULL,
    look_at timestamptz NOT NULL,
    missing_since timestamptz
);
CREATE INDEX tracked_numbers_by_organization ON tracked_numbers (organization_id);
CREATE INDEX tracked_numbers_to_look_at ON tracked_numbers (look_at);
CREATE TABLE provider_accounts (
    organization_id uuid NOT NULL REFERENCES organizations,
    kind text NOT NULL,
    account text NOT NULL,
    secrets jsonb NOT NULL,
    signing_keys jsonb NOT NULL,
    PRIMARY KEY (organization_id, kind, account)
);
CREATE INDEX provider_accounts_by_account ON provider_accounts (account);
CREATE TABLE members (
    member_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    email text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text,
    epoch int NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true
);
CREATE INDEX members_by_organization ON members (organization_id);
CREATE TABLE callbacks (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    callback_key text NOT NULL UNIQUE,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    effect text NOT NULL,
    number text NOT NULL,
    query text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    traceparent text,
    received_at timestamptz NOT NULL,
    happened_at timestamptz NOT NULL,
    folded_at timestamptz,
    due_at timestamptz,
    tries int NOT NULL DEFAULT 0,
    error text
);
CREATE INDEX callbacks_due ON callbacks (seq) WHERE folded_at IS NULL;
CREATE INDEX callbacks_by_subject ON callbacks (subject);
CREATE TABLE refused_callbacks (
    id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL,
    path text NOT NULL,
    reason text NOT NULL,
    headers jsonb NOT NULL,
    digest bytea NOT NULL,
    body bytea
);
CREATE INDEX refused_callbacks_by_age ON refused_callbacks (received_at);
CREATE TABLE calls (
    call_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    provider text NOT NULL,
    provider_call_id text NOT NULL,
    tracked_number text NOT NULL,
    homeowner_id uuid NOT NULL,
    homeowner_number text,
    facts jsonb NOT NULL,
    outcome text NOT NULL,
    reason text,
    told text[] NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    ask_at timestamptz,
    asked int NOT NULL DEFAULT 0
);
CREATE INDEX calls_by_organization ON calls (organization_id, started_at);
CREATE INDEX calls_to_ask ON calls (ask_at) WHERE ask_at IS NOT NULL;
CREATE TABLE gaps (
    gap_id uuid PRIMARY KEY,
    began_at timestamptz NOT NULL,
    noticed_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE INDEX gaps_open ON gaps (noticed_at) WHERE closed_at IS NULL;
"""


def upgrade() -> None:
    create_chassis_tables(op, service="capture", replica=False)
    run(op, TABLES)
    for table in ("organizations", "tracked_numbers", "provider_accounts", "members", "callbacks", "calls"):
        protect(op, table, service="capture", web="SELECT")
    for table in ("refused_callbacks", "gaps"):  # of no organization
        grant_work(op, table, service="capture")
