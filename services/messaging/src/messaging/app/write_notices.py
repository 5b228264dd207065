"""One notice to one member: a text through the one door, or an e-mail that is sent after the commit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from chassis import ids
from chassis.database import Transaction
from chassis.doorbell import Doorbell
from chassis.keys import Keys
from chassis.telemetry import current_traceparent
from contracts.leads import ConsentRecorded
from contracts.organizations import Member, OrganizationChanged
from messaging.app.alert_people import members_by_id, ways_of
from messaging.app.alert_things import Looked
from messaging.app.alert_words import as_mail, as_text
from messaging.app.follow_up import line_for
from messaging.app.heard import waits_for
from messaging.app.look import context_of, look_at
from messaging.store import alerts, threads
from messaging.store import facts as facts_store
from messaging.store.alerts import Notice
from messaging.store.facts import Asked
from messaging.store.texts import Text
from messaging.store.threads import Consent, NewHomeowner, Writing

USEFUL: Final = timedelta(minutes=30)
"""An alert that is older has been overtaken by the next one."""
WORDING: Final = "alerts-2026-11"
"""Of the words beside the field in which a member names the phone."""


class WriteNotices:
    """`mails`: whether a mail server is configured. Rings whoever sends."""

    def __init__(self, *, keys: Keys, public_url: str, mails: bool, text_bell: Doorbell, mail_bell: Doorbell) -> None:
        self._key, self._public, self.mails = keys.id_key, public_url, mails
        self._text_bell, self._mail_bell = text_bell, mail_bell

    async def __call__(
        self,
        transaction: Transaction,
        *,
        organization: OrganizationChanged,
        member_id: UUID,
        needs: Sequence[Looked],
        now: datetime,
    ) -> None:
        member = members_by_id(organization.members)[str(member_id)]
        for way in ways_of(member, mails=self.mails, can_text=bool(organization.numbers)):
            if way == "text":
                await self._text(transaction, organization, member, needs, now)
            else:
                await self._mail(transaction, organization, member, needs, now)

    async def _text(
        self,
        transaction: Transaction,
        organization: OrganizationChanged,
        member: Member,
        needs: Sequence[Looked],
        now: datetime,
    ) -> None:
        number = member.alerts.number or ""
        notice_id = ids.new_id()
        homeowner_id = ids.homeowner_id(key=self._key, organization_id=organization.organization_id, number=number)
        first = await transaction.fetch_value(
            "SELECT NOT EXISTS (SELECT FROM texts WHERE homeowner_id = $1 AND text_class = 'staff_alert')", homeowner_id
        )
        body = as_text([each.thing for each in needs], shop=organization.name, public_url=self._public, first=first)
        text_id = await text_member(
            transaction, organization=organization, homeowner_id=homeowner_id, number=number, body=body, evidence_id=member.member_id,
            passes_at=now + USEFUL, now=now,
        )  # fmt: skip
        await self._note(
            transaction,
            organization,
            member,
            needs,
            now,
            notice_id=notice_id,
            way="text",
            body=body,
            text_id=text_id,
            state="handed over",
        )
        transaction.after_commit(self._text_bell.ring)

    async def _mail(
        self,
        transaction: Transaction,
        organization: OrganizationChanged,
        member: Member,
        needs: Sequence[Looked],
        now: datetime,
    ) -> None:
        subject, body = as_mail([each.thing for each in needs], shop=organization.name, public_url=self._public)
        await self._note(
            transaction, organization, member, needs, now, notice_id=ids.new_id(), way="email", body=body, address=member.email, subject=subject,
            state="queued", due_at=now,
        )  # fmt: skip
        transaction.after_commit(self._mail_bell.ring)

    async def _note(
        self,
        transaction: Transaction,
        organization: OrganizationChanged,
        member: Member,
        needs: Sequence[Looked],
        now: datetime,
        **facts: Any,
    ) -> None:
        own: dict[str, Any] = {"address": None, "subject": None, "text_id": None, "due_at": None, **facts}
        alert_ids = [each.row["alert_id"] for each in needs]
        notice = Notice(
            organization_id=organization.organization_id, member_id=member.member_id, alert_ids=alert_ids, at=now, **own
        )
        await alerts.add_notice(transaction, notice=notice)


async def text_member(
    transaction: Transaction,
    *,
    organization: OrganizationChanged,
    homeowner_id: UUID,
    number: str,
    body: str,
    evidence_id: UUID,
    passes_at: datetime,
    now: datetime,
) -> UUID:
    """Decided like any other text. Naming the phone and typing its code is the consent, kept like a homeowner's."""
    own, writing = organization.organization_id, Writing()
    (facts,) = await facts_store.gather(transaction, asked=[Asked(own, homeowner_id, number)], now=now)
    line = line_for(organization, facts.last_line)
    text = Text(
        text_id=ids.new_id(), organization_id=own, homeowner_id=homeowner_id, lead_id=None, text_class="staff_alert", body=body, from_number=line,
        to_number=number, partition=waits_for(homeowner_id, "staff_alert"), created_at=now, passes_at=passes_at,
    )  # fmt: skip
    context = context_of(
        snapshot=organization, facts=facts, number=number, status=None, heard_until=None, consented=True
    )
    look = look_at(text, context=context, now=now, version=organization.organization_version)
    if not facts.known:
        writing.homeowners.append(NewHomeowner(homeowner_id, own, number, line or "", now))
    if not facts.consented:
        consent_id = ids.derived_id("alert consent", str(own), number)
        writing.consents.append(Consent(consent_id, own, homeowner_id, "form", WORDING, evidence_id, now))
        writing.events.append(
            ConsentRecorded(
                event_id=consent_id, organization_id=own, organization_version=organization.organization_version, occurred_at=now, homeowner_id=homeowner_id,
                consent_id=consent_id, source="form", wording_version=WORDING, evidence_id=evidence_id,
            )
        )  # fmt: skip
    writing.texts.append(look.text)
    writing.events.extend(look.events)
    await threads.write(transaction, writing=writing, traceparent=current_traceparent())
    return look.text.text_id
