import os
import subprocess
import sys
import zoneinfo
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chassis import zones

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


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Chicago", "Central time, Chicago"),
        ("America/Indiana/Indianapolis", "Eastern time, Indianapolis"),
        ("America/New_York", "Eastern time, New York"),
        ("America/Phoenix", "Arizona time, Phoenix"),
        ("Pacific/Honolulu", "Hawaii time, Honolulu"),
        ("Europe/Paris", "Paris time"),
        ("UTC", "UTC time"),
    ],
)
def test_a_zone_is_said_as_people_say_it(zone: str, words: str) -> None:
    assert zones.in_words(zone) == words


def test_every_zone_with_a_name_exists_and_keeps_the_clock_of_the_others() -> None:
    """In the winter; in 2026 all of a name agree but Arizona, which has one of its own."""
    winter = datetime(2026, 1, 15, 12)  # noqa: DTZ001 -- local to each zone
    for name, members in zones.TIMES.items():
        assert set(members) <= zoneinfo.available_timezones()
        assert len({winter.replace(tzinfo=ZoneInfo(zone)).utcoffset() for zone in members}) == 1, name


def test_a_form_offers_the_zone_that_is_set_whatever_it_is() -> None:
    assert zones.offered("Europe/Paris")["Europe/Paris"] == "Paris time"
    assert list(zones.offered("America/Chicago")) == list(zones.OFFERED)
