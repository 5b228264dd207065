"""Homeowners, leads, threads, texts, consent and opt-outs."""

from alembic import op

from chassis.schema import create_chassis_tables, protect, run

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE homeowners (
    homeowner_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    number text,
    trouble text,
    paused boolean NOT NULL DEFAULT false,
    window_from timestamptz,
    refused_lines text[] NOT NULL DEFAULT '{}',
    last_line text,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX homeowners_by_number ON homeowners (organization_id, number) WHERE number IS NOT NULL;
CREATE TABLE leads (
    lead_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL REFERENCES homeowners,
    status text NOT NULL,
    version int NOT NULL DEFAULT 1,
    office_owns boolean NOT NULL DEFAULT false,
    asked_for_a_call boolean NOT NULL DEFAULT false,
    assigned_to uuid,
    earlier_lead_id uuid,
    opened_at timestamptz NOT NULL,
    replied_at timestamptz,
    last_text_at timestamptz,
    last_sign_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_reason text
);
CREATE UNIQUE INDEX one_open_lead ON leads (organization_id, homeowner_id) WHERE status IN ('new', 'active', 'booked');
CREATE INDEX leads_by_homeowner ON leads (homeowner_id, opened_at DESC);
CREATE INDEX leads_by_organization ON leads (organization_id, opened_at);
CREATE INDEX leads_by_silence ON leads (last_sign_at) WHERE status IN ('new', 'active');
CREATE TABLE thread_items (
    item_id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    lead_id uuid REFERENCES leads,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    body text,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX thread_items_by_lead ON thread_items (lead_id, at, seq);
CREATE TABLE texts (
    text_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    lead_id uuid REFERENCES leads,
    text_class text NOT NULL,
    state text NOT NULL,
    body text NOT NULL,
    body_after_hours text,
    from_number text,
    to_number text,
    partition int NOT NULL,
    segments int NOT NULL,
    planned_in_status text,
    first_automated boolean NOT NULL DEFAULT false,
    call_id uuid,
    answers_at timestamptz,
    allowed_since timestamptz,
    passes_at timestamptz,
    approved boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    due_at timestamptz,
    held_until timestamptz,
    attempt int NOT NULL DEFAULT 0,
    claimed_by text,
    claimed_until timestamptz,
    attempted_at timestamptz,
    provider text,
    provider_id text,
    carrier_state text,
    sent_at timestamptz,
    error_code int,
    reason text,
    rule int,
    looks int NOT NULL DEFAULT 1,
    decision jsonb NOT NULL,
    latest_decision jsonb
);
CREATE INDEX texts_due ON texts (due_at, partition) WHERE state IN ('queued', 'held');
CREATE INDEX texts_claimed ON texts (claimed_until) WHERE state = 'sending';
CREATE INDEX texts_unsettled ON texts (due_at) WHERE state = 'unsettled';
CREATE INDEX texts_by_homeowner ON texts (homeowner_id, created_at DESC);
CREATE INDEX texts_by_lead ON texts (lead_id, created_at);
CREATE INDEX texts_by_provider_id ON texts (provider_id) WHERE provider_id IS NOT NULL;
CREATE TABLE consents (
    consent_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    source text NOT NULL,
    wording_version text NOT NULL,
    evidence_id uuid NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX consents_by_homeowner ON consents (homeowner_id);
CREATE TABLE opt_outs (
    opt_out_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    source text NOT NULL,
    evidence_id uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_evidence_id uuid
);
CREATE UNIQUE INDEX one_opt_out ON opt_outs (organization_id, homeowner_id) WHERE ended_at IS NULL;
CREATE TABLE ignored_numbers (
    organization_id uuid NOT NULL,
    number text NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, number)
);
"""


def upgrade() -> None:
    create_chassis_tables(op, service="messaging")
    run(op, TABLES)
    for table in ("homeowners", "leads", "thread_items", "texts", "opt_outs", "ignored_numbers"):
        protect(op, table, service="messaging")
    protect(op, "consents", service="messaging", web="SELECT, INSERT")
