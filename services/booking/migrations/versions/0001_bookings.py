"""Visits and technicians; two visits never overlap for one technician."""

from alembic import op

from chassis.schema import create_chassis_tables, protect, run

revision = "0001"
down_revision = None

TABLES = """
CREATE TYPE uuidrange AS RANGE (subtype = uuid);
CREATE TABLE bookings (
    booking_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    homeowner_id uuid NOT NULL,
    homeowner_number text NOT NULL,
    version int NOT NULL DEFAULT 1,
    status text NOT NULL CHECK (status IN ('requested', 'scheduled', 'completed', 'cancelled', 'declined', 'no_show')),
    start_at timestamptz NOT NULL,
    end_at timestamptz NOT NULL CHECK (end_at > start_at),
    zone text NOT NULL,
    technician_id uuid NOT NULL,
    service text NOT NULL,
    source text NOT NULL,
    customer_name text,
    address text,
    notes text,
    lead_id uuid,
    overbooked boolean NOT NULL DEFAULT false,
    homeowner_rang_at timestamptz,
    CONSTRAINT no_two_visits_at_once EXCLUDE USING gist (
        uuidrange(technician_id, technician_id, '[]') WITH &&,
        tstzrange(start_at, end_at) WITH &&
    ) WHERE (status IN ('requested', 'scheduled') AND NOT overbooked)
);
CREATE INDEX bookings_by_homeowner ON bookings (homeowner_id, start_at);
CREATE INDEX bookings_by_organization ON bookings (organization_id, start_at);
"""


def upgrade() -> None:
    create_chassis_tables(op, service="booking")
    run(op, TABLES)
    protect(op, "bookings", service="booking")
