"""`/settings/rules`: what automation asks, and a box to try what would happen."""

from datetime import UTC, datetime
from typing import Any, Final, Literal, cast
from zoneinfo import ZoneInfo

import msgspec
import phonenumbers
from litestar import Controller, get, post
from litestar.response import Redirect, Template

from chassis.people import Permission
from messaging.app.change_words import change_settings
from messaging.app.desk import Refused
from messaging.app.hand_over import DANGERS, REASONS
from messaging.app.read_words import read_words
from messaging.app.try_rules import Tried, Wanted, try_rules
from messaging.domain.lines import CLASS_WORDS
from messaging.domain.response import QUESTIONS, Ask, Complete, HandOver, Question, Quiet, Said, Settings, Step, Warn
from messaging.domain.when import When
from messaging.domain.words import Word
from messaging.web.desk import Asked, desk_of, led_to, office_page, who_of
from messaging.web.thread_values import LOOK_TONES, rules_of

HERE: Final = "/settings/rules"
SEE: Final = {"needs": Permission.SETTINGS_VIEW}
CHANGE: Final = {"needs": Permission.SETTINGS_CHANGE}
CONFLICT: Final = 409
LONGEST: Final = 1600
ASKED: Final[dict[Question, tuple[str, str, str]]] = {
    "problem": ("What is wrong", "No heat, a noise, a tune-up: in the homeowner’s own words.", "ask_problem"),
    "urgency": ("How urgent it is", "“No heat” and “asap” say it by themselves.", "ask_urgency"),
    "address": ("Where", "A street address, or a ZIP code.", "ask_address"),
    "name": ("Who", "The name for the visit.", "ask_name"),
    "time": ("When it would suit", "“Tomorrow after 3” becomes a day and an hour.", "ask_time"),
}
WORDS: Final[dict[Word, str]] = {
    "stop": "An opt-out: it is written before anything else, and every text that waits for this number is cancelled.",
    "plain_stop": "An opt-out in plain words: it is written before anything else, and confirmed once.",
    "start": "An opt-in: texts may go to this number again.",
    "help": "HELP: the answer is your name, your phone and how to stop.",
}
URGENCIES: Final = {"urgent": "Urgent", "soon": "In the next days", "can_wait": "Can wait"}


class Questions(Controller):
    """Everybody looks and tries; owners and admins change."""

    path = HERE
    opt = SEE

    @get()
    async def see(self, request: Asked) -> Template:
        return await _page(request)

    @post(opt=CHANGE, status_code=200)
    async def save(self, request: Asked) -> Template | Redirect:
        form = await request.form()
        asks = tuple(each for each in QUESTIONS if each in form.getall("asks", []))
        seen = str(form.get("seen", ""))
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1  # noqa: PLR2004 -- no version is longer
        typed = Settings(answers="answers" in form, asks=asks)
        try:
            await change_settings(
                desk_of(request), who_of(request), seen=version, answers=typed.answers, asks=typed.asks
            )
        except Refused as refused:
            return await _page(request, status=CONFLICT, wrong=str(refused), shown=typed)
        return led_to(f"{HERE}?done=1")

    @post("/try", status_code=200)
    async def attempt(self, request: Asked) -> Template:
        """Nothing is stored and nothing leaves."""
        form = {name: str(value)[:LONGEST] for name, value in (await request.form()).items()}
        typed = {name: form.get(name, "") for name in ("kind", "number", "text", "at")}
        try:
            tried = await try_rules(desk_of(request), who_of(request), _wanted(request, typed))
        except Refused as refused:
            return await _page(request, status=422, typed=typed, wrong_try=str(refused))
        return await _page(request, typed=typed, tried=_shown(request, tried))


async def _page(request: Asked, *, status: int = 200, **more: Any) -> Template:
    shop, now = request.auth, desk_of(request).clock.now()
    stored = await read_words(desk_of(request), who_of(request), "ask_problem")
    local = now.astimezone(ZoneInfo(shop.zone))
    values = {
        "stored": stored,
        "shown": stored.settings,
        "asked": ASKED,
        "when": When(shop.zone, now),
        "done": "Saved." if request.query_params.get("done") else "",
        "typed": {"kind": "text", "number": "", "text": "", "at": f"{local:%Y-%m-%dT%H:%M}"},
        "wrong": "",
        "wrong_try": "",
        "tried": None,
    }
    return await office_page(
        request, "rules.html", current="settings", setting="rules", status=status, **{**values, **more}
    )


def _wanted(request: Asked, typed: dict[str, str]) -> Wanted:
    kind: Literal["call", "text"] = "call" if typed["kind"] == "call" else "text"
    if kind == "text" and not typed["text"].strip():
        raise Refused("Write what the homeowner texts.")
    return Wanted(
        kind=kind, number=_number(typed["number"]), body=typed["text"], at=_moment(typed["at"], request.auth.zone)
    )


def _number(said: str) -> str:
    try:
        parsed = phonenumbers.parse(said, "US")
    except phonenumbers.NumberParseException as error:
        raise Refused("Write the number with its area code, such as (312) 555-0142.") from error
    if not phonenumbers.is_possible_number(parsed):
        raise Refused("This is no whole number. Write it with its area code, such as (312) 555-0142.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _moment(said: str, zone: str) -> datetime:
    try:
        local = datetime.fromisoformat(said)
    except ValueError as error:
        raise Refused("Choose a day and a time.") from error
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _shown(request: Asked, tried: Tried) -> dict[str, Any]:
    """In words, with the decision as the thread shows one."""
    look = tried.look
    decision = cast("dict[str, Any]", msgspec.to_builtins(look.text.decision)) if look else None
    return {
        "known": tried.known,
        "facts": _facts(tried.said) if tried.said else (),
        "step": WORDS[tried.word] if tried.word else _step(tried.step),
        "body": look.text.body if look else "",
        "segments": look.text.segments if look else 0,
        "what": CLASS_WORDS.get(look.text.text_class, "Text") if look else "",
        "decision": decision,
        "tone": LOOK_TONES[decision["outcome"]] if decision else "",
        "words_of": (look.text.template or "") if look else "",
        "rules": rules_of(decision, None) if decision else (),
        "moment": When(request.auth.zone, desk_of(request).clock.now()).full(tried.wanted.at),
    }


def _facts(said: Said) -> list[tuple[str, str]]:
    details, urgency = said.details, said.details.urgency or said.implied_urgency
    known = [
        ("Problem", details.problem),
        ("Urgency", URGENCIES[urgency] if urgency else None),
        ("Address", details.address),
        ("ZIP code", details.postal_code),
        ("Name", details.name),
        ("Time", details.wanted.words if details.wanted else None),
    ]
    return [(name, value) for name, value in known if value]


def _step(step: Step | None) -> str:
    match step:
        case Ask(question, again):
            asked = ASKED[question][0].lower()
            return f"Not understood: asks once more {asked}." if again else f"Asks {asked}."
        case Complete():
            return "All is known: the office gets it, and the homeowner is told."
        case HandOver(reason, urgent):
            return f"To the office{', at once' if urgent else ''}: {REASONS[reason].lower()}."
        case Warn(danger):
            return f"A safety text at once, and the office is alarmed. {DANGERS[danger]}."
        case Quiet(why):
            return f"Automation says nothing: {why}."
        case None:
            return "The first reply to a missed call."
