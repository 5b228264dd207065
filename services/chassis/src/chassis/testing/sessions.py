"""Somebody who is signed in, without the sign-in."""

from datetime import datetime, timedelta
from uuid import UUID

from chassis.clock import system_clock
from chassis.cookies import session_cookie
from chassis.ids import new_id
from chassis.keys import Keys
from chassis.people import Person
from chassis.tokens import mint
from contracts.organizations import Role

A_DAY = timedelta(days=1)


def a_person(
    *,
    organization_id: UUID,
    role: Role = "owner",
    name: str = "Pat Owner",
    member_id: UUID | None = None,
    epoch: int = 0,
    now: datetime | None = None,
) -> Person:
    """A member with a session of a day, counted from `now` (default: the machine's clock)."""
    begun = now or system_clock(None).now()
    return Person(
        session_id=new_id(),
        member_id=member_id or new_id(),
        organization_id=organization_id,
        name=name,
        role=role,
        epoch=epoch,
        csrf="csrf-of-a-test",
        expires_at=begun + A_DAY,
        minted_at=begun,
    )


def signed_in(keys: Keys, person: Person, *, public_url: str = "http://callsnare.test") -> dict[str, str]:
    """The session's cookie by its name, for a client's `cookies`."""
    return {session_cookie(public_url): mint(keys, person)}
