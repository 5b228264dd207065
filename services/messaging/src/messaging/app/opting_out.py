"""An opt-out is written before anything else happens, and cancels all that is pending, in one transaction."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis import ids
from chassis.database import Transaction
from contracts.leads import HomeownerOptedIn, HomeownerOptedOut, OptOutSource, TextEnded
from messaging.app.ask_for_calls import ask_instead_of
from messaging.store import opt_outs, texts

ASKED: str = "asked for no more texts"


async def record_opt_out(
    transaction: Transaction,
    *,
    organization_id: UUID,
    homeowner_id: UUID,
    source: OptOutSource,
    evidence_id: UUID,
    at: datetime,
    now: datetime,
) -> bool:
    """True when it is news."""
    opt_out_id = ids.derived_id("opt-out", str(evidence_id))
    new = await opt_outs.opt_out(
        transaction,
        opt_out_id=opt_out_id,
        organization_id=organization_id,
        homeowner_id=homeowner_id,
        source=source,
        evidence_id=evidence_id,
        at=at,
    )
    if not new:
        return False
    cancelled = await texts.cancel_pending(transaction, homeowner_id=homeowner_id, reason=f"Not sent — {ASKED}")
    transaction.append(
        HomeownerOptedOut(
            event_id=opt_out_id,
            organization_id=organization_id,
            occurred_at=now,
            homeowner_id=homeowner_id,
            source=source,
            evidence_id=evidence_id,
            cancelled_texts=tuple(row["text_id"] for row in cancelled),
        ),
        *(text_cancelled(row, reason=ASKED, now=now) for row in cancelled),
    )
    await ask_instead_of(transaction, cancelled, why=ASKED, now=now)
    return True


async def record_carrier_refusal(
    transaction: Transaction, *, text: asyncpg.Record, evidence_id: UUID, now: datetime
) -> None:
    """21610: the carrier knows of an opt-out. A text that left after a START only shows that this line stays blocked."""
    homeowner_id = text["homeowner_id"]
    if await opt_outs.is_opted_out(transaction, homeowner_id=homeowner_id):
        return
    welcome_at = await opt_outs.last_opted_in_at(transaction, homeowner_id=homeowner_id)
    if welcome_at is not None:
        if text["attempted_at"] is not None and text["attempted_at"] >= welcome_at:
            await opt_outs.note_refused_line(transaction, homeowner_id=homeowner_id, line=text["from_number"])
        return
    await record_opt_out(
        transaction,
        organization_id=text["organization_id"],
        homeowner_id=text["homeowner_id"],
        source="provider",
        evidence_id=evidence_id,
        at=now,
        now=now,
    )


async def record_opt_in(
    transaction: Transaction,
    *,
    organization_id: UUID,
    homeowner_id: UUID,
    evidence_id: UUID,
    at: datetime,
    now: datetime,
) -> bool:
    """True when an opt-out ended. START ends the first-reply window in any case."""
    ended = await opt_outs.opt_in(transaction, homeowner_id=homeowner_id, evidence_id=evidence_id, at=at)
    if ended:
        transaction.append(
            HomeownerOptedIn(
                event_id=ids.derived_id("opt-in", str(evidence_id)),
                organization_id=organization_id,
                occurred_at=now,
                homeowner_id=homeowner_id,
                source="text",
                evidence_id=evidence_id,
            )
        )
    return ended


def text_cancelled(row: asyncpg.Record, *, reason: str, now: datetime) -> TextEnded:
    return TextEnded(
        event_id=ids.derived_id("ended", str(row["text_id"]), "cancelled"),
        organization_id=row["organization_id"],
        occurred_at=now,
        homeowner_id=row["homeowner_id"],
        text_id=row["text_id"],
        lead_id=row["lead_id"],
        text_class=row["text_class"],
        state="cancelled",
        reason=reason,
    )
