"""Random histories of a few homeowners through the real store and the real sender; the judge sees only what left."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import never
import pytest
from never import Happened, Sent
from visits import booking, hears_booking, hears_of, plans

from chassis import ids
from chassis.clock import Clock
from chassis.testing import FixedClock
from contracts.bookings import BookingChanged
from contracts.organizations import FirstReply
from contracts.reminders import ReminderDue

AREAS = {"305": ("America/New_York", "FL"), "512": ("America/Chicago", "TX"), "808": ("Pacific/Honolulu", "HI"), "801": ("America/Denver", "UT")}  # fmt: skip
STEPS = (
    "ring",
    "ring",
    "write",
    "stop",
    "start",
    "book",
    "move",
    "remind",
    "follow up",
    "wait",
    "wait",
    "wait",
    "sleep",
)


@dataclass
class History:
    """What is done to a shop, and what the judge is told of it."""

    shop: Any
    clock: FixedClock
    dice: random.Random
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)
    visits: dict[str, BookingChanged] = field(default_factory=dict)
    happened: list[Happened] = field(default_factory=list)

    async def step(self) -> None:
        who, step = self.dice.choice(sorted(self.numbers)), self.dice.choice(STEPS)
        match step:
            case "ring":
                await self.shop.hears(self.shop.missed(who))
            case "write":
                await self.shop.hears(self.shop.text(who, "my furnace is out"))
            case "stop" | "start":
                self.happened.append(Happened(at=self.clock.now(), who=who, kind=step))
                await self.shop.hears(self.shop.text(who, step.upper()))
            case "book" | "move":
                await self._visit(who)
            case "remind" if who in self.visits:
                await plans(self.shop, who, self.visits[who], version=self.visits[who].booking_version)
            case "follow up":
                await self._follow_up(who)
            case "wait":
                self.clock.advance(minutes=self.dice.randint(1, 90))
            case "sleep":
                self.clock.advance(hours=self.dice.randint(5, 30))
            case _:
                pass
        await self._goes_on()

    async def _visit(self, who: str) -> None:
        known = self.visits.get(who)
        same = {} if known is None else {"booking_id": known.booking_id, "booking_version": known.booking_version + 1}
        self.visits[who] = visit = booking(self.shop, who, **same)
        await hears_of(self.shop, visit)
        self.happened.append(
            Happened(at=self.clock.now(), who=who, kind="visit", visit=str(visit.booking_id), version=visit.booking_version)
        )  # fmt: skip

    async def _follow_up(self, who: str) -> None:
        lead = next(
            (each for each in await self.shop.leads() if each["number"] == who and each["status"] == "new"), None
        )
        if lead is not None:
            common = self.shop._common(who)
            due = ReminderDue(
                **common, job_id=ids.new_id(), kind="follow_up", due_at=self.clock.now(), lead_id=lead["lead_id"]
            )
            async with self.shop.database.work() as transaction:
                await self.shop.follow_up(transaction, due)

    async def _goes_on(self) -> None:
        await self.shop.hears_nothing_new()
        hears_booking(self.shop)
        await self.shop.sends()

    async def sent(self) -> list[Sent]:
        """By the carrier's own list, each with what our row says it was."""
        rows = {row["provider_id"]: row for who in self.numbers for row in await self.shop.rows(who)}
        return [
            Sent(at=kept.created_at, to=outgoing.to_number, text_class=rows[kept.provider_id]["text_class"], answers=rows[kept.provider_id]["answers_at"],
                 visit=str(rows[kept.provider_id]["booking_id"]), version=rows[kept.provider_id]["visit_version"])
            for outgoing, kept in self.shop.carrier.took if kept.created_at is not None
        ]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_what_must_never_happen_does_not_in_any_history(
    open_shop: Callable[..., Any], clock: Clock, seed: int
) -> None:
    dice = random.Random(seed)
    shop = open_shop(
        first_reply=FirstReply(after_hours="template", at_night="hold", window_hours=dice.choice([12, 24]))
    )
    assert isinstance(clock, FixedClock)
    numbers = {f"+1{area}555{dice.randint(1000, 9999)}": place for area, place in AREAS.items()}
    history = History(shop, clock, dice, numbers)
    for _ in range(70):
        await history.step()
    clock.advance(hours=40)
    await history._goes_on()
    sent = await history.sent()
    window = timedelta(hours=shop.organizations.get(shop.id).first_reply.window_hours)
    assert never.violations(sent, history.happened, places=numbers, window=window) == []
    assert {"first_reply", "reminder"} <= {each.text_class for each in sent}
