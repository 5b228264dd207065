"""Response rules: what automation does with a homeowner's text. One question at a time, until a visit's needs are known."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Final, Literal

Question = Literal["problem", "urgency", "address", "name", "time"]
Urgency = Literal["urgent", "soon", "can_wait"]
Danger = Literal["gas", "carbon_monoxide", "fire", "medical"]
Visit = Literal["confirm", "move"]
Reason = Literal[
    "vulnerable", "wants_person", "angry", "question", "unsure", "details_complete", "visit", "wrong_number"
]

QUESTIONS: Final[tuple[Question, ...]] = ("problem", "urgency", "address", "name", "time")
UNSURE_AT_MOST: Final = 2
"""So often the same question may go unanswered before the office takes over."""
LONGEST_PROBLEM: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the shop chose: whether automation answers at all, what it asks, and whether quotes are made plain."""

    answers: bool = True
    asks: tuple[Question, ...] = QUESTIONS
    plain_letters: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """When a visit would suit, in words and, where they name one, as a span of instants."""

    words: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a visit needs, as far as it is known."""

    problem: str | None = None
    urgency: Urgency | None = None
    address: str | None = None
    postal_code: str | None = None
    name: str | None = None
    wanted: Wanted | None = None

    def knows(self, question: Question) -> bool:
        """An address or a postal code will do."""
        match question:
            case "address":
                return self.address is not None or self.postal_code is not None
            case "time":
                return self.wanted is not None
            case "problem" | "urgency" | "name":
                return getattr(self, question) is not None

    def with_news(self, news: "Details") -> "Details":
        """A later word corrects an earlier one; a further problem is added to the first."""
        said = {each.name: value for each in fields(news) if (value := getattr(news, each.name)) is not None}
        if self.problem and news.problem:
            said["problem"] = _both(self.problem, news.problem)
        return replace(self, **said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one text says. `implied_urgency` follows from the problem or the day and gives way to what was said; `greets` and `thanks` are texts of nothing else, `no_need` that no visit is wanted any more."""

    details: Details = field(default_factory=Details)
    implied_urgency: Urgency | None = None
    danger: Danger | None = None
    vulnerable: bool = False
    wants_person: bool = False
    angry: bool = False
    question: bool = False
    wrong_number: bool = False
    advertisement: bool = False
    no_need: bool = False
    greets: bool = False
    thanks: bool = False
    visit: Visit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where a thread stands. `asking` is the question that the homeowner has in hand, `unsure` how often it went unanswered,
    `unasked` that our last answer never left.
    """

    status: str
    office_has_it: bool = False
    details: Details = field(default_factory=Details)
    asking: Question | None = None
    unsure: int = 0
    unasked: bool = False
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Ask:
    """The next question; `again` says that the last answer was not understood."""

    question: Question
    again: bool = False


@dataclass(frozen=True, slots=True)
class Complete:
    """All that was to be asked is known: the office gets it, and the homeowner is told."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The office has to answer. `tells` is whether the homeowner is told so."""

    reason: Reason
    urgent: bool = False
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Warn:
    """Somebody may be in danger: a safety text at once, and the office is alarmed."""

    danger: Danger


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing is said; `why` in words."""

    why: str


Step = Ask | Complete | HandOver | Warn | Quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """The next step, and the thread as it stands with it."""

    step: Step
    conversation: Conversation


def respond(conversation: Conversation, said: Said) -> Reaction:
    """Danger goes before everything, then who may speak, then what needs a person, then the questions."""
    if said.danger is not None:
        return Reaction(step=Warn(said.danger), conversation=_learned(conversation, said))
    silent = _silent(conversation, said)
    if silent is not None:
        return Reaction(step=silent, conversation=conversation)
    after = _learned(conversation, said)
    step = _person_needed(after, said) or _next(conversation, after, said)
    match step:
        case Ask(question, again):
            unsure = conversation.unsure + 1 if again else 0
            return Reaction(step=step, conversation=replace(after, asking=question, unsure=unsure))
        case Complete() | HandOver():
            return Reaction(step=step, conversation=replace(after, asking=None, unsure=0, office_has_it=True))
        case _:
            return Reaction(step=step, conversation=after)


def missing(details: Details, settings: Settings) -> list[Question]:
    """Questions that are still open, in the order in which they are asked."""
    return [each for each in QUESTIONS if each in settings.asks and not details.knows(each)]


def _silent(conversation: Conversation, said: Said) -> Step | None:
    """Who may speak, by the table of the lead's life."""
    if conversation.office_has_it:
        return Quiet("the office has this thread")
    if conversation.status == "booked":
        if said.visit is None:
            return Quiet("a visit is booked: the office answers")
        return HandOver("visit")
    if conversation.status not in ("new", "active"):
        return Quiet(f"the lead is {conversation.status}")
    if not conversation.settings.answers:
        return Quiet("you switched these answers off")
    return None


def _person_needed(after: Conversation, said: Said) -> Step | None:
    """The first that applies."""
    urgent = after.details.urgency == "urgent"
    cases: tuple[tuple[bool, Step], ...] = (
        (said.advertisement, Quiet("it reads like an advertisement")),
        (said.wrong_number, HandOver("wrong_number", tells=False)),
        (said.angry, HandOver("angry", urgent)),
        (said.wants_person, HandOver("wants_person", urgent)),
        (said.visit is not None, HandOver("visit")),
        (said.no_need, Quiet("the homeowner says that no visit is needed any more")),
        (said.vulnerable and urgent, HandOver("vulnerable", urgent)),
        (said.question, HandOver("question", urgent)),
    )
    return next((step for applies, step in cases if applies), None)


def _next(before: Conversation, after: Conversation, said: Said) -> Step:
    open_questions = missing(after.details, after.settings)
    if not open_questions:
        return Complete()
    if after.details != before.details or said.greets or before.unasked:
        return Ask(open_questions[0])
    if said.thanks:
        return Quiet("nothing was asked or told")
    if before.unsure + 1 >= UNSURE_AT_MOST:
        return HandOver("unsure", urgent=after.details.urgency == "urgent")
    return Ask(open_questions[0], again=True)


def _learned(conversation: Conversation, said: Said) -> Conversation:
    details = conversation.details.with_news(said.details)
    return replace(conversation, details=replace(details, urgency=details.urgency or said.implied_urgency))


def _both(first: str, further: str) -> str:
    return first if further.casefold() in first.casefold() else f"{first}; {further}"[:LONGEST_PROBLEM]
