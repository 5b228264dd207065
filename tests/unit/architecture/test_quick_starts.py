"""What a process does not use, it does not load: a restart after a kill is a second that calls wait for."""

import subprocess
import sys

SERVICES = ("capture", "messaging", "booking", "reminders", "proof")
SLOW = ("alembic", "sqlalchemy")  # half a second; only `migrate` uses them


def test_no_service_loads_what_only_migrations_use() -> None:
    mains = ", ".join(f"{service}.__main__, {service}.main" for service in SERVICES)
    code = f"import sys, {mains}; print([name for name in {SLOW} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
