"""What must be proven before automation goes live: each check looks at stored facts and says what it saw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from capture.domain import moments

REGISTERED: Final = frozenset({"approved", "not_needed"})


class Line(NamedTuple):
    """`heard_at`: the last callback of a call that came in on it since it was added."""

    number: str
    account: str
    heard_at: datetime | None
    brand: str
    campaign: str
    missing_since: datetime | None = None


class AccountCheck(NamedTuple):
    """The last time the provider was asked with the secret that is in use now; `trouble` is None when it agreed."""

    account: str
    checked_at: datetime | None
    trouble: str | None
    listed: Sequence[str]


class LackingText(NamedTuple):
    """A text that could not leave as it stands; `wrong` says what to mend, in sentences."""

    template: str
    title: str
    wrong: Sequence[str]


class Words(NamedTuple):
    """What messaging told of the texts that automation may send."""

    looked_at: int
    lacking: Sequence[LackingText]
    told_at: datetime


class Trial(NamedTuple):
    """The test on the shop's own phone."""

    phone: str
    until: datetime
    missed_at: datetime | None
    taken_at: datetime | None
    delivered_at: datetime | None
    failed_at: datetime | None


class Facts(NamedTuple):
    """All that the checks look at. `hours` is their summary, empty for none."""

    hours: str
    lines: Sequence[Line]
    accounts: Sequence[AccountCheck]
    words: Words | None
    trial: Trial | None
    plan: str
    plan_is_on: bool
    zone: str
    now: datetime


class Check(NamedTuple):
    """`seen` is the evidence, or what to do where it has not passed; `part` is what of the page that mends it is meant."""

    name: str
    words: str
    passed: bool
    seen: str
    part: str | None = None


def checklist(facts: Facts) -> tuple[Check, ...]:
    """In the order in which one would go through it."""
    looks = (_hours, _lines, _accounts, _registration, _words, _plan, _trial)
    return tuple(look(facts) for look in looks)


def _hours(facts: Facts) -> Check:
    seen = facts.hours or "Without hours every call would count as after hours."
    return Check("hours", "Hours are set", bool(facts.hours), seen)


def _lines(facts: Facts) -> Check:
    """Proven by a real call that the carrier told us of since the number was added, not by a setting."""
    words = "Your number reaches us"
    if not facts.lines:
        return Check("line", words, passed=False, seen="There is no tracked number yet.")
    missing = next((each for each in facts.lines if each.missing_since), None)
    if missing:
        seen = f"The carrier’s own list does not have {moments.phone(missing.number)} any more."
        return Check("line", words, passed=False, seen=seen)
    unheard = [each for each in facts.lines if each.heard_at is None]
    if unheard:
        numbers = " and ".join(moments.phone(each.number) for each in unheard)
        return Check("line", words, passed=False, seen=f"Ring {numbers} once from any phone: no call has come in yet.")
    heard = [
        f"{moments.phone(each.number)} {_told(facts, each.heard_at)}"
        for each in facts.lines
        if each.heard_at is not None
    ]
    return Check("line", words, passed=True, seen=f"Last call seen, signed by the carrier: {', '.join(heard)}")


def _accounts(facts: Facts) -> Check:
    words = "The carrier’s account works"
    used = {each.account for each in facts.lines}
    accounts = [each for each in facts.accounts if each.account in used or not used]
    if not accounts:
        return Check("account", words, passed=False, seen="There is no carrier account yet.")
    for each in accounts:
        if each.checked_at is None:
            return Check("account", words, passed=False, seen="Not tested yet with the secret that is in use.")
        if each.trouble:
            return Check("account", words, passed=False, seen=each.trouble)
        lacking = [
            line.number for line in facts.lines if line.account == each.account and line.number not in each.listed
        ]
        if lacking:
            seen = f"The account does not have {moments.phone(lacking[0])}: buy or move it there, then test again."
            return Check("account", words, passed=False, seen=seen)
    latest = min(each.checked_at for each in accounts if each.checked_at)
    return Check("account", words, passed=True, seen=f"Asked at the carrier {_told(facts, latest)}: the secret works")


def _registration(facts: Facts) -> Check:
    words = "Texting registration approved"
    if not facts.lines:
        return Check("registration", words, passed=False, seen="There is no tracked number yet.")
    waiting = [each for each in facts.lines if not {each.brand, each.campaign} <= REGISTERED]
    if not waiting:
        return Check("registration", words, passed=True, seen="Brand and campaign approved, as the shop noted it")
    if any("rejected" in (each.brand, each.campaign) for each in waiting):
        seen = "Refused: carriers block texts of an unregistered business. Mend it at your carrier."
    else:
        seen = "Carriers review business texting (10DLC), usually for 3–7 days. Note the state at the number."
    return Check("registration", words, passed=False, seen=seen)


def _words(facts: Facts) -> Check:
    """Told by the service that has the words, whenever they or what they are filled with change."""
    words, told = "Texts are complete", facts.words
    if told is None:
        return Check("words", words, passed=False, seen="Nobody has looked at them yet: look again in a moment.")
    if told.lacking:
        first, more = told.lacking[0], len(told.lacking) - 1
        others = f" {more} more {'needs' if more == 1 else 'need'} mending too." if more else ""
        seen = f"{first.title}: {' '.join(first.wrong)}{others}"
        return Check("words", words, passed=False, seen=seen, part=first.template)
    seen = (
        f"All {told.looked_at} that automation may send can leave as they stand, looked at {_told(facts, told.told_at)}"
    )
    return Check("words", words, passed=True, seen=seen)


def _plan(facts: Facts) -> Check:
    words = "Plan is active"
    if not facts.plan_is_on:
        return Check("plan", words, passed=False, seen=f"Billing says “{facts.plan.replace('_', ' ')}”.")
    told = "Not metered here" if facts.plan == "unmetered" else f"Billing says “{facts.plan.replace('_', ' ')}”"
    return Check("plan", words, passed=True, seen=told)


def _trial(facts: Facts) -> Check:
    words, trial = "First reply tried on your own phone", facts.trial
    if trial is None:
        return Check("trial", words, passed=False, seen="Ring your number from your own phone and let it ring out.")
    phone = moments.phone(trial.phone)
    if trial.delivered_at:
        return Check("trial", words, passed=True, seen=f"Delivered to {phone} {_told(facts, trial.delivered_at)}")
    if trial.failed_at:
        seen = f"The carrier could not deliver it to {phone}. Look at the thread for the reason, then try again."
    elif trial.taken_at:
        seen = f"The carrier took the text to {phone} {_told(facts, trial.taken_at)}; waiting for “delivered”."
    elif trial.missed_at:
        seen = f"Your call from {phone} was missed {_told(facts, trial.missed_at)}; waiting for the text to leave."
    elif facts.now < trial.until:
        seen = f"Waiting for your call from {phone}, until {_told(facts, trial.until)}."
    else:
        seen = f"No call from {phone} came until {_told(facts, trial.until)}. Try again."
    return Check("trial", words, passed=False, seen=seen)


def _told(facts: Facts, moment: datetime) -> str:
    return moments.told(moment, zone=facts.zone, now=facts.now)
