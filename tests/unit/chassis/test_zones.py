import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

WINTER = "from datetime import datetime; from zoneinfo import ZoneInfo; import chassis; print({expression})"


def test_vancouver_keeps_its_summer_time_in_the_winter_of_2027() -> None:
    at = datetime(2027, 1, 15, 12, tzinfo=ZoneInfo("America/Vancouver"))
    assert at.utcoffset() == timedelta(hours=-7)


def test_zones_never_come_from_the_machine(tmp_path: Path) -> None:
    """A machine whose zone files are nonsense does not mislead a process that imports the chassis."""
    (tmp_path / "America").mkdir()
    (tmp_path / "America" / "Vancouver").write_bytes(b"nonsense")
    code = WINTER.format(expression='datetime(2027, 1, 15, tzinfo=ZoneInfo("America/Vancouver")).utcoffset()')
    environment = {**os.environ, "PYTHONTZPATH": str(tmp_path)}  # noqa: TID251 -- the child inherits all but the zones
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "-1 day, 17:00:00"
