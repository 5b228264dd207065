"""What one text of a homeowner says: parsers of other people's making and our own words, put together for the response rules."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from messaging.app.read_address import Whereabouts, is_city, whereabouts_in
from messaging.app.read_time import wanted_in
from messaging.domain import cues_danger, cues_mood, cues_problem
from messaging.domain.names import name_beside, name_in
from messaging.domain.response import LONGEST_PROBLEM, Details, Question, Said, Urgency, Wanted

LONGEST_READ: Final = 1600
"""Nobody describes a furnace in more; what follows is not looked at."""
FEW_WORDS: Final = 3
SOON: Final = timedelta(days=3)


def understand(body: str, *, asking: Question | None, zone: str, now: datetime) -> Said:
    """`asking` is the question that the homeowner has in hand: a bare `60614` or `yes` means something only then."""
    text = body[:LONGEST_READ].replace("’", "'").strip()
    danger = cues_danger.danger_in(text)
    thanks, greets = cues_mood.only_thanks(text), cues_mood.only_greets(text)
    said = Said(
        danger=danger,
        vulnerable=cues_danger.is_vulnerable(text),
        wants_person=cues_mood.wants_person(text),
        angry=cues_mood.is_angry(text),
        wrong_number=cues_mood.is_wrong_number(text),
        advertisement=cues_mood.is_advertisement(text),
        no_need=cues_mood.needs_nothing(text),
        visit=cues_mood.about_visit(text),
        question=cues_mood.asks_of_subject(text),
    )
    if thanks or (greets and asking != "urgency") or said.wrong_number or said.advertisement or said.no_need:
        return replace(said, thanks=thanks, greets=greets and not thanks, question=False)
    details = _details(text, asking=asking, zone=zone, now=now, told=said != Said())
    if danger is not None:
        details = replace(details, problem=text[:LONGEST_PROBLEM], urgency="urgent")
    implied = cues_problem.implied_urgency(text) or _urgency_of(details.wanted, zone, now)
    if said.question and details.problem is None:
        details, implied = replace(details, wanted=None, urgency=None), None
    nothing = details == Details()
    return replace(
        said,
        details=details,
        implied_urgency=implied,
        question=said.question or (nothing and cues_mood.is_open_question(text)),
        greets=greets or (nothing and cues_mood.asks_politely(text)),
    )


def _details(text: str, *, asking: Question | None, zone: str, now: datetime, told: bool) -> Details:
    """`told`: the text is about something else, so it does not describe what is wrong unless it uses words for that."""
    place = whereabouts_in(text, asked=asking == "address")
    wanted = wanted_in(place.rest, zone=zone, now=now, asked=asking == "time")
    name = name_in(place.rest, asked=asking == "name") or _beside(place)
    urgency = cues_problem.urgency_in(text, asked=asking == "urgency")
    problem = text[:LONGEST_PROBLEM] if cues_problem.problem_in(text) else None
    if problem is None and asking == "problem" and not told and _describes(text, place.address, name):
        problem = text[:LONGEST_PROBLEM]
    return Details(
        problem=problem,
        urgency=urgency,
        address=place.address,
        postal_code=place.postal_code,
        name=name,
        wanted=wanted,
    )


def _beside(place: Whereabouts) -> str | None:
    """A name without a word about it, beside the street."""
    name = name_beside(place.before, place.after) if place.address else None
    if name is None or is_city(name, postal_code=place.postal_code) or cues_problem.problem_in(name):
        return None
    return name


def _describes(text: str, address: str | None, name: str | None) -> bool:
    """An answer to "what is going on?" in words that we do not know: some sentence, not a question, not something else."""
    return len(text.split()) >= FEW_WORDS and "?" not in text and address is None and name is None


def _urgency_of(wanted: Wanted | None, zone: str, now: datetime) -> Urgency | None:
    """A wanted day says how much it presses."""
    if wanted is None:
        return None
    if wanted.words == "as soon as possible":
        return "urgent"
    if wanted.start is None:
        return None
    local = now.astimezone(ZoneInfo(zone)).date()
    if (
        wanted.end is not None
        and wanted.end - wanted.start > timedelta(days=1)
        and wanted.start.astimezone(ZoneInfo(zone)).date() <= local
    ):
        return "soon"  # some day from now on
    ahead = wanted.start.astimezone(ZoneInfo(zone)).date() - local
    if ahead <= timedelta(0):
        return "urgent"
    return "soon" if ahead <= SOON else "can_wait"
