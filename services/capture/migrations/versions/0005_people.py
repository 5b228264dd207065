"""People: sessions, second steps, links for inviting and for new passwords, failures at the sign-in."""

from alembic import op

from chassis.schema import grant_work, protect, run

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    member_id uuid NOT NULL REFERENCES members,
    epoch int NOT NULL,
    csrf text NOT NULL,
    device text NOT NULL,
    began_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_open ON sessions (member_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_just_ended ON sessions (organization_id, ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE second_steps (
    member_id uuid PRIMARY KEY REFERENCES members,
    organization_id uuid NOT NULL REFERENCES organizations,
    secret text NOT NULL,
    begun_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0
);
CREATE TABLE recovery_codes (
    member_id uuid NOT NULL REFERENCES members,
    organization_id uuid NOT NULL REFERENCES organizations,
    digest bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (member_id, digest)
);
CREATE TABLE invitations (
    invitation_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    invited_by uuid NOT NULL REFERENCES members,
    invited_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    UNIQUE (organization_id, email)
);
CREATE TABLE password_links (
    digest bytea PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    member_id uuid NOT NULL REFERENCES members,
    made_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX password_links_by_member ON password_links (member_id);
CREATE TABLE known_devices (
    digest bytea NOT NULL,
    member_id uuid NOT NULL REFERENCES members,
    organization_id uuid NOT NULL REFERENCES organizations,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (digest, member_id)
);
CREATE TABLE sign_in_failures (
    digest bytea PRIMARY KEY,
    failures int NOT NULL,
    last_at timestamptz NOT NULL,
    wait_until timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_at);
"""
TENANTS = ("sessions", "second_steps", "recovery_codes", "invitations", "password_links", "known_devices")


def upgrade() -> None:
    run(op, TABLES)
    for table in TENANTS:
        protect(op, table, service="capture")
    grant_work(op, "sign_in_failures", service="capture")  # of no organization
    run(op, "GRANT INSERT, UPDATE ON members TO capture_web;\n")
