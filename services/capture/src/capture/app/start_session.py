"""Begins a session: a fresh id each time, never one that a browser brought along."""

import secrets
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from capture.app.guesses import Visit
from capture.app.tickets import digest, new_token
from capture.store import sessions, sign_in_failures
from capture.store.people import Member
from capture.store.sessions import Session
from chassis import ids, tokens
from chassis.database import Transaction
from chassis.keys import Keys
from chassis.people import Person

SESSION_LIFE: Final = timedelta(days=14)
TOKEN_LIFE: Final = timedelta(minutes=5)


class Started(NamedTuple):
    """What the browser keeps: the session's token, and the mark of a device that is known now."""

    token: str
    device: str
    seconds: int


async def start_session(
    transaction: Transaction, *, keys: Keys, member: Member, visit: Visit, now: datetime
) -> Started:
    person = Person(
        session_id=ids.new_id(), member_id=member.member_id, organization_id=member.organization_id, name=member.name,
        role=member.role, epoch=member.epoch, csrf=secrets.token_urlsafe(24), expires_at=now + TOKEN_LIFE, minted_at=now,
    )  # fmt: skip
    begun = Session(person.session_id, member.member_id, visit.words, now, now, now + SESSION_LIFE)
    await sessions.begin(
        transaction, session=begun, organization_id=member.organization_id, epoch=member.epoch, csrf=person.csrf
    )
    device = visit.device or new_token()
    await sign_in_failures.remember_device(
        transaction,
        digest=digest(device),
        member_id=member.member_id,
        organization_id=member.organization_id,
        now=now,
    )
    return Started(tokens.mint(keys, person), device, int(SESSION_LIFE.total_seconds()))
