"""A day in a shop of Texas, as calls and texts make it: for pictures, and to look at pages as they are in use."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from browsers import MEMBERS, PASSWORD
from carrier_client import Shop, until
from running_stack import RunningStack

ZONE: Final = ZoneInfo("America/Chicago")
LAST_NIGHT: Final = datetime(2026, 11, 23, 22, 47, tzinfo=ZONE)
"""A Monday."""
LINE: Final = "+15125550100"
DANA, WALT, ELLEN, MARCUS, CURTIS, LENA, PRIYA, WEST = (
    "+15125550142", "+15125550131", "+15125550160", "+15125550118", "+15125550127", "+15125550135", "+15125550151", "+12135550177",
)  # fmt: skip
HOURS: Final = {
    **{day: ["07:30-17:30"] for day in ("mon", "tue", "wed", "fri")},
    "thu": ["07:30-12:00", "13:00-17:30"],
    "sat": ["09:00-13:00"],
}


class LivelyDay:
    """Moves the clock of a whole stack from one thing that happens to the next."""

    def __init__(self, folder: Path) -> None:
        self._clock = folder / "clock"
        self._offset = 0.0
        self.becomes(LAST_NIGHT)
        self.stack = RunningStack(folder, {"CALLSNARE_CLOCK": str(self._clock)})
        self.shop: Shop

    def becomes(self, moment: datetime) -> None:
        """The clock of every process from now on. Time goes on by itself."""
        self._offset = moment.timestamp() - datetime.now(ZONE).timestamp()  # noqa: TID251 -- the clock itself is moved
        self._clock.write_text(str(self._offset))

    def at(self, hour: int, minute: int) -> None:
        """Of the day itself, a Tuesday."""
        self.becomes(datetime(2026, 11, 24, hour, minute, tzinfo=ZONE))

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(ZONE).timestamp() + self._offset, ZONE)  # noqa: TID251 -- as above

    def begin(self) -> None:
        self.stack.start()
        self.shop = Shop(self.stack, "redbud", LINE)
        members = [{**each, "email": f"{each['email']}@redbud.example", "password": PASSWORD} for each in MEMBERS]
        with tempfile.TemporaryDirectory() as folder:
            self.shop.open(
                Path(folder), name="Redbud Heating & Air", state="TX", office_line="+15125550199", hours=HOURS, members=members, automation="live",
                first_reply={"window_hours": 24, "after_hours": "template", "at_night": "hold"},
                closures=[{"name": "Team training", "from": "2026-12-11", "to": "2026-12-11"}],
            )  # fmt: skip
        self.shop.carrier.post("faults", undeliverable={ELLEN: 30006})

    def texted(self, number: str, count: int = 1) -> None:
        """Waits until so many texts reached this homeowner."""
        until(lambda: len(self.shop.carrier.sent_to(number)) >= count, seconds=30, what=f"{count} texts to {number}")

    def night(self) -> None:
        self.shop.ring(DANA, ring_seconds=0.3)
        until(lambda: self.shop.texts(DANA, state="held"), what="Dana's text is held")

    def morning(self) -> None:
        """Until the office comes to its desk."""
        ring, write = self.shop.ring, self.shop.write
        self.at(9, 0)
        self.texted(DANA)
        ring(ELLEN)
        until(lambda: self.shop.texts(ELLEN, state="undelivered"), seconds=30, what="the landline is told of")
        ring(WALT)
        self.texted(WALT)
        self.at(9, 12)
        write(WALT, "CANCEL")
        ring(CURTIS)
        self.texted(CURTIS)
        self.at(9, 31)
        write(CURTIS, "Upstairs isn't heating, downstairs is fine")
        self.texted(CURTIS, 2)
        ring(PRIYA, how="voicemail", message_seconds=21)
        self.texted(PRIYA)
        self.at(9, 36)
        write(DANA, "Furnace quit last night. No heat and I have two little kids. Can someone come today?")
        self.texted(DANA, 2)
        self.at(9, 38)
        self.texted(DANA, 2)
        write(DANA, "Dana Whitlock, 1408 Sagebrush Ln Round Rock 78664")
        self.texted(DANA, 3)
        self.at(9, 40)
        ring(MARCUS)
        self.texted(MARCUS)
        ring(WEST)
        until(lambda: self.shop.texts(WEST, state="held"), what="the text to California is held")
        ring(LENA)
        self.texted(LENA)
        write(LENA, "Heat pump needs its tune-up before winter, no rush")
        self.texted(LENA, 2)
        self.at(9, 41)
        write(DANA, "Do you charge extra for same day? My husband wants to know before we pick")
