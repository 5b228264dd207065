"""What the templates of a thread and of a decision show."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis import ids
from messaging.app.phone import as_people_write
from messaging.app.read_thread import ThreadPage
from messaging.domain.inbox import REASONS
from messaging.domain.leads import OPEN
from messaging.domain.lines import CLASS_WORDS
from messaging.domain.mending import mend_of_stored
from messaging.domain.when import When
from messaging.web.desk import TROUBLES, Asked, desk_of, initials

SEATS: Final = (("home", "house", "Homeowner"), ("auto", "zap", "Automation"), ("office", "headset", "Office"))
LIT: Final = {"homeowner": "home", "automation": "auto", "office": "office", "nobody": ""}
MARKS: Final = {"pass": ("ok", "check", "Passed"), "hold": ("wait", "moon", "Held here"), "fail": ("no", "x", "Failed"), "skip": ("skip", "minus", "Does not apply")}  # fmt: skip
LOOK_TONES: Final = {"send": "auto", "hold": "hold", "await_approval": "office", "suppress": "bad"}
URGENCIES: Final = {"urgent": "Urgent", "soon": "In the next days", "can_wait": "Can wait"}


def thread_values(request: Asked, thread: ThreadPage) -> dict[str, Any]:
    lead, shop, now = thread.lead, request.auth, desk_of(request).clock.now()
    when = When(shop.zone, now)
    names = {each.member_id: each.name for each in shop.members}
    return {
        "thread": thread,
        "lead": lead,
        "title": lead["name"] or (as_people_write(lead["number"]) if lead["number"] else "No caller ID"),
        "when": when,
        "names": names,
        "people": sorted((each for each in shop.members if each.active), key=lambda each: each.name),
        "baton": _baton(request, thread, when, names),
        "days": _days(thread, when),
        "reasons": REASONS,
        "is_open": lead["status"] in OPEN,
        "troubles": TROUBLES,
        "phone": as_people_write,
        "initials": initials,
        "needs": _needs(lead),
        "their_time": _their_time(thread.zones, when),
        "client_id": ids.new_id().hex,
        "error": "",
        "faster": None,
        "typed": thread.drafts.get("text", ""),
        "typed_note": thread.drafts.get("note", ""),
        "kind": "text",
        "unfolded": None,
    }


def decision_values(request: Asked, text: asyncpg.Record, *, lead_id: UUID) -> dict[str, Any]:
    """Both looks: the newest whole, of the first one what has changed since."""
    when = When(request.auth.zone, desk_of(request).clock.now())
    first, latest = text["decision"], text["latest_decision"]
    newest = latest or first
    return {
        "why_id": str(text["text_id"]),
        "lead_id": lead_id,
        "what": CLASS_WORDS.get(text["text_class"], "Text"),
        "words_of": text["template"] or "",
        "tone": LOOK_TONES[newest["outcome"]],
        "newest": newest,
        "looks": text["looks"],
        "first": first if latest else None,
        "rules": rules_of(newest, first if latest else None),
        "first_rules": rules_of(first, None) if latest else (),
        "decided_at": when.full(datetime.fromisoformat(newest["decided_at"])),
        "first_at": when.full(datetime.fromisoformat(first["decided_at"])),
        "state": text["state"],
        "reason": text["reason"],
    }


def rules_of(decision: dict[str, Any], before: dict[str, Any] | None) -> Sequence[dict[str, Any]]:
    """Each with its mark; `changed` where the look before found something else."""
    known = {rule["rule"]: rule["fact"] for rule in before["rules"]} if before else {}
    mend = mend_of_stored(decision)
    return [
        {
            **rule,
            "mark": MARKS[_mark(rule, decision)],
            "mend": mend if rule["rule"] in decision["deciding_rules"] else None,
            "deciding": rule["rule"] in decision["deciding_rules"],
            "changed": rule["rule"] in known and known[rule["rule"]] != rule["fact"],
        }
        for rule in decision["rules"]
    ]


def _mark(rule: dict[str, Any], decision: dict[str, Any]) -> str:
    if not rule["applies"]:
        return "skip"
    if rule["passed"]:
        return "pass"
    return "hold" if decision["outcome"] in ("hold", "await_approval") or rule["until"] else "fail"


def _baton(request: Asked, thread: ThreadPage, when: When, names: dict[UUID, str]) -> Sequence[dict[str, Any]]:
    """Three seats, one of them lit at most."""
    lead, lit = thread.lead, LIT[thread.turn]
    held = thread.held if lit == "auto" else None
    seats = []
    for seat, icon, words in SEATS:
        shown = {"seat": seat, "icon": icon, "words": words, "lit": seat == lit}
        if seat == lit == "office":
            shown["words"] = _office_turn(request, lead, when, names)
        elif seat == lit == "home":
            shown["words"] = f"Waiting on {lead['name'].split()[0] if lead['name'] else 'the homeowner'}"
        elif seat == "auto" and held is not None and held["held_until"] is not None:
            shown |= {"seat": "hold", "icon": "moon", "words": f"Until {when.clock(held['held_until'])}"}
        seats.append(shown)
    return seats


def _office_turn(request: Asked, lead: asyncpg.Record, when: When, names: dict[UUID, str]) -> str:
    assigned = lead["assigned_to"]
    if assigned is not None and assigned != request.user.member_id and assigned in names:
        return f"{names[assigned].split()[0]}’s turn"
    since = when.age(lead["turn_at"]) if lead["turn_at"] else "now"
    return "Your turn" if since == "now" else f"Your turn · {since}"


def _days(thread: ThreadPage, when: When) -> Sequence[tuple[str, Sequence[Any]]]:
    """Lines by their day in the shop's zone."""
    days: list[tuple[str, list[Any]]] = []
    for line in thread.lines:
        day = when.day(line.at)
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(line)
    return days


def _needs(lead: asyncpg.Record) -> Sequence[tuple[str, str | None]]:
    """What a visit needs; empty before the homeowner told any of it."""
    known = [
        ("Problem", lead["problem"]),
        ("Urgency", URGENCIES.get(lead["urgency"], lead["urgency"])),
        ("Address", lead["address"] or lead["postal_code"]),
        ("Name", lead["name"]),
        ("Time", lead["wanted_time"]),
    ]
    return known if any(value for name, value in known if name != "Name") else ()


def _their_time(zones: Sequence[str], when: When) -> str:
    """The homeowner's own time where it may differ."""
    here = when.clock(when.now)
    there = sorted({When(zone, when.now).clock(when.now) for zone in zones})
    return f"{here}, same as yours" if there == [here] else " or ".join(there)
