"""The journal, asked: what was so at a moment."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from year.areas import area_of
from year.journal import Journal, Left, Planned, ShopFacts, Switched
from year.sayings import meaning_of

OPTED_OUT_BY_CARRIER: Final = 21610
UNREACHABLE: Final = frozenset({21211, 21614, 21635, 30004, 30005, 30006})
STRICTER_ON_SUNDAYS: Final = ("RI", "UT")
"""The product lets texts arrive there; their statutes do not (decision record on quiet hours), so holding is right as well."""
PLACE: Final = re.compile(r"\d{4,}")
"""Of what they write, a postal code or an address: quiet hours heed that place as well."""
Who = tuple[UUID, str]
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Violation(NamedTuple):
    """Something that must not be; `kind` is one of those that `look.py` lists."""

    kind: str
    text_id: UUID | None
    at: datetime
    words: str


class Word(NamedTuple):
    """A STOP or START and the like: when it was said, when messaging heard of it."""

    at: datetime
    heard_at: datetime
    meaning: str


@dataclass(frozen=True)
class Sent:
    """One try, beside what messaging stored of the text and the shop's settings at that moment."""

    left: Left
    text: Planned
    shop: ShopFacts

    @property
    def who(self) -> Who:
        return self.left.shop, self.left.number


class Past:
    """Indexes over a journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._shops = _grouped((facts.shop, facts) for facts in journal.shops)
        self.talk: dict[Who, list[datetime]] = defaultdict(list)
        self.words = self._words()
        self.sent = [self._sent(left) for left in journal.left if left.text_id in journal.planned]
        self._sent_to = _grouped((sent.who, sent) for sent in self.sent)
        self._switched = _grouped((_switch(each), (each.at, each.on)) for each in journal.switched)
        self._statuses = _grouped((move.lead_id, (move.at, move.status)) for move in journal.moved)
        refused = [((each.shop, each.number), each.at) for each in journal.left if each.code in UNREACHABLE]
        arrived = {each.text_id: each.heard_at for each in reversed(journal.reported) if each.state == "delivered"}
        told = [
            ((each.shop, each.number), each.heard_at)
            for each in journal.reported
            if each.code in UNREACHABLE and not arrived.get(each.text_id, each.heard_at) < each.heard_at
        ]
        self._unreachable = _grouped((*refused, *told))
        self._said = _grouped(((each.shop, each.number), each) for each in journal.said)
        self._heard_from = _grouped(((each.shop, each.number), each.heard_at) for each in journal.said)
        ends = [each for each in journal.reported if each.state in ("failed", "undelivered")]
        self._failed = {each.provider_id: each.heard_at for each in reversed(ends)}

    def everybody(self) -> list[Who]:
        return list(self._sent_to)

    def sent_to(self, who: Who) -> list[Sent]:
        return self._sent_to.get(who, [])

    def replies(self, who: Who) -> list[datetime]:
        """When messaging heard of texts that are no carrier word."""
        return self.talk.get(who, [])

    def opened_at(self, lead_id: UUID | None) -> datetime | None:
        moves = self._statuses.get(lead_id, []) if lead_id is not None else []
        return moves[0][0] if moves else None

    def starts_near(self, moment: datetime) -> bool:
        """Whether messaging started anew, or a silence ended, at this very moment."""
        return any(until == moment for _, until in self.journal.silences) or moment in self.journal.starts

    def shop_at(self, shop: UUID, moment: datetime) -> ShopFacts:
        known = self._shops[shop]
        return known[max(0, bisect_right([each.since for each in known], moment) - 1)]

    def is_switched(self, who: Who, what: str, moment: datetime) -> bool:
        past = [on for at, on in self._switched[(*who, what)] if at <= moment]
        return past[-1] if past else False

    def is_owned(self, lead_id: UUID | None, moment: datetime) -> bool:
        past = [on for at, on in self._switched[("owned", lead_id)] if at <= moment]
        return past[-1] if past else False

    def counts_at(self, sent: Sent, moment: datetime) -> bool:
        """Whether the carrier has it, and had not said by then that it could not deliver it."""
        failed = self._failed.get(sent.left.provider_id)
        return sent.left.taken and (failed is None or failed > moment)

    def was_switched_just_now(self, who: Who, what: str, moment: datetime) -> bool:
        return any(at == moment for at, _ in self._switched[(*who, what)])

    def status_at(self, lead_id: UUID | None, moment: datetime) -> str | None:
        past = [status for at, status in self._statuses[lead_id] if at <= moment] if lead_id is not None else []
        return past[-1] if past else None

    def is_unreachable(self, who: Who, moment: datetime) -> bool:
        """Whether a carrier had said for good that this number gets no texts; who writes since then can be written to."""
        refused = max((at for at in self._unreachable[who] if at < moment), default=None)
        wrote = max((at for at in self._heard_from[who] if at <= moment), default=None)
        return refused is not None and (wrote is None or wrote < refused)

    def is_place_doubtful(self, who: Who, moment: datetime) -> bool:
        """Whether two people may rightly think differently of where they are, or of its Sundays: the stricter may count."""
        area = area_of(who[1])
        return self.has_told_a_place(who, moment) or area is None or area.state in STRICTER_ON_SUNDAYS

    def has_told_a_place(self, who: Who, moment: datetime) -> bool:
        return any(each.heard_at <= moment and PLACE.search(each.body) for each in self._said[who])

    def opted_out_since(self, who: Who, moment: datetime, *, unheard: timedelta | None = None) -> Word | None:
        """The STOP that is in force for messaging at this moment; with `unheard`, also one that was said so long ago."""
        stop: Word | None = None
        for word in self.words[who]:
            known = word.heard_at <= moment or (unheard is not None and word.at + unheard < moment)
            if known:
                stop = None if word.meaning == "start" else stop or word
        return stop

    def last_start(self, who: Who, moment: datetime) -> datetime | None:
        past = [word.at for word in self.words[who] if word.meaning == "start" and word.heard_at <= moment]
        return past[-1] if past else None

    def heard_within(self, moment: datetime, span: timedelta) -> bool:
        """Whether what happened up to so long ago is known: a silence that began earlier has not outlasted it."""
        return not any(since + span < moment < until for since, until in self.journal.silences)

    def _sent(self, left: Left) -> Sent:
        return Sent(left, self.journal.planned[left.text_id], self.shop_at(left.shop, left.at))

    def _words(self) -> dict[Who, list[Word]]:
        """In the order of saying; a refusal by the carrier counts as a STOP unless there was a START before it."""
        told: dict[Who, list[Word]] = defaultdict(list)
        events = [(each.at, each.heard_at, (each.shop, each.number), each) for each in self.journal.said]
        spoken = sorted(events, key=lambda each: each[0])
        refusals = [
            (each.at, (each.shop, each.number)) for each in self.journal.left if each.code == OPTED_OUT_BY_CARRIER
        ]
        refusals += [(each.heard_at, (each.shop, each.number)) for each in self.journal.reported if each.code == OPTED_OUT_BY_CARRIER]  # fmt: skip
        for at, heard_at, who, said in spoken:
            meaning = meaning_of(said.body, opted_out=self._is_out(told[who], refusals, who, at), carrier_word=said.carrier_word)  # fmt: skip
            if meaning in ("stop", "plain", "start"):
                told[who].append(Word(at, heard_at, meaning))
            if meaning in ("talk", "plain"):
                self.talk[who].append(heard_at)
        for at, who in refusals:
            if not any(word.meaning == "start" and word.heard_at <= at for word in told[who]):
                told[who].append(Word(at, at, "refused"))
        return defaultdict(list, {who: sorted(words) for who, words in told.items()})

    @staticmethod
    def _is_out(words: list[Word], refusals: list[tuple[datetime, Who]], who: Who, at: datetime) -> bool:
        last = words[-1] if words else None
        starts = [word.at for word in words if word.meaning == "start"]
        refused = any(each == who and moment <= at and not starts for moment, each in refusals)
        return refused or (last is not None and last.meaning != "start")


def _grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    groups: dict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def _switch(switched: Switched) -> tuple[object, ...]:
    """The office has one lead; the rest is a homeowner's."""
    if switched.what == "owned":
        return "owned", switched.lead_id
    return switched.shop, switched.number, switched.what
