"""The six steps of the first run: which are done, and what each has to show for it."""

from typing import Final, NamedTuple

from capture.app.change_hours import summary
from capture.app.read_settings import Settings
from capture.domain import moments

ORDER: Final = ("shop", "hours", "number", "words", "team", "go-live")
WORDS: Final = {
    "shop": "Your shop", "hours": "Your hours", "number": "Your number", "words": "Your words", "team": "Your team", "go-live": "Go live",
}  # fmt: skip
OPTIONAL: Final = "team"
BIG: Final = ("New Year's Day", "Memorial Day", "Independence Day", "Labor Day", "Thanksgiving Day", "Christmas Day")


class Step(NamedTuple):
    """`seen`: what stands under its name."""

    name: str
    words: str
    done: bool
    seen: str


def steps(settings: Settings) -> list[Step]:
    done, seen = _done(settings), _seen(settings)
    return [Step(name, WORDS[name], done[name], seen[name]) for name in ORDER]


def first_open(settings: Settings) -> str:
    """Where somebody goes on who comes back; the team may wait."""
    return next((each.name for each in steps(settings) if not each.done and each.name != OPTIONAL), "go-live")


def is_fresh(numbers: int, automation: str) -> bool:
    """Nothing rings here yet: whoever may set the shop up is led to the steps."""
    return numbers == 0 and automation == "preview"


def _done(settings: Settings) -> dict[str, bool]:
    shop, reply = settings.shop, settings.last.get("first_reply")
    return {
        "shop": shop.state is not None,
        "hours": bool(shop.hours),
        "number": any(each.heard_at for each in settings.health.values()),
        "words": shop.automation == "live" or (reply is not None and reply.actor_kind == "member"),
        "team": sum(each.active for each in shop.members) > 1,
        "go-live": shop.automation == "live",
    }


def _seen(settings: Settings) -> dict[str, str]:
    shop = settings.shop
    return {
        "shop": shop.name,
        "hours": summary(shop.hours).partition(",")[0] or "When somebody answers",
        "number": moments.phone(shop.numbers[0].number) if shop.numbers else "What homeowners ring",
        "words": "What we text",
        "team": f"{sum(each.active for each in shop.members)} in the shop",
        "go-live": "On" if shop.automation == "live" else "When you say so",
    }
