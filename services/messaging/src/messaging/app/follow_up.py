"""A planned follow-up whose moment has come: decided like any other text."""

from uuid import UUID

from chassis import ids
from chassis.clock import Clock
from chassis.consumer import NotYet
from chassis.database import Transaction
from chassis.organizations import Organizations
from chassis.telemetry import current_traceparent, traceparent_of
from contracts.organizations import OrganizationChanged
from contracts.reminders import ReminderDue
from messaging.app.fields import fields_of
from messaging.app.heard import Heard, waits_for
from messaging.app.look import context_of, look_at
from messaging.app.sending import Sender
from messaging.domain.templates import Words
from messaging.store import facts as facts_store
from messaging.store import templates, threads
from messaging.store.facts import Asked, Facts
from messaging.store.texts import Text
from messaging.store.threads import Writing


class FollowUp:
    """Handles `reminder.due.v1` of kind follow_up."""

    def __init__(self, *, organizations: Organizations, heard: Heard, sender: Sender, clock: Clock) -> None:
        self._organizations, self._heard, self._sender, self._clock = organizations, heard, sender, clock

    async def __call__(self, transaction: Transaction, job: ReminderDue) -> None:
        """Nothing is planned where the lead is not open any more or the homeowner replied meanwhile."""
        organization = self._organizations.get(job.organization_id)
        if organization is None:
            raise NotYet("the organization's snapshot has not arrived")
        now = self._clock.now()
        asked = Asked(job.organization_id, job.homeowner_id, None)
        (facts,) = await facts_store.gather(transaction, asked=[asked], now=now)
        if facts.lead_id is None or facts.lead_id != job.lead_id or facts.replied_at is not None:
            return
        stored = await templates.words_of(transaction, organization_ids=[job.organization_id])
        words = stored[job.organization_id]
        planned = self._planned(job, facts, organization, words, facts.lead_id)
        context = context_of(
            snapshot=organization,
            facts=facts,
            number=facts.number,
            status=facts.status,
            heard_until=self._heard.until(job.homeowner_id),
            wording=words,
        )
        look = look_at(planned, context=context, now=now, version=organization.organization_version)
        writing = Writing(texts=[look.text], events=list(look.events))
        await threads.write(transaction, writing=writing, traceparent=current_traceparent())
        transaction.after_commit(self._sender.bell.ring)

    def _planned(
        self, job: ReminderDue, facts: Facts, organization: OrganizationChanged, words: Words, lead_id: UUID
    ) -> Text:
        line = line_for(organization, facts.last_line)
        fields = fields_of(organization, line=line, name=facts.name)
        return Text(
            text_id=ids.derived_id("follow-up", str(job.job_id)),
            organization_id=job.organization_id,
            homeowner_id=job.homeowner_id,
            lead_id=lead_id,
            text_class="follow_up",
            body=words.render("follow_up", fields=fields),
            from_number=line,
            to_number=facts.number,
            partition=waits_for(job.homeowner_id, "follow_up"),
            created_at=self._clock.now(),
            planned_in_status=facts.status,
            rang_at=job.counted_from,
            follows_after=job.due_at - job.counted_from if job.counted_from is not None else None,
            traceparent=traceparent_of(job.event_id),
            template="follow_up",
        )


def line_for(organization: OrganizationChanged, last_line: str | None) -> str | None:
    """The tracked number that the homeowner used last, else the shop's first."""
    lines = [each.number for each in organization.numbers]
    return last_line if last_line in lines else next(iter(lines), None)
