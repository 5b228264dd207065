"""What is known of a homeowner, gathered in one statement for a whole batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from messaging.domain.matrix import AUTOMATED, CAPPED

DAY: Final = timedelta(hours=24)
NO_TEXT: Final = UUID(int=0)

_WAITING: Final = "t.state IN ('queued', 'held', 'awaiting_approval', 'sending', 'unsettled')"
_TO_LEAVE: Final = "('queued', 'held', 'awaiting_approval', 'sending')"
_COUNTED: Final = (
    "('queued', 'held', 'awaiting_approval', 'sending', 'unsettled', 'sent', 'delivered')"  # no previews, no failures
)
_CAPPED: Final = ", ".join(f"'{name}'" for name in sorted(CAPPED))
_AUTOMATED: Final = ", ".join(f"'{name}'" for name in sorted(AUTOMATED))
_MOMENT: Final = "coalesce(t.sent_at, t.created_at)"
_IN_WINDOW: Final = f"t.text_class = 'first_reply' AND (h.window_from IS NULL OR {_MOMENT} > h.window_from)"
GATHER: Final = f"""
SELECT h.homeowner_id IS NOT NULL AS known, h.number, h.trouble, coalesce(h.paused, false) AS paused, h.last_line, h.window_from,
    coalesce(h.refused_lines, '{{}}') AS refused_lines, h.name, h.address, h.postal_code, h.spoken_at,
    lead.lead_id, lead.status, lead.office_owns, lead.replied_at, lead.last_text_at,
    ended.lead_id AS ended_lead_id, ended.status AS ended_status, ended.ended_at,
    opted.at AS opted_out_at, opted.evidence_id AS opted_out_by,
    consent.source AS consent_source, consent.at AS consent_at,
    coalesce((SELECT true FROM ignored_numbers i WHERE i.organization_id = a.organization_id AND i.number = a.number), false) AS ignored,
    (SELECT jsonb_object_agg(s.kind || ' ' || s.subject, s.reason) FROM automation_stops s WHERE s.organization_id = a.organization_id AND s.ended_at IS NULL) AS stops,
    coalesce(counts.texted_before, false) AS texted_before,
    counts.first_reply_at, coalesce(counts.first_reply_waits, false) AS first_reply_waits, counts.first_reply_leaves_at,
    coalesce(counts.unanswered, 0) AS unanswered, coalesce(counts.follow_ups, 0) AS follow_ups,
    visit.version AS visit_version, visit.status AS visit_status, coalesce(visit.booked_while_entitled, false) AS visit_entitled,
    coalesce((SELECT true FROM visits w WHERE w.homeowner_id = a.homeowner_id AND w.status IN ('requested', 'scheduled') AND w.end_at > $8 LIMIT 1), false)
        AS has_visit
FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[]) AS a(position, organization_id, homeowner_id, number, text_id, booking_id)
LEFT JOIN homeowners h ON h.homeowner_id = a.homeowner_id
LEFT JOIN LATERAL (SELECT * FROM leads l WHERE l.homeowner_id = a.homeowner_id AND l.status IN ('new', 'active', 'booked') LIMIT 1) lead ON true
LEFT JOIN LATERAL (SELECT * FROM leads l WHERE l.homeowner_id = a.homeowner_id AND l.status IN ('won', 'closed') ORDER BY l.opened_at DESC LIMIT 1) ended ON true
LEFT JOIN LATERAL (SELECT c.source, c.at FROM consents c WHERE c.homeowner_id = a.homeowner_id ORDER BY c.at DESC LIMIT 1) consent ON true
LEFT JOIN visits visit ON visit.booking_id = a.booking_id AND visit.homeowner_id = a.homeowner_id
LEFT JOIN LATERAL (SELECT o.at, o.evidence_id FROM opt_outs o WHERE o.organization_id = a.organization_id AND o.homeowner_id = a.homeowner_id
    AND o.ended_at IS NULL LIMIT 1) opted ON true
LEFT JOIN LATERAL (
    SELECT bool_or(t.sent_at IS NOT NULL) AS texted_before,
        max({_MOMENT}) FILTER (WHERE {_IN_WINDOW}) AS first_reply_at,
        bool_or(t.state IN {_TO_LEAVE} OR {_WAITING} AND {_IN_WINDOW}) FILTER (WHERE t.text_class = 'first_reply') AS first_reply_waits,
        max(coalesce(t.due_at, $8)) FILTER (WHERE t.text_class = 'first_reply' AND t.state IN {_TO_LEAVE}) AS first_reply_leaves_at,
        count(*) FILTER (WHERE t.answers_at IS NULL AND t.text_class IN ({_CAPPED}) AND ({_WAITING} OR {_MOMENT} > $7)) AS unanswered,
        count(*) FILTER (WHERE t.text_class = 'follow_up' AND t.lead_id = lead.lead_id) AS follow_ups
    FROM texts t WHERE t.homeowner_id = a.homeowner_id AND t.text_id <> a.text_id AND t.state IN {_COUNTED} AND t.text_class IN ({_AUTOMATED})
) counts ON h.homeowner_id IS NOT NULL
ORDER BY a.position
"""
"""Each table by an index, one homeowner after the other: a join or EXISTS that was planned while a table was small would read all of it, each time."""
LOCK: Final = (
    "SELECT homeowner_id FROM homeowners WHERE homeowner_id = ANY($1::uuid[]) ORDER BY homeowner_id FOR UPDATE"
)


class Asked(NamedTuple):
    """Of whom; `text_id` is left out of the counts (a text is not its own predecessor), `booking_id` is its visit."""

    organization_id: UUID
    homeowner_id: UUID
    number: str | None
    text_id: UUID = NO_TEXT
    booking_id: UUID | None = None


class Facts(NamedTuple):
    """One homeowner as they stand, in the order of the statement above.

    `first_reply_at` is of the window since the last START; one that is still to leave waits whatever its window. `opted_out_by` is the evidence,
    `stops` are the shop's own, why by `line +1…` or `template class`, consent is the newest record, `visit_...` are of the
    text's visit, `has_visit` says that one is ahead.
    """

    known: bool
    number: str | None
    trouble: str | None
    paused: bool
    last_line: str | None
    window_from: datetime | None
    refused_lines: Sequence[str]
    name: str | None
    address: str | None
    postal_code: str | None
    spoken_at: datetime | None
    lead_id: UUID | None
    status: str | None
    office_owns: bool | None
    replied_at: datetime | None
    last_text_at: datetime | None
    ended_lead_id: UUID | None
    ended_status: str | None
    ended_at: datetime | None
    opted_out_at: datetime | None
    opted_out_by: UUID | None
    consent_source: str | None
    consent_at: datetime | None
    ignored: bool
    stops: Mapping[str, str] | None
    texted_before: bool
    first_reply_at: datetime | None
    first_reply_waits: bool
    first_reply_leaves_at: datetime | None
    unanswered: int
    follow_ups: int
    visit_version: int | None
    visit_status: str | None
    visit_entitled: bool
    has_visit: bool

    @property
    def consented(self) -> bool:
        return self.consent_source is not None


NOBODY: Final = Facts(
    known=False, number=None, trouble=None, paused=False, last_line=None, window_from=None, refused_lines=(), name=None, address=None, postal_code=None, spoken_at=None,
    lead_id=None, status=None, office_owns=None, replied_at=None, last_text_at=None, ended_lead_id=None, ended_status=None, ended_at=None,
    opted_out_at=None, opted_out_by=None, consent_source=None, consent_at=None, ignored=False, stops=None, texted_before=False, first_reply_at=None,
    first_reply_waits=False, first_reply_leaves_at=None, unanswered=0, follow_ups=0, visit_version=None, visit_status=None, visit_entitled=False,
    has_visit=False,
)  # fmt: skip
"""Of somebody of whom nothing is known, in a shop that nothing is stopped of."""


async def gather_free(transaction: Transaction, *, asked: Sequence[Asked], now: datetime) -> list[Facts | None]:
    """The same without waiting for anybody: None for a homeowner whom another transaction has in hand. For whoever has
    locked texts already: those who write STOP lock the homeowner first, and neither may wait for the other.
    """
    rows = await transaction.connection.fetch(f"{LOCK} SKIP LOCKED", [each.homeowner_id for each in asked])
    locked, found = {row["homeowner_id"] for row in rows}, await _look(transaction, asked, now)
    return [
        facts if each.homeowner_id in locked or not facts.known else None
        for each, facts in zip(asked, found, strict=True)
    ]


async def gather(transaction: Transaction, *, asked: Sequence[Asked], now: datetime) -> list[Facts]:
    """In the order asked. The rows of homeowners that are known are locked, in the order of their ids: what is counted
    here cannot change before the commit. The first look saves the lock where all are new.
    """
    found = await _look(transaction, asked, now)
    if not any(each.known for each in found):
        return found
    await transaction.connection.execute(LOCK, [each.homeowner_id for each in asked])
    return await _look(transaction, asked, now)


async def look(transaction: Transaction, *, asked: Sequence[Asked], now: datetime) -> list[Facts]:
    """Without any lock: for pages, which only show."""
    return await _look(transaction, asked, now)


async def _look(transaction: Transaction, asked: Sequence[Asked], now: datetime) -> list[Facts]:
    columns = [list(column) for column in zip(*asked, strict=True)]
    rows = await transaction.connection.fetch(GATHER, list(range(len(asked))), *columns, now - DAY, now)
    return [Facts(*row) for row in rows]
