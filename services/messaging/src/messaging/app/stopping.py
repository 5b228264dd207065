"""Automation stops on a line or for a class of texts that the carrier refuses, and goes on when that is mended. Both are audited."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from chassis import ids
from chassis.database import Transaction
from chassis.log import get_logger
from chassis.metrics import counter
from contracts.audit import Change, ChangeAudited
from messaging.domain import carrier_words
from messaging.domain.matrix import MATRIX
from messaging.store import stops
from messaging.store.stops import Kind

STOPPABLE: Final = frozenset(name for name, rules in MATRIX.items() if 5 in rules)  # noqa: PLR2004 -- rule 5 heeds stops
"""Classes of automation; what a person writes, carriers' words and safety texts are tried all the same."""
OF_THE_DESTINATION: Final = (21408, 21612)
"""Said of a line and a destination together: a text that arrived elsewhere proves nothing."""
SUBJECTS: Final[dict[Kind, str]] = {"line": "sender", "template": "template"}

log = get_logger(__name__)
_stopped: Final = counter("automation_stopped", "Lines and templates that a carrier's refusal stopped", ("kind",))


async def stop_line(transaction: Transaction, *, text: asyncpg.Record, code: int | None, now: datetime) -> None:
    """After a refusal that is about the sender or its account."""
    if text["from_number"] is not None:
        await _stop(transaction, text=text, kind="line", subject=text["from_number"], code=code, now=now)


async def stop_template(transaction: Transaction, *, text: asyncpg.Record, code: int | None, now: datetime) -> None:
    """After a refusal that is about the words. A person's own words stop nothing."""
    if text["text_class"] in STOPPABLE:
        await _stop(transaction, text=text, kind="template", subject=text["text_class"], code=code, now=now)


async def _stop(
    transaction: Transaction, *, text: asyncpg.Record, kind: Kind, subject: str, code: int | None, now: datetime
) -> None:
    """Once, however many texts are refused. Raises the audit entry; the row is what alerts and pages read."""
    stop_id = ids.derived_id("stop", str(text["text_id"]), str(text["attempt"]), kind)
    reason, to_do = carrier_words.in_words(code, http_status=None if code else 401), carrier_words.what_to_do(code)
    new = await stops.stop(
        transaction, stop_id=stop_id, organization_id=text["organization_id"], kind=kind, subject=subject, error_code=code, reason=reason, what_to_do=to_do,
        text_id=text["text_id"], attempted_at=text["attempted_at"], now=now,
    )  # fmt: skip
    if not new:
        return
    _stopped.labels(kind).inc()
    log.warning("automation_stopped", organization_id=str(text["organization_id"]), kind=kind, code=code)
    transaction.append(
        _audited(
            event_id=stop_id, organization_id=text["organization_id"], kind=kind, subject=subject, action="stopped",
            actor_kind="automation", actor="the carrier's answer", before=None, after=reason, now=now,
        )
    )  # fmt: skip


async def resume(
    transaction: Transaction,
    *,
    organization_id: UUID,
    kind: Kind,
    subject: str,
    actor_kind: Literal["member", "command", "automation"],
    actor: str,
    now: datetime,
    member_id: UUID | None = None,
    ended_by_name: str | None = None,
) -> bool:
    """By a person who mended it, or by words that changed. False where nothing was stopped. The name is for the page alone."""
    by = ended_by_name or actor
    row = await stops.end(
        transaction, organization_id=organization_id, kind=kind, subject=subject, ended_by=by, now=now
    )
    if row is None:
        return False
    _tell_resumed(transaction, row, actor_kind=actor_kind, actor=actor, member_id=member_id, now=now)
    return True


async def resume_by_arrival(transaction: Transaction, *, text: asyncpg.Record, now: datetime) -> None:
    """A successful test: only texts that leave in spite of a stop can show that it is over."""
    if text["text_class"] in STOPPABLE or text["from_number"] is None or text["attempted_at"] is None:
        return
    row = await stops.end_by_arrival(
        transaction, organization_id=text["organization_id"], line=text["from_number"], left_at=text["attempted_at"], but=OF_THE_DESTINATION, now=now
    )  # fmt: skip
    if row is not None:
        _tell_resumed(transaction, row, actor_kind="automation", actor="a text that arrived", member_id=None, now=now)


def _tell_resumed(
    transaction: Transaction,
    row: asyncpg.Record,
    *,
    actor_kind: Literal["member", "command", "automation"],
    actor: str,
    member_id: UUID | None,
    now: datetime,
) -> None:
    log.info("automation_resumed", organization_id=str(row["organization_id"]), kind=row["kind"])
    transaction.append(
        _audited(
            event_id=ids.derived_id("resumed", str(row["stop_id"])), organization_id=row["organization_id"], kind=row["kind"], subject=row["subject"],
            action="resumed", actor_kind=actor_kind, actor=actor, before=row["reason"], after=None, now=now, member_id=member_id,
        )
    )  # fmt: skip


def _audited(
    *,
    event_id: UUID,
    organization_id: UUID,
    kind: Kind,
    subject: str,
    action: str,
    actor_kind: Literal["member", "command", "automation"],
    actor: str,
    before: str | None,
    after: str | None,
    now: datetime,
    member_id: UUID | None = None,
) -> ChangeAudited:
    return ChangeAudited(
        event_id=event_id, organization_id=organization_id, occurred_at=now, actor_kind=actor_kind, actor=actor, subject_kind=SUBJECTS[kind],
        subject_id=subject, action=action, changes=(Change(field="stopped", before=_json(before), after=_json(after)),), member_id=member_id,
    )  # fmt: skip


def _json(words: str | None) -> str | None:
    return None if words is None else msgspec.json.encode(words).decode()
