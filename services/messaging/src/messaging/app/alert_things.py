"""Looks at what open alerts are about: whether it still needs a person, and what to call it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from chassis import ids
from chassis.database import Transaction
from messaging.app.alert_words import Thing, named
from messaging.app.telling import turn_of
from messaging.domain.alerting import Kind, Need
from messaging.domain.leads import TERMINAL
from messaging.store import alerts
from messaging.store.alerts import NewAlert

STOPS: Final = "/settings/stops"


class Looked(NamedTuple):
    """An open alert that needs somebody still."""

    row: asyncpg.Record
    kind: Kind
    need: Need
    thing: Thing


def new_stops(rows: Sequence[asyncpg.Record], now: datetime) -> list[NewAlert]:
    """A line or a class of texts that the carrier made automation stop."""
    return [
        NewAlert(
            alert_id=ids.derived_id("alert", str(row["stop_id"])),
            organization_id=row["organization_id"],
            subject_id=row["stop_id"],
            lead_id=None,
            urgent=False,
            kind="trouble",
            sentence=f"automation stopped ({row['reason']}); {row['what_to_do']}".rstrip("."),
            since=row["stopped_at"],
            due_at=now,
        )
        for row in rows
    ]


async def look_at_needs(transaction: Transaction, claimed: Sequence[asyncpg.Record]) -> list[Looked]:
    """Those that nobody answered; in the order claimed."""
    leads = await alerts.leads(transaction, lead_ids=[row["lead_id"] for row in claimed if row["lead_id"] is not None])
    stops = await alerts.open_stops(
        transaction, stop_ids=[row["subject_id"] for row in claimed if row["lead_id"] is None]
    )
    found: list[Looked] = []
    for row in claimed:
        if row["lead_id"] is None:
            if row["subject_id"] in stops:
                found.append(_looked(row, "trouble", None))
            continue
        lead = leads.get(row["lead_id"])
        if lead is not None and _needs(row, lead):
            found.append(_looked(row, _kind(row, lead), lead))
    return found


def _needs(row: asyncpg.Record, lead: asyncpg.Record) -> bool:
    """An urgent thread needs somebody until the office wrote or ended it, whoever's turn it looks like."""
    if row["urgent"]:
        wrote = lead["office_wrote_at"]
        return lead["status"] not in TERMINAL and (wrote is None or wrote < row["since"])
    return turn_of(lead) == "office"


def _kind(row: asyncpg.Record, lead: asyncpg.Record) -> Kind:
    if row["urgent"]:
        return "urgent"
    return "draft" if lead["draft_waits"] else "thread"


def _looked(row: asyncpg.Record, kind: Kind, lead: asyncpg.Record | None) -> Looked:
    assigned = lead["assigned_to"] if lead is not None else None
    need = Need(
        kind=kind,
        since=row["since"],
        told={each["member_id"]: datetime.fromisoformat(each["at"]) for each in row["told"]},
        assigned_to=str(assigned) if assigned else None,
    )
    thing = Thing(
        alert_id=row["alert_id"],
        kind=kind,
        who=named(lead["name"], lead["number"]) if lead is not None else None,
        sentence=row["sentence"] or _sentence(kind, lead),
        path=path_of(row),
    )
    return Looked(row, kind, need, thing)


def path_of(row: asyncpg.Record) -> str:
    """Where somebody can do something about it."""
    return f"/leads/{row['lead_id']}" if row["lead_id"] else STOPS


def _sentence(kind: Kind, lead: asyncpg.Record | None) -> str:
    if kind == "draft":
        return "a draft waits for your OK"
    if lead is None:
        return "something needs you"
    if lead["asked_for_a_call"]:
        return "wrote CANCEL, so no more texts; call about the visit"
    if lead["newest_text_state"] in ("failed", "undelivered", "unsettled"):
        return "our text did not arrive"
    return "waits for an answer"
