"""Who lives in the simulated year: shops that differ in everything that can be set, and two hundred homeowners all over the States."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from year.areas import AREAS, TOLL_FREE
from year.calendar import DAYS
from year.journal import ShopFacts

WEEKDAYS: Final = dict.fromkeys(DAYS[:5], ((480, 720), (780, 1020)))
LONG_WEEK: Final = {**dict.fromkeys(DAYS[:5], ((420, 1140),)), "sat": ((540, 720),)}
ALWAYS: Final = dict.fromkeys(DAYS, ((0, 1440),))
CHRISTMAS: Final = ((date(2026, 12, 24), date(2026, 12, 27)), (date(2027, 11, 11), date(2027, 11, 11)))


@dataclass(kw_only=True)
class Homeowner:
    """`calls_a_month` is a temper; `random` what they do; `kind` says what is odd: nothing, a landline, hidden, one of the shop's own lines."""

    shop: UUID
    number: str | None
    calls_a_month: float
    random: Random
    kind: str = "usual"


def shops(since: datetime, ids: list[UUID]) -> list[ShopFacts]:
    """Six of them."""

    def shop(index: int, name: str, zone: str, state: str, **more: object) -> ShopFacts:
        lines = (f"+1312555{7000 + index:04}", f"+1312555{7100 + index:04}")
        facts = {"mode": "live", "hours": WEEKDAYS, "lines": lines, **more}
        return ShopFacts(shop=ids[index], since=since, name=name, zone=zone, state=state, **facts)  # type: ignore[arg-type]  # settings by name

    return [
        shop(0, "Northside Heating & Air", "America/Chicago", "IL", hours=ALWAYS, at_night="send", window_hours=1),
        shop(1, "Lone Star Cooling", "America/Chicago", "TX", closures=CHRISTMAS, billing="active", keywords="ours"),
        shop(2, "Gulf Breeze HVAC", "America/New_York", "FL", after_hours="hold", billing="active", closures=CHRISTMAS),
        shop(3, "Hudson Comfort", "America/New_York", "NY", mode="approval", hours=LONG_WEEK, window_hours=72),
        shop(4, "Bayou Air", "America/Chicago", "LA", mode="preview", keywords="ours", useful_minutes=30),
        shop(
            5, "Desert Peak Mechanical", "America/Phoenix", "AZ", hours=LONG_WEEK, after_hours="send", window_hours=12
        ),
    ]


def changes(shop: ShopFacts, start: datetime, days: float) -> list[ShopFacts]:
    """What the owner and the payment provider change over the year."""

    def at(part: float, **settings: object) -> ShopFacts:
        return replace(shop, since=start + timedelta(days=days * part), **settings)  # type: ignore[arg-type]  # settings by name

    lapse = start + timedelta(days=days * 0.3)
    told: dict[str, list[ShopFacts]] = {
        "IL": [at(0.5, at_night="hold", window_hours=2), at(0.8, at_night="send", mode="preview"), at(0.85)],
        "TX": [
            at(0.2, mode="approval"),
            at(0.3, after_hours="send"),
            at(0.55, lines=shop.lines[1:]),
            at(0.75, at_night="send"),
        ],
        "FL": [
            at(0.3, billing="past_due", past_due_since=lapse),
            at(0.3 + 0.35 * min(1.0, 40 / days), billing="unpaid", past_due_since=lapse),
            at(0.7),
            at(0.9, billing="canceled"),
            at(0.95),
        ],
        "NY": [at(0.35, mode="live"), at(0.8, mode="approval"), at(0.9, mode="live", at_night="send")],
        "LA": [at(0.25, mode="live"), at(0.6, keywords="provider", mode="live"), at(0.7, after_hours="hold", mode="live")],
        "AZ": [at(0.4, hours=WEEKDAYS), at(0.5, window_hours=24), at(0.6, billing="past_due", past_due_since=None)],
    }  # fmt: skip
    return told[shop.state]


def homeowners(random: Random, shops: list[ShopFacts], count: int) -> list[Homeowner]:
    """At least one of every area code in the table as far as `count` goes, the odd ones among them."""
    codes = sorted(AREAS)
    random.shuffle(codes)
    found: list[Homeowner] = []
    for index in range(count):
        shop = shops[index % len(shops)]
        temper = random.choice((0.5, 1.0, 1.5, 2.0, 3.0, 8.0))
        number = _number(random, codes[index % len(codes)], index)
        own = Random(random.random())
        found.append(Homeowner(shop=shop.shop, number=number, calls_a_month=temper, random=own))
    odd = iter(random.sample(found, 14))
    for _ in range(5):
        next(odd).kind = "landline"
    for _ in range(4):
        toll_free = next(odd)
        toll_free.number = _number(random, random.choice(sorted(TOLL_FREE)), found.index(toll_free))
    for _ in range(3):
        hidden = next(odd)
        hidden.number, hidden.kind = None, "hidden"
    for _ in range(2):
        line = next(odd)
        line.number, line.kind = next(each for each in shops if each.shop == line.shop).lines[0], "own line"
    friends = random.sample([each for each in found if each.kind == "usual"], 8)
    for each in friends:  # they ring a second shop as well: what they tell one does not count for the other
        other = random.choice([shop.shop for shop in shops if shop.shop != each.shop])
        found.append(Homeowner(shop=other, number=each.number, calls_a_month=1.0, random=Random(random.random())))
    return found


def _number(random: Random, code: str, index: int) -> str:
    return f"+1{code}{random.choice('23456789')}{random.randrange(10, 100)}{index:04}"
