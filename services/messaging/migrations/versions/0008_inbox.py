"""The inbox: a row per lead as the list shows it, what was read and drafted by whom, photos and recordings, words to search."""

from alembic import op

from chassis.schema import protect, run

revision = "0008"
down_revision = "0007"

TABLES = """
ALTER TABLE texts ADD COLUMN written_by uuid;
CREATE INDEX texts_by_moment ON texts (lead_id, (coalesce(sent_at, created_at)), text_id);
CREATE INDEX thread_items_by_seq ON thread_items (lead_id, seq);
CREATE TABLE thread_changes (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead_id uuid NOT NULL,
    item_id uuid
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1);
CREATE SEQUENCE inbox_seq;
CREATE TABLE inbox_rows (
    lead_id uuid PRIMARY KEY REFERENCES leads ON DELETE CASCADE,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    seq bigint NOT NULL,
    status text NOT NULL,
    assigned_to uuid,
    turn text NOT NULL,
    turn_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    place bigint NOT NULL,
    says text NOT NULL,
    why text NOT NULL,
    marks jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX inbox_rows_open ON inbox_rows (organization_id, place, lead_id) WHERE status IN ('new', 'active', 'booked');
CREATE INDEX inbox_rows_open_of ON inbox_rows (organization_id, assigned_to, place, lead_id) WHERE status IN ('new', 'active', 'booked');
CREATE INDEX inbox_rows_office ON inbox_rows (organization_id, place, lead_id) WHERE turn = 'office';
CREATE INDEX inbox_rows_office_of ON inbox_rows (organization_id, assigned_to, place, lead_id) WHERE turn = 'office';
CREATE INDEX inbox_rows_booked ON inbox_rows (organization_id, place, lead_id) WHERE status = 'booked';
CREATE INDEX inbox_rows_booked_of ON inbox_rows (organization_id, assigned_to, place, lead_id) WHERE status = 'booked';
CREATE INDEX inbox_rows_ended ON inbox_rows (organization_id, place, lead_id) WHERE status IN ('won', 'closed');
CREATE INDEX inbox_rows_ended_of ON inbox_rows (organization_id, assigned_to, place, lead_id) WHERE status IN ('won', 'closed');
CREATE INDEX inbox_rows_by_seq ON inbox_rows (organization_id, seq);
CREATE TABLE thread_words (
    item_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    lead_id uuid NOT NULL,
    at timestamptz NOT NULL,
    words tsvector NOT NULL
);
CREATE INDEX thread_words_found ON thread_words USING gin (words);
CREATE INDEX thread_words_newest ON thread_words (organization_id, at DESC);
CREATE TABLE thread_reads (
    lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    member_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    read_seq bigint NOT NULL,
    PRIMARY KEY (lead_id, member_id)
);
CREATE TABLE drafts (
    lead_id uuid NOT NULL REFERENCES leads ON DELETE CASCADE,
    member_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (lead_id, member_id, kind)
);
CREATE TABLE media (
    media_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    lead_id uuid,
    item_id uuid NOT NULL,
    position int NOT NULL DEFAULT 0,
    kind text NOT NULL,
    line text,
    url text,
    state text NOT NULL,
    reason text,
    content_type text,
    width int,
    height int,
    content bytea,
    tries int NOT NULL DEFAULT 0,
    due_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX media_by_item ON media (item_id, position);
CREATE INDEX media_due ON media (due_at) WHERE state = 'wanted';
ALTER TABLE media ALTER COLUMN content SET STORAGE EXTERNAL;
"""

FUNCTIONS = (
    """
CREATE FUNCTION note_changed_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO thread_changes (lead_id, item_id) SELECT lead_id, item_id FROM changed WHERE lead_id IS NOT NULL;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION note_changed_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO thread_changes (lead_id, item_id) SELECT lead_id, text_id FROM changed WHERE lead_id IS NOT NULL;
    RETURN NULL;
END $$
""",
    """
CREATE FUNCTION note_changed_leads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO thread_changes (lead_id) SELECT lead_id FROM changed;
    RETURN NULL;
END $$
""",
    # Row-level security keeps the planner from the index, since @@ is not leakproof: so the owner looks, and checks the tenant.
    """
CREATE FUNCTION find_leads(asked uuid, wanted tsquery, newest int, most int) RETURNS TABLE (lead_id uuid, at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    hits int;
BEGIN
    IF asked IS DISTINCT FROM nullif(current_setting('callsnare.organization', true), '')::uuid THEN
        RAISE EXCEPTION 'not this organization' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY SELECT w.lead_id, max(w.at) FROM (
        SELECT n.lead_id, n.at, n.words FROM thread_words n WHERE n.organization_id = asked ORDER BY n.at DESC LIMIT newest
    ) w WHERE w.words @@ wanted GROUP BY 1 ORDER BY 2 DESC LIMIT most;
    GET DIAGNOSTICS hits = ROW_COUNT;
    IF hits >= most THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT w.lead_id, max(w.at) FROM thread_words w WHERE w.words @@ wanted AND w.organization_id = asked
        GROUP BY 1 ORDER BY 2 DESC LIMIT most;
END $$
""",
)
TRIGGERS = (("thread_items", "items"), ("texts", "texts"), ("leads", "leads"))
TENANT_TABLES = ("inbox_rows", "thread_words", "thread_reads", "drafts", "media")


def upgrade() -> None:
    run(op, TABLES)
    for function in FUNCTIONS:
        op.execute(function)
    for table, name in TRIGGERS:
        for event in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS changed"
                f" FOR EACH STATEMENT EXECUTE FUNCTION note_changed_{name}()"
            )
    for table in TENANT_TABLES:
        protect(op, table, service="messaging")
    op.execute("GRANT SELECT, INSERT, DELETE ON thread_changes TO messaging_work")
    op.execute("GRANT INSERT ON thread_changes TO messaging_web")
    op.execute("GRANT USAGE ON inbox_seq TO messaging_work")
    op.execute("REVOKE EXECUTE ON FUNCTION find_leads(uuid, tsquery, int, int) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION find_leads(uuid, tsquery, int, int) TO messaging_web")
    # Every lead that is there already gets its row.
    op.execute("INSERT INTO thread_changes (lead_id) SELECT lead_id FROM leads")
    op.execute(
        "INSERT INTO thread_changes (lead_id, item_id) SELECT lead_id, item_id FROM thread_items WHERE lead_id IS NOT NULL"
    )
    op.execute(
        "INSERT INTO thread_changes (lead_id, item_id) SELECT lead_id, text_id FROM texts WHERE lead_id IS NOT NULL"
    )
