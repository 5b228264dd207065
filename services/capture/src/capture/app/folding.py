"""What becomes of stored callbacks: calls as they stand now, and the events that tell of them and of texts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from capture.app import requests, twilio_forms
from capture.app.directory import Directory
from capture.app.inbound_events import PROVIDER, InboundEvents, call_id, homeowner
from capture.domain import call_story
from capture.domain.call_story import Facts
from capture.domain.callers import homeowner_number
from capture.settings import CaptureSettings
from capture.store.callbacks import Due
from capture.store.calls import Call
from contracts.base import Event

TEXTS: Final = frozenset({requests.SMS_INBOUND, requests.SMS_STATUS})
ASK_SOON: Final = timedelta(seconds=5)

ByCall = Mapping[UUID, Sequence[Due]]


class Told(NamedTuple):
    """An event with the trace of the callback that made it known."""

    event: Event
    traceparent: str | None


class Folded(NamedTuple):
    """`told` in the order in which it goes out."""

    calls: list[Call]
    told: list[Told]


def by_call(due: Sequence[Due]) -> ByCall:
    """Those that tell of calls, by the call's id and in its order."""
    found: dict[UUID, list[Due]] = {}
    for each in due:
        if each.kind not in TEXTS:
            found.setdefault(call_id(each.organization_id, each.subject), []).append(each)
    return {key: found[key] for key in sorted(found)}


class Folding:
    """Does no I/O."""

    def __init__(self, *, directory: Directory, id_key: bytes, settings: CaptureSettings) -> None:
        self._directory, self._key = directory, id_key
        self._events = InboundEvents(directory=directory, id_key=id_key)
        self._overdue = timedelta(seconds=settings.overdue_seconds)

    def of(self, due: Sequence[Due], *, calls: ByCall, known: Mapping[UUID, Call], now: datetime) -> Folded:
        """`calls` are those of `due`, see `by_call`; `known` are the calls that are stored already."""
        folded = Folded([], [])
        for key, heard in calls.items():
            call = self._heard(known.get(key) or self._begun(key, heard[0]), heard, now)
            news = call_story.news(call.facts, told=call.told)
            folded.calls.append(call._replace(told=call.told | set(news)))
            folded.told.extend(Told(self._events.of_call(kind, call), heard[-1].traceparent) for kind in news)
        for each in due:
            event = self._events.of_text(each, _form(each)) if each.kind in TEXTS and not each.repeated else None
            if event is not None:
                folded.told.append(Told(event, each.traceparent))
        return folded

    def _begun(self, new_id: UUID, first: Due) -> Call:
        line = self._directory.line(first.number)
        facts = Facts(mode=line.number.mode, answer=line.number.answer) if line else Facts()
        return Call(
            call_id=new_id, organization_id=first.organization_id, provider=PROVIDER, provider_call_id=first.subject, tracked_number=first.number,
            homeowner_id=new_id, homeowner_number=None, facts=facts, outcome="open", reason=None, told=frozenset(), started_at=first.happened_at,
            ended_at=None, ask_at=None,
        )  # fmt: skip

    def _heard(self, call: Call, heard: Sequence[Due], now: datetime) -> Call:
        facts = call.facts
        for each in heard:
            facts = call_story.take(facts, twilio_forms.heard(each.kind, _form(each), each.happened_at))
        ended, reason = call_story.what_stands(facts, told=call.told, reason=call.reason)
        began, last = call_story.began_and_ended(facts)
        number = homeowner_number(facts.caller or "")
        return call._replace(
            facts=facts, outcome=ended, reason=reason, started_at=began, ended_at=None if ended == "open" else last,
            homeowner_number=number, homeowner_id=homeowner(self._key, call.organization_id, number, call.provider_call_id),
            ask_at=None if ended != "open" else self._ask_at(call, facts, began, now),
        )  # fmt: skip

    def _ask_at(self, call: Call, facts: Facts, began: datetime, now: datetime) -> datetime:
        """When the provider is to be asked how a call ended that nobody told the end of."""
        if call_story.only_the_provider_knows(facts):
            return now + ASK_SOON
        organization = self._directory.organization(call.organization_id)
        rings = timedelta(seconds=organization.ring_seconds if organization else 0)
        return max(began + rings + self._overdue, call.ask_at or began)


def _form(due: Due) -> Mapping[str, str]:
    if due.form is not None:
        return due.form
    content_type = due.headers.get("content-type", "")
    return twilio_forms.form(twilio_forms.fields(content_type=content_type, body=due.body))
