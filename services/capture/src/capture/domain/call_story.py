"""The story of a call, folded from callbacks that come repeatedly and in any order.

A story is a set of facts; hearing something only ever adds facts, and adding is commutative and idempotent. The outcome
is computed from the facts alone, so every order of the same callbacks ends in the same outcome.

What is told goes out once: `call.missed` or `call.answered`, whichever is known first, and `call.voicemail_left` after
`call.missed`. What our own callbacks said counts before what the provider's lists say later.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeVar

from capture.domain.callers import E164

T = TypeVar("T")
Outcome = Literal["open", "missed", "answered", "voicemail"]
Reason = Literal["no_answer", "busy", "failed", "canceled", "hung_up", "not_accepted", "already_missed", "voicemail"]
News = Literal["missed", "answered", "voicemail"]
Mode = Literal["ring", "already_missed"]
AnswerRule = Literal["any", "press_1"]

DIAL_MISSED: Final[dict[str, Reason]] = {
    "no-answer": "no_answer",
    "busy": "busy",
    "failed": "failed",
    "canceled": "canceled",
}
DIAL_TAKEN: Final = frozenset({"completed", "answered"})
NEVER_TAKEN: Final = frozenset({"canceled", "no-answer", "busy", "failed"})
FINAL: Final = NEVER_TAKEN | {"completed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A message that the caller left. `seconds` is its length."""

    recording_id: str
    url: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one callback, or one look at the provider's own record, tells of a call. Moments are UTC.

    `dial` is the fate of the leg to the shop as our callback told it, `leg` the same as the provider's record shows it;
    `bridged` whether the two ever spoke, where that was told; `final` the end of the caller's own leg. `caller` is who
    rang in the provider's words, empty for one who hides, None where this callback does not say.
    """

    at: datetime
    caller: str | None = None
    came_in: bool = False
    dial: str | None = None
    leg: str | None = None
    bridged: bool | None = None
    accepted: bool = False
    talked_seconds: int | None = None
    final: str | None = None
    ended_at: datetime | None = None
    looked_up: bool = False
    recording: Recording | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is known of one call; `mode` and `answer` are those of the line when it was first heard of."""

    mode: Mode = "ring"
    answer: AnswerRule = "any"
    caller: str | None = None
    first_heard_at: datetime | None = None
    last_heard_at: datetime | None = None
    came_in: bool = False
    dial: str | None = None
    leg: str | None = None
    bridged: bool = False
    accepted: bool = False
    talked_seconds: int | None = None
    final: str | None = None
    ended_at: datetime | None = None
    looked_up: bool = False
    recording: Recording | None = None


def take(facts: Facts, heard: Heard) -> Facts:
    """The facts with one more callback."""
    return replace(
        facts,
        caller=max(
            _known(facts.caller, heard.caller), key=lambda word: (E164.match(word) is not None, word), default=None
        ),
        first_heard_at=min(_known(facts.first_heard_at, heard.at)),
        last_heard_at=max(_known(facts.last_heard_at, heard.at)),
        came_in=facts.came_in or heard.came_in,
        dial=_stronger_dial(facts.dial, heard.dial),
        leg=_stronger_dial(facts.leg, heard.leg),
        bridged=facts.bridged or heard.bridged is True,
        accepted=facts.accepted or heard.accepted,
        talked_seconds=max(_known(facts.talked_seconds, heard.talked_seconds), default=None),
        final=_stronger_final(facts.final, heard.final),
        ended_at=min(_known(facts.ended_at, heard.ended_at), default=None),
        looked_up=facts.looked_up or heard.looked_up,
        recording=_longer(facts.recording, heard.recording),
    )


def outcome(facts: Facts) -> tuple[Outcome, Reason | None]:
    """How the call ended, and for a missed one why; `open` while that, or who rang, cannot be told."""
    if facts.caller is None:
        return "open", None
    if facts.mode == "already_missed":
        heard_of = facts.came_in or facts.final is not None or facts.recording is not None
        return _missed(facts, "already_missed") if heard_of else ("open", None)
    dial = facts.dial or facts.leg
    if dial in DIAL_TAKEN:
        taken = facts.answer == "any" or facts.bridged or facts.accepted
        return ("answered", None) if taken else _missed(facts, "not_accepted")
    reason = _why_missed(facts, dial)
    return ("open", None) if reason is None else _missed(facts, reason)


def what_stands(facts: Facts, *, told: frozenset[str], reason: Reason | None) -> tuple[Outcome, Reason | None]:
    """The outcome, given what went out already: a call told as missed stays missed, one told as answered answered."""
    if "answered" in told:
        return "answered", None
    if "missed" in told:
        return ("voicemail" if facts.recording is not None else "missed"), reason
    return outcome(facts)


def news(facts: Facts, *, told: frozenset[str]) -> tuple[News, ...]:
    """What is to be told now, given what was told before; in the order in which it goes out."""
    ended, _ = what_stands(facts, told=told, reason=None)
    wanted: dict[Outcome, tuple[News, ...]] = {
        "open": (),
        "answered": ("answered",),
        "missed": ("missed",),
        "voicemail": ("missed", "voicemail"),
    }
    return tuple(each for each in wanted[ended] if each not in told)


def began_and_ended(facts: Facts) -> tuple[datetime, datetime]:
    """From the first sign of the call to its end; what was never told is the last thing heard. Raises ValueError for no call."""
    if facts.first_heard_at is None or facts.last_heard_at is None:
        raise ValueError("nothing was heard of this call")
    return facts.first_heard_at, max(facts.first_heard_at, facts.ended_at or facts.last_heard_at)


def only_the_provider_knows(facts: Facts) -> bool:
    """The caller's leg has ended and nothing told what became of the shop's, or who rang."""
    told = facts.final is not None or facts.dial is not None or facts.recording is not None
    return outcome(facts)[0] == "open" and told


def _why_missed(facts: Facts, dial: str | None) -> Reason | None:
    """Of a call whose shop leg was not taken, as far as is known."""
    if dial in DIAL_MISSED:
        return DIAL_MISSED[dial]
    if facts.recording is not None:
        return "voicemail"
    gone = facts.final in NEVER_TAKEN or (facts.final is not None and facts.looked_up)
    return "hung_up" if gone else None


def _missed(facts: Facts, reason: Reason) -> tuple[Outcome, Reason]:
    return ("voicemail" if facts.recording is not None else "missed"), reason


def _known(left: T | None, right: T | None) -> list[T]:
    return [each for each in (left, right) if each is not None]


def _stronger_dial(left: str | None, right: str | None) -> str | None:
    """Taken counts before missed, missed before words such as `in-progress`."""
    return max(_known(left, right), key=lambda word: (word in DIAL_TAKEN, word in DIAL_MISSED, word), default=None)


def _stronger_final(left: str | None, right: str | None) -> str | None:
    ends = [word for word in _known(left, right) if word in FINAL]
    return max(ends, key=lambda word: (word in NEVER_TAKEN, word), default=None)


def _longer(left: Recording | None, right: Recording | None) -> Recording | None:
    """Of two, the longer one; silence is none."""
    spoken = [each for each in _known(left, right) if each.seconds > 0]
    return max(spoken, key=lambda each: (each.seconds, each.recording_id, each.url), default=None)
