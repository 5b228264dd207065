"""Leads, threads and decisions as the commands show them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import asyncpg

from messaging.domain.leads import Thread, Turn, who_acts_next

OVERTAKEN: Final = ("cancelled", "failed", "undelivered")
"""States whose reason says more than the decision before them."""


def turn_of(row: asyncpg.Record) -> Turn:
    """Whose turn it is, from a row of `threads.WITH_TURN`."""
    lost = row["newest_text_state"] == "unsettled" and row["newest_text_due_at"] is None
    failed = lost or row["newest_text_state"] in ("failed", "undelivered")
    called = row["office_called_at"]
    return who_acts_next(
        Thread(
            status=row["status"],
            hidden=row["number"] is None,
            draft_waits=bool(row["draft_waits"]),
            handed_over=row["handed_over"] and (called is None or called < row["handed_over_at"]),
            newest_text_failed=failed and (called is None or called < row["newest_text_at"]),
            asked_for_a_call=row["asked_for_a_call"],
            automation_answers=bool(row["automation_answers"]),
            newest_word=_newest_word(row),
        )
    )


def _newest_word(row: asyncpg.Record) -> Literal["homeowner", "shop", "none"]:
    """A call that the office notes is its word as much as a text."""
    words = [at for at in (row["newest_text_at"], row["office_called_at"]) if at is not None]
    ours, theirs = max(words, default=None), row["newest_word_at"]
    if ours is None and theirs is None:
        return "none"
    return "homeowner" if ours is None or (theirs is not None and theirs > ours) else "shop"


def lead(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["lead_id"],
        "homeowner_number": row["number"],
        "status": row["status"],
        "who_acts_next": turn_of(row),
        "assigned_to": row["assigned_to"],
        "opened_at": row["opened_at"],
    }


def thread(items: Sequence[asyncpg.Record], ours: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
    """Items and texts of ours by time; a text that never left stands with them, since its decision says why."""
    lines = [
        {"id": item["item_id"], "kind": item["kind"], "at": item["at"], "body": item["body"], **item["detail"]}
        for item in items
    ]
    lines += [_text(row) for row in ours]
    return sorted(lines, key=lambda line: line["at"])


def _text(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["text_id"],
        "kind": "text_out",
        "at": row["sent_at"] or row["created_at"],
        "body": row["body"],
        "text_id": row["text_id"],
        "class": row["text_class"],
        "state": row["state"],
        "held_until": row["held_until"] if row["state"] == "held" else None,
        "rule": row["rule"],
        "provider_id": row["provider_id"],
        "reason": row["reason"],
        "tried_again_at": row["due_at"] if row["state"] == "queued" and row["attempt"] else None,
        "segments": row["segments"],
        "sentence": _newest(row)["sentence"],
    }


def stop(row: asyncpg.Record) -> dict[str, Any]:
    """What automation does not do any more, and how that ends."""
    return {
        row["kind"]: row["subject"],
        "stopped_at": row["stopped_at"],
        "reason": row["reason"],
        "code": row["error_code"],
        "what_to_do": row["what_to_do"],
        "text_id": row["text_id"],
    }


def decisions(row: asyncpg.Record) -> dict[str, Any]:
    """Both looks as data; `latest` is None while there was one."""
    return {
        "text_id": row["text_id"],
        "class": row["text_class"],
        "state": row["state"],
        "first": row["decision"],
        "latest": row["latest_decision"],
    }


def in_words(row: asyncpg.Record) -> str:
    """What became of the text, the newest decision on it, then each rule with its fact."""
    decision = _newest(row)
    sentence = decision["sentence"]
    overtaken = row["state"] in OVERTAKEN and row["reason"] and row["reason"] != sentence
    because = f" ({row['reason']})" if row["reason"] and row["reason"] != sentence and not overtaken else ""
    before = f"decided: {sentence}; " if overtaken else ""
    rules = (
        f"{rule['rule']:>2}  {_mark(rule, decision['outcome']):<18}  {rule['name']}: {rule['fact']}"
        for rule in decision["rules"]
    )
    headline = row["reason"] if overtaken else sentence
    return "\n".join([headline, f"{before}outcome: {decision['outcome']}, now: {row['state']}{because}", *rules])


def _mark(rule: Mapping[str, Any], outcome: str) -> str:
    """As the pages say it; what did not pass says so first, for whoever searches the lines."""
    if not rule["applies"]:
        return "does not apply"
    if rule["passed"]:
        return "passed"
    if rule["until"]:
        return "failed: held here"
    return "failed: asks first" if outcome == "await_approval" else "failed"


def _newest(row: asyncpg.Record) -> Mapping[str, Any]:
    newest: Mapping[str, Any] = row["latest_decision"] or row["decision"]
    return newest
