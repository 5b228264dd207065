"""Gathers what `decide` looks at, and turns what it says into a stored decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from chassis import ids
from contracts.base import Event
from contracts.leads import OfficeNeeded, RuleLooked, TextDecided, TextEnded
from contracts.organizations import OrganizationChanged
from messaging.app.days_off import days_off
from messaging.app.places import trouble_of, where_is
from messaging.app.shop_facts import shop_of
from messaging.domain.context import NO_STOPS, Context, History, Homeowner, Known, Lead, Message, Stops
from messaging.domain.decide import decide, runs_to_a_moment
from messaging.domain.introduction import introduced
from messaging.domain.matrix import AUTOMATED
from messaging.domain.rules_hours import first_moment
from messaging.domain.segments import measure
from messaging.domain.templates import Words
from messaging.domain.verdicts import Decision, Hold, Send
from messaging.domain.visit_calls import asks_for_a_call
from messaging.store.facts import Facts
from messaging.store.texts import Text

STATES: Final = {"send": "queued", "hold": "held", "await_approval": "awaiting_approval", "suppress": "suppressed"}

DEFAULT_WORDS: Final = Words()
"""Of a shop that has changed nothing."""

WORDS_RULE: Final = 11

Rules = tuple[RuleLooked, ...]


def context_of(
    *,
    snapshot: OrganizationChanged,
    facts: Facts,
    number: str | None,
    status: str | None,
    heard_until: datetime | None,
    consented: bool | None = None,
    bookings_until: datetime | None = None,
    wording: Words = DEFAULT_WORDS,
) -> Context:
    """Everything a rule may look at. `status` is the lead's as it will be, None without a lead; so is `consented`.
    `heard_until` and `bookings_until` say how far capture's and booking's streams are known.
    """
    return Context(
        shop=shop_of(snapshot),
        homeowner=_homeowner(facts, number, snapshot, consented=facts.consented if consented is None else consented),
        lead=Lead(status=status, office_owns=bool(facts.office_owns), last_word_at=_last_word(facts))
        if status
        else None,
        history=_history(facts),
        known=Known(
            inbound_until=heard_until,
            bookings_until=bookings_until,
            visit_version=facts.visit_version,
            visit_status=facts.visit_status,
            visit_booked_while_entitled=facts.visit_entitled,
        ),
        stops=_stops(facts.stops),
        templates_off=wording.off,
    )


def _history(facts: Facts) -> History:
    return History(
        first_reply_at=facts.first_reply_at,
        first_reply_waits=facts.first_reply_waits,
        first_reply_leaves_at=facts.first_reply_leaves_at,
        unanswered_in_a_day=facts.unanswered,
        follow_ups=facts.follow_ups,
        replied=facts.replied_at is not None,
        texted_before=facts.texted_before,
    )


def _homeowner(facts: Facts, number: str | None, snapshot: OrganizationChanged, *, consented: bool) -> Homeowner:
    where = where_is(number=number, postal_code=facts.postal_code, shop=snapshot)
    return Homeowner(
        number=number,
        places=where.places,
        place_words=where.words,
        places_disagree=where.disagree,
        holidays=days_off(where.places),
        trouble=facts.trouble or trouble_of(number),
        opted_out_at=facts.opted_out_at,
        consented=consented,
        consent_source=facts.consent_source,
        consent_at=facts.consent_at,
        has_visit=facts.has_visit,
        ignored=facts.ignored or number in alert_numbers(snapshot),
        paused=facts.paused,
        refused_lines=facts.refused_lines,
        spoken_at=facts.spoken_at,
    )


def _stops(told: Mapping[str, str] | None) -> Stops:
    if not told:
        return NO_STOPS
    lines = {key.removeprefix("line "): why for key, why in told.items() if key.startswith("line ")}
    templates = {key.removeprefix("template "): why for key, why in told.items() if key.startswith("template ")}
    return Stops(lines=lines, templates=templates)


def alert_numbers(snapshot: OrganizationChanged) -> frozenset[str | None]:
    """Phones on which the office is alerted: whoever confirmed one is no homeowner, so it is ignored by itself."""
    return frozenset(each.alerts.number for each in snapshot.members if each.active and each.alerts.number)


def is_ignored(facts: Facts, *, number: str | None, snapshot: OrganizationChanged, now: datetime) -> bool:
    """Whether calls and texts of this number open no lead; the phone on which going live is tried may open one."""
    trial = snapshot.trial
    if trial is not None and trial.phone == number and now < trial.until:
        return False
    return facts.ignored or number in alert_numbers(snapshot)


def _last_word(facts: Facts) -> datetime | None:
    """A START ends the window: what was written before it does not count."""
    last, fresh_from = facts.last_text_at, facts.window_from
    return None if last is None or (fresh_from is not None and fresh_from >= last) else last


def message_of(text: Text) -> Message:
    """The rules' view of a text."""
    return Message(
        text_class=text.text_class,  # type: ignore[arg-type]  # one of ours: the column holds nothing else
        body=text.body,
        body_after_hours=text.body_after_hours,
        from_number=text.from_number,
        planned_in_status=text.planned_in_status,
        answers_at=text.answers_at,
        allowed_since=text.allowed_since,
        moment_passes_at=text.passes_at,
        rang_at=text.rang_at,
        visit_version=text.visit_version,
        wished_at=text.wished_at,
        follows_after=text.follows_after,
        approved=text.approved,
        template=text.template,
        photos=text.photos,
    )


class Look(NamedTuple):
    """A text as one look leaves it, what is told of it, and whether somebody has to call instead (`ask_for_calls`)."""

    text: Text
    decision: Decision
    events: Sequence[Event]
    asks_for_a_call: bool = False


def look_at(text: Text, *, context: Context, now: datetime, version: int) -> Look:
    """Queued for sending, held, a draft, or suppressed. `version` is the organization's."""
    text = _introduced(_as_planned(text), context)
    message = message_of(text)
    decision = decide(message, context, now)
    rules = _rules(decision)
    seen = _seen(text, decision, rules, now)
    if seen.state == "awaiting_approval" and text.allowed_since is None:  # its usefulness is not counted from the night
        seen = seen._replace(allowed_since=first_moment(message, context, now))
    events: list[Event] = [_decided(seen, decision, rules, now, version)]
    if seen.state == "suppressed":
        events.append(_suppressed(seen, now, version))
        if decision.deciding_rules == (WORDS_RULE,) and seen.lead_id is not None:
            events.append(_words_need_a_person(seen, seen.lead_id, now, version))
    return Look(seen, decision, events, asks_for_a_call(message, decision))


def _introduced(text: Text, context: Context) -> Text:
    """The first automated text to somebody says who writes and how to stop, whatever its template says."""
    if text.text_class not in AUTOMATED or context.history.texted_before:
        return text
    shop, closed = context.shop.name, text.body_after_hours
    return text._replace(
        body=introduced(text.body, shop=shop),
        body_after_hours=introduced(closed, shop=shop) if closed is not None else None,
    )


def _as_planned(text: Text) -> Text:
    """With the words of an open shop, though an earlier look chose those of a closed one: it may have opened since."""
    if text.body_when_open is None or text.body_after_hours is None:
        return text
    return text._replace(body=text.body_when_open, body_when_open=None)


def _seen(text: Text, decision: Decision, rules: Rules, now: datetime) -> Text:
    verdict, state = decision.verdict, STATES[decision.outcome]
    hold = verdict if isinstance(verdict, Hold) else None
    timed = hold is not None and runs_to_a_moment(hold, now)
    closed = isinstance(verdict, Send) and verdict.wording == "after_hours"
    closed_words = text.body_after_hours if closed else None
    body = closed_words or text.body
    due_at = now if state == "queued" else None
    if hold is not None:
        # What waits only to hear is claimed as soon as its partition was heard, so it is due at once; booking's stream is
        # no part of the claim.
        due_at = now if hold.rules == (12,) and text.visit_version is None else hold.until
    return text._replace(
        state=state,
        body=body,
        body_when_open=text.body if closed_words else None,
        segments=measure(body).segments,
        due_at=due_at,
        held_until=hold.until if hold is not None and timed else None,
        allowed_since=_allowed_since(text, hold.until if hold is not None and timed else None, now),
        reason=decision.sentence if state in ("suppressed", "held") else None,
        rule=decision.deciding_rules[0] if decision.deciding_rules else None,
        decision=_stored(decision, rules, now),
    )


def _allowed_since(text: Text, held_until: datetime | None, now: datetime) -> datetime:
    """The first moment at which the clock let it go. One that it let go once is not made young by a later hold."""
    known = text.allowed_since
    was_allowed = known is not None and known <= now and (text.held_until is None or known < text.held_until)
    if held_until is not None and not was_allowed:
        return held_until
    return known or now


def _stored(decision: Decision, rules: Rules, now: datetime) -> dict[str, Any]:
    """As it lies beside the text."""
    return {
        "outcome": decision.outcome,
        "sentence": decision.sentence,
        "decided_at": now,
        "deciding_rules": decision.deciding_rules,
        "held_until": decision.verdict.until if isinstance(decision.verdict, Hold) else None,
        "rules": rules,
    }


def _rules(decision: Decision) -> Rules:
    return tuple(
        RuleLooked(rule=rule, name=name, applies=applies, passed=effect == "pass", fact=fact, until=until)
        for rule, name, fact, effect, until, applies in decision.findings
    )


def _of(text: Text, now: datetime, version: int) -> dict[str, Any]:
    """What every event of a text tells."""
    return {
        "organization_id": text.organization_id,
        "organization_version": version,
        "occurred_at": now,
        "homeowner_id": text.homeowner_id,
        "text_id": text.text_id,
        "lead_id": text.lead_id,
        "text_class": text.text_class,
    }


def _decided(text: Text, decision: Decision, rules: Rules, now: datetime, version: int) -> TextDecided:
    return TextDecided(
        event_id=ids.new_id(),
        **_of(text, now, version),
        outcome=decision.outcome,
        deciding_rules=decision.deciding_rules,
        rules=rules,
        sentence=decision.sentence,
        look=text.looks,
        held_until=text.held_until,
        call_id=text.call_id,
    )


def _suppressed(text: Text, now: datetime, version: int) -> TextEnded:
    return TextEnded(
        event_id=ids.derived_id("ended", str(text.text_id), "suppressed"),
        **_of(text, now, version),
        state="suppressed",
        reason=text.reason or "",
    )


def _words_need_a_person(text: Text, lead_id: UUID, now: datetime, version: int) -> OfficeNeeded:
    """A template that cannot be sent is somebody's to mend, and the homeowner waits meanwhile."""
    return OfficeNeeded(
        event_id=ids.derived_id("words", str(text.text_id)),
        organization_id=text.organization_id,
        organization_version=version,
        occurred_at=now,
        homeowner_id=text.homeowner_id,
        lead_id=lead_id,
        reason="text_failed",
        sentence=text.reason or "",
    )
