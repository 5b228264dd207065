"""What happens: rings, texts, STOPs, changes of settings, outages. All of it from one seed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final

from contracts.base import Event
from contracts.inbound import CallAnswered, CallMissed
from year import sayings
from year.carrier import TakenText, Trouble
from year.journal import Rang, Reported, Said, Spoke
from year.people import Homeowner, changes, homeowners, shops
from year.world import World, ids_for

MONTH: Final = 30.0
WHAT_THEY_SAY: Final = {"talk": 70, "stop": 7, "plain": 6, "help": 4, "start": 8, "yes": 5}
REPORTS: Final = (("sent", None), ("delivered", None), ("undelivered", 30003), ("undelivered", 30005), ("failed", 99999), ("unknown", None), ("undelivered", 21610))  # fmt: skip
REPORT_WEIGHTS: Final = (12, 80, 4, 1, 1, 2, 1)
TROUBLES: Final = ("down", "mute", "deaf", "busy")


class History:
    """Fills a world for `days`; `people` homeowners, `pace` times as lively as in real life."""

    def __init__(self, world: World, *, days: float, people: int, pace: float) -> None:
        self.world, self.random = world, world.random
        self.days, self.end = days, world.start + timedelta(days=days)
        self._pace = pace
        self._shops = shops(world.start, ids_for(6))
        self.people = homeowners(self.random, self._shops, people)
        world.carrier.landlines = {each.number for each in self.people if each.kind == "landline" and each.number}
        world.on_taken = self._on_taken
        self._who = {(each.shop, each.number): each for each in self.people}

    async def begin(self) -> None:
        """The shops open; everything that does not answer something is planned."""
        for shop in self._shops:
            await self.world.change(shop)
            for change in changes(shop, self.world.start, self.days):
                self.world.at(change.since, partial(self.world.change, change))
        for person in self.people:
            for moment in self._moments(person.random, person.calls_a_month * self._pace / MONTH):
                self.world.at(moment, partial(self._rings, person))
        for person in self.random.sample(self.people, len(self.people) // 4):
            self._office_acts_on(person)
        self._troubles()
        for day in range(1, int(self.days) + 1):
            self.world.at(self.world.start + timedelta(days=day), self.world.messaging.close_silent)

    def _moments(self, random: Random, a_day: float) -> Iterable[datetime]:
        """A Poisson stream; many of the happenings keep to the hours in which people ring."""
        moment = self.world.start
        while True:
            moment += timedelta(days=random.expovariate(a_day))
            if moment >= self.end:
                return
            yield moment.replace(hour=random.randrange(13, 24)) if random.random() < 0.4 else moment
            for _ in range(random.choice((0, 0, 0, 1, 2))):  # who gets nobody rings again
                yield moment + timedelta(minutes=random.expovariate(1 / 90))

    def _troubles(self) -> None:
        for _ in range(max(4, int(self.days / 4))):
            since = self.world.start + timedelta(days=self.random.uniform(0, self.days))
            until = since + timedelta(minutes=self.random.choice((2, 10, 45, 200)))
            self.world.carrier.troubles.append(Trouble(since, until, self.random.choice(TROUBLES)))
        for _ in range(max(3, int(self.days / 10))):
            since = self.world.start + timedelta(days=self.random.uniform(0, self.days))
            length = timedelta(minutes=self.random.choice((1, 10, 10, 180)))
            self.world.at(since, partial(self.world.silence, length))
            self.world.at(
                self.world.start + timedelta(days=self.random.uniform(0, self.days)), self._process_starts_anew
            )

    async def _process_starts_anew(self) -> None:
        self.world.messaging.start_again()
        self.world.journal.starts.append(self.world.now)

    def _office_acts_on(self, person: Homeowner) -> None:
        if person.number is None or person.kind == "own line":
            return
        what = self.random.choice(("ignored", "paused", "owned", "owned"))
        since = self.world.start + timedelta(days=self.random.uniform(0, self.days))
        until = since + timedelta(days=self.random.expovariate(10 / self.days))
        self.world.at(since, partial(self.world.switch, person.shop, person.number, what, on=True))
        self.world.at(until, partial(self.world.switch, person.shop, person.number, what, on=False))

    async def _rings(self, person: Homeowner) -> None:
        line = person.random.choice(self.world.shop(person.shop).lines)
        at, dice = self.world.now, person.random.random()
        if dice < 0.1:
            answered = self.world.tell.call(CallAnswered, person.shop, person.number, line, at, seconds=61)
            await self.world.hear(partial(self._spoke, answered))
            return
        call = self.world.tell.call(
            CallMissed, person.shop, person.number, line, at, reason="no_answer", counts=dice > 0.14
        )
        await self.world.hear(partial(self._rang, call))
        if dice > 0.9:
            voicemail = self.world.tell.voicemail(call)
            self.world.at(at + timedelta(seconds=40), partial(self.world.hear, lambda: voicemail))
        if person.random.random() < 0.5:
            for hours in (4.0, *([24.0] if person.random.random() < 0.3 else [])):
                due = at + timedelta(hours=hours * person.random.uniform(0.5, 2))
                self.world.at(due, partial(self._follow_up, person))
        if person.random.random() < 0.15:
            self._will_say(person, line, within_minutes=300)

    def _spoke(self, call: CallAnswered) -> Event:
        self.world.journal.spoke.append(
            Spoke(shop=call.organization_id, number=call.homeowner_number, at=call.ended_at, heard_at=self.world.now)
        )
        return call

    def _rang(self, call: CallMissed) -> Event:
        heard = self.world.now
        self.world.journal.rang.append(
            Rang(
                shop=call.organization_id,
                number=call.homeowner_number,
                call_id=call.call_id,
                at=call.ended_at,
                heard_at=heard,
                counts=call.counts,
            )
        )
        return call

    async def _follow_up(self, person: Homeowner) -> None:
        """Reminders' job comes due; it comes by another topic than what homeowners do."""
        messaging, homeowner = self.world.messaging, self.world.tell.homeowner(person.shop, person.number)
        async with messaging.database.work() as transaction:
            lead = await transaction.fetch_value(
                "SELECT lead_id FROM leads WHERE homeowner_id = $1 ORDER BY opened_at DESC LIMIT 1", homeowner
            )
            if lead is not None and person.number is not None:
                job = self.world.tell.follow_up(person.shop, person.number, lead, self.world.now)
                await messaging.follow_up(transaction, job)

    def _will_say(self, person: Homeowner, line: str, *, within_minutes: float) -> None:
        if person.number is None or person.kind == "own line":
            return
        at = self.world.now + timedelta(minutes=person.random.expovariate(1 / within_minutes))
        self.world.at(at, partial(self._says, person, line))

    async def _says(self, person: Homeowner, line: str, words: str | None = None) -> None:
        number, shop, at = person.number or "", self.world.shop(person.shop), self.world.now
        line = line if line in shop.lines else shop.lines[0]
        body = words or self._words(person)
        self.world.carrier.hears(number, line, body)
        word = self._carrier_word(body) if shop.keywords == "provider" and person.random.random() < 0.5 else None
        text = self.world.tell.text(person.shop, number, line, body, at, word)

        def make() -> Event:
            said = Said(shop=person.shop, number=number, body=body, at=at, heard_at=self.world.now, carrier_word=word)
            self.world.journal.said.append(said)
            return text

        await self.world.hear(make)
        if person.random.random() < 0.4:
            self._will_say(person, line, within_minutes=person.random.choice((3, 60, 3000)))
        if (
            sayings.meaning_of(body, opted_out=False, carrier_word=word) in ("stop", "plain")
            and person.random.random() < 0.8
        ):
            again = at + timedelta(days=person.random.expovariate(1 / 8))
            self.world.at(again, partial(self._says, person, line, "START"))

    def _words(self, person: Homeowner) -> str:
        (kind,) = person.random.choices(list(WHAT_THEY_SAY), list(WHAT_THEY_SAY.values()))
        if kind == "talk":
            return person.random.choice(sayings.TALK)
        if kind == "plain":
            return person.random.choice(sayings.PLAIN)
        words = {"stop": sayings.CARRIER_STOPS, "start": sayings.STARTS, "help": sayings.HELPS, "yes": ("YES",)}[kind]
        word = person.random.choice(words)
        cased = person.random.choice((word, word, word.lower(), word.capitalize(), word.swapcase().title()))
        return person.random.choice(sayings.FRAMES).format(cased)

    def _carrier_word(self, body: str) -> Any:
        """Twilio's OptOutType, of the words that it knows by itself."""
        bare = body.strip(" .!\"'()*…\n").upper()
        if bare in sayings.CARRIER_STOPS:
            return "STOP"
        return "START" if bare in sayings.STARTS else "HELP" if bare in sayings.HELPS else None

    def _on_taken(self, taken: TakenText) -> None:
        """Reports come some seconds later; most of those who got a text and will write do so within hours."""
        person = self._who[taken.shop, taken.outgoing.to_number]
        if person.random.random() < 0.95:
            (report,) = person.random.choices(REPORTS, REPORT_WEIGHTS)
            for state, code in (report, *([("delivered", None)] if person.random.random() < 0.1 else [])):
                after = timedelta(seconds=person.random.choice((2, 5, 50, 90, 4000)))
                self.world.at(taken.at + after, partial(self._reports, taken, state, code))
        if person.random.random() < 0.35:
            self._will_say(person, taken.outgoing.from_number, within_minutes=person.random.choice((1, 20, 400)))

    async def _reports(self, taken: TakenText, state: str, code: int | None) -> None:
        report = self.world.tell.report(taken, state, self.world.now, code)

        def make() -> Event:
            told = Reported(
                shop=taken.shop,
                number=taken.outgoing.to_number,
                line=taken.outgoing.from_number,
                text_id=taken.text_id,
                state=state,
                code=code,
                heard_at=self.world.now,
                provider_id=taken.provider_id,
            )
            self.world.journal.reported.append(told)
            return report

        await self.world.hear(make)
