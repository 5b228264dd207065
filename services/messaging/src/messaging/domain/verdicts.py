"""What one rule found, and what all of them together decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from messaging.domain.matrix import RULE_NAMES

Effect = Literal["pass", "hold", "await", "suppress"]
Outcome = Literal["send", "hold", "await_approval", "suppress"]


class Finding(NamedTuple):
    """One rule, the fact that it looked at in words, and its effect. `until` is when a hold may end."""

    rule: int
    name: str
    fact: str
    effect: Effect = "pass"
    until: datetime | None = None
    applies: bool = True

    @property
    def passed(self) -> bool:
        return self.effect == "pass"


def found(rule: int, fact: str, effect: Effect = "pass", until: datetime | None = None) -> Finding:
    """What a rule that applies says."""
    return Finding(rule, RULE_NAMES[rule], fact, effect, until)


@dataclass(frozen=True, slots=True)
class Suppress:
    """Never leaves."""

    rule: int


@dataclass(frozen=True, slots=True)
class AwaitApproval:
    """A draft until somebody of the office says yes."""


@dataclass(frozen=True, slots=True)
class Hold:
    """May leave at `until`, and is decided again then."""

    until: datetime
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Send:
    """Leaves now, in this wording: `planned` or `after_hours`."""

    wording: Literal["planned", "after_hours"]


Verdict = Suppress | AwaitApproval | Hold | Send


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict, all twelve findings, and a sentence for an owner."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    sentence: str

    @property
    def outcome(self) -> Outcome:
        match self.verdict:
            case Send():
                return "send"
            case Hold():
                return "hold"
            case AwaitApproval():
                return "await_approval"
            case Suppress():
                return "suppress"

    @property
    def deciding_rules(self) -> tuple[int, ...]:
        match self.verdict:
            case Hold(rules=rules):
                return rules
            case Suppress(rule=rule):
                return (rule,)
            case AwaitApproval():
                return (5,)
            case Send():
                return ()
