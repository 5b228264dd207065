"""An office of the messaging tests: members who chose alerts, and a shop whose own events come back to it."""

from typing import Any

from chassis import ids
from contracts import envelope
from contracts.base import Event
from contracts.leads import OfficeNeeded
from contracts.organizations import AlertChoices, Member
from messaging.app.note_needs import may_need_a_person

PAT, JESS = "+13125550188", "+13125550189"
NEEDS = "I want to talk to a real person"
"""A homeowner's words that automation answers by handing over."""


def member(name: str, number: str | None = None, **choices: Any) -> Member:
    chosen = AlertChoices(**{"by": ("text",), "number": number, **choices})
    return Member(
        member_id=ids.derived_id("member", name), name=name, email=f"{name}@example.com", role="owner", alerts=chosen
    )


class Office:
    """A shop whose own events are heard, and whose members are told."""

    def __init__(self, shop: Any, *members: Member) -> None:
        self.shop, self.clock = shop, shop.clock
        self._heard_up_to = 0
        shop.become(members=members)

    async def hears_of_itself(self) -> None:
        """What comes back by messaging's own topic."""
        async with self.shop.database.work() as transaction:
            rows = await transaction.fetch(
                "SELECT seq, type, payload FROM outbox WHERE seq > $1 ORDER BY seq", self._heard_up_to
            )
            found = [envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows]
            await self.shop.alerts.note(
                transaction, [each for each in found if isinstance(each, Event) and may_need_a_person(each)]
            )
        self._heard_up_to = rows[-1]["seq"] if rows else self._heard_up_to

    async def looks(self, **later: float) -> None:
        """Some time later, a round of the loop."""
        self.clock.advance(**later)
        await self.shop.hears_nothing_new()
        await self.hears_of_itself()
        await self.shop.alerts.tell()
        await self.shop.sends()
        await self.shop.alerts.send_mails()

    async def needed(self, number: str, *, urgent: bool = False, sentence: str = "asks something") -> None:
        (lead,) = [each for each in await self.shop.leads() if each["number"] == number]
        event = OfficeNeeded(
            event_id=ids.new_id(), organization_id=self.shop.id, occurred_at=self.clock.now(), homeowner_id=self.shop.homeowner(number),
            lead_id=lead["lead_id"], reason="safety" if urgent else "question", sentence=sentence, urgent=urgent,
        )  # fmt: skip
        async with self.shop.database.work() as transaction:
            transaction.append(event)

    async def answers(self, number: str) -> None:
        """Somebody of the office wrote: whatever page or command it was, a text of class staff left."""
        (lead,) = [each for each in await self.shop.leads() if each["number"] == number]
        async with self.shop.database.work() as transaction:
            await transaction.execute(
                "INSERT INTO texts (text_id, organization_id, homeowner_id, lead_id, text_class, state, body, partition, segments, created_at, sent_at, decision)"
                " VALUES ($1,$2,$3,$4,'staff','sent','On our way.',-1,1,$5,$5,'{}')",
                ids.new_id(), self.shop.id, self.shop.homeowner(number), lead["lead_id"], self.clock.now(),
            )  # fmt: skip

    async def alerts(self) -> list[Any]:
        async with self.shop.database.work() as transaction:
            rows: list[Any] = await transaction.fetch(
                "SELECT * FROM staff_alerts WHERE organization_id = $1 ORDER BY since", self.shop.id
            )
        return rows

    def told(self, number: str) -> list[str]:
        bodies: list[str] = self.shop.carrier.bodies(number)
        return bodies
