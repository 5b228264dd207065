"""Tables that every service has, and row-level security: frozen text, used by the first revision of each chain."""

from typing import Final, Protocol

CHASSIS_TABLES_V1: Final = """
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload bytea NOT NULL,
    headers jsonb NOT NULL,
    partition int,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1);
CREATE TABLE outbox_dead (
    seq bigint PRIMARY KEY,
    id uuid NOT NULL,
    aggregatetype text NOT NULL,
    aggregateid text NOT NULL,
    type text NOT NULL,
    payload bytea NOT NULL,
    headers jsonb NOT NULL,
    appended_at timestamptz NOT NULL,
    error text NOT NULL,
    died_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_by_age ON inbox (received_at);
CREATE TABLE parked (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    record_offset bigint NOT NULL,
    event_id uuid,
    type text NOT NULL,
    payload bytea NOT NULL,
    headers jsonb NOT NULL,
    error text NOT NULL,
    tries int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (consumer, topic, partition, record_offset)
);
CREATE INDEX parked_by_key ON parked (consumer, key, seq);
CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    record_offset bigint NOT NULL,
    event_id uuid,
    type text NOT NULL,
    payload bytea NOT NULL,
    headers jsonb NOT NULL,
    error text NOT NULL,
    tries int NOT NULL,
    died_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (consumer, topic, partition, record_offset)
);
"""

REPLICA_V1: Final = """
CREATE TABLE organization_replicas (
    organization_id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    version int NOT NULL,
    snapshot jsonb NOT NULL
);
"""


class Executes(Protocol):
    """Alembic's `op`, of which only this is used."""

    def execute(self, sqltext: str, /) -> None: ...


def create_chassis_tables(op: Executes, *, service: str, replica: bool = True) -> None:
    """Outbox, inbox, parking and dead letters; the organizations' replica too, where the service is not their owner."""
    _run(op, CHASSIS_TABLES_V1)
    for table in ("outbox", "outbox_dead", "inbox", "parked", "dead_letters"):
        _run(op, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}_work")
    _run(op, f"GRANT INSERT ON outbox TO {service}_web")
    if replica:
        _run(op, REPLICA_V1)
        protect(op, "organization_replicas", service=service, web="SELECT")


def protect(op: Executes, table: str, *, service: str, web: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Forced row-level security by `organization_id`: the web role sees one organization, the work role all.

    The owner sees all too: migrations move rows, and its SECURITY DEFINER functions check the organization themselves.
    """
    _run(op, f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _run(op, f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for role in ("owner", "work"):
        _run(op, f"CREATE POLICY {role} ON {table} TO {service}_{role} USING (true) WITH CHECK (true)")
    mine = "organization_id = nullif(current_setting('callsnare.organization', true), '')::uuid"
    _run(op, f"CREATE POLICY web ON {table} TO {service}_web USING ({mine}) WITH CHECK ({mine})")
    _run(op, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}_work")
    if web:
        _run(op, f"GRANT {web} ON {table} TO {service}_web")


def grant_work(op: Executes, table: str, *, service: str) -> None:
    """For a table without an organization: only the work role may use it."""
    _run(op, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {service}_work")


def run(op: Executes, script: str) -> None:
    """Several statements; asyncpg prepares one at a time. A semicolon ends a line."""
    _run(op, script)


def _run(op: Executes, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            op.execute(statement.strip().removesuffix(";"))
