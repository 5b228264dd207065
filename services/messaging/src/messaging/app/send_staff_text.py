"""A person's text to a homeowner: through the same door as every other, and the thread is theirs from then on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis import ids
from chassis.database import Transaction
from chassis.telemetry import current_traceparent
from contracts.organizations import OrganizationChanged
from messaging.app.desk import Desk, NotHere, Refused, Who, change, lead_of, silence_automation
from messaging.app.follow_up import line_for
from messaging.app.heard import waits_for
from messaging.app.look import Look, context_of, look_at
from messaging.app.look_into_photo import NotAPhotoError, Photo, look_into_photo
from messaging.app.photo_address import photo_ids
from messaging.domain.leads import TERMINAL
from messaging.domain.media import MOST_PHOTOS, MOST_SENT, OFFICE_FORMATS, SIDES
from messaging.store import facts as facts_store
from messaging.store import media, office, texts, threads
from messaging.store.facts import Asked, Facts
from messaging.store.media import Kept
from messaging.store.texts import Text
from messaging.store.threads import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was typed. `client_id` names this very text, `seen` the newest moment that the writer had on screen, `photos`
    the files that go out with it.
    """

    client_id: str
    body: str
    seen: datetime | None = None
    anyway: bool = False
    photos: Sequence[bytes] = ()


class SomebodyFaster(Refused):
    """Another person of the office answered meanwhile: the text stays in the box."""

    def __init__(self, *, member_id: UUID | None, at: datetime, body: str) -> None:
        super().__init__("Somebody answered meanwhile.")
        self.member_id, self.at, self.body = member_id, at, body


async def send_staff_text(desk: Desk, who: Who, *, lead_id: UUID, written: Written) -> UUID:
    """Returns the text's id. The same client id is the same text, however often it comes.

    Raises NotHere, SomebodyFaster, or Refused with the reason why it may not leave; then nothing has changed.
    """
    if not (written.body.strip() or written.photos):
        raise Refused("The text is empty.")
    photos = await _looked_into(desk, written.photos)
    now = desk.clock.now()
    text_id = ids.derived_id("staff", str(lead_id), str(who.member_id), written.client_id)
    async with desk.database.web(who.organization_id) as transaction:
        found = await lead_of(transaction, lead_id)
        await silence_automation(transaction, lead_id=lead_id, now=now)
        asked = Asked(who.organization_id, found["homeowner_id"], found["number"], text_id)
        (facts,) = await facts_store.gather(transaction, asked=[asked], now=now)
        if await texts.one(transaction, text_id=text_id) is not None:
            return text_id
        await _refuse_second_answer(transaction, who, lead_id, written)
        look = _decided(desk, who, found, facts, text_id, written, now)
        if look.text.state == "suppressed":
            raise Refused(look.decision.sentence)
        await media.add_photos(
            transaction, kept=[Kept(own, *photo) for own, photo in zip(photo_ids(text_id, len(photos)), photos, strict=True)],
            organization_id=who.organization_id, homeowner_id=found["homeowner_id"], lead_id=lead_id, text_id=text_id, at=now,
        )  # fmt: skip
        writing = Writing(texts=[look.text], events=list(look.events))
        await threads.write(transaction, writing=writing, traceparent=current_traceparent())
        await _take(transaction, who, lead_id, now)
        await office.keep_draft(
            transaction, lead_id=lead_id, member_id=who.member_id, organization_id=who.organization_id, kind="text", body="", at=now
        )  # fmt: skip
        transaction.after_commit(desk.sent.ring)
        transaction.after_commit(desk.changed.ring)
    return text_id


async def _looked_into(desk: Desk, files: Sequence[bytes]) -> Sequence[Photo]:
    """As large as all of them fit into one text. Raises Refused with the sentence that says which cannot be sent."""
    if len(files) > MOST_PHOTOS:
        raise Refused(
            f"{MOST_PHOTOS} photos go with one text at most, and these are {len(files)}. Send the rest with the next."
        )
    for side in SIDES:
        made = [await _made(desk, file, side, which) for which, file in enumerate(files, 1)]
        if sum(len(each.content) for each in made) <= MOST_SENT:
            return made
    raise Refused("Together the photos are too large for one text. Send some of them with the next.")


async def _made(desk: Desk, file: bytes, side: int, which: int) -> Photo:
    try:
        async with desk.looking:
            return await asyncio.to_thread(look_into_photo, file, formats=OFFICE_FORMATS, longest=side)
    except NotAPhotoError as error:
        raise Refused(f"Photo {which} cannot be sent: {error}. Take a JPEG, PNG, HEIC, GIF or WebP.") from error


async def _refuse_second_answer(transaction: Transaction, who: Who, lead_id: UUID, written: Written) -> None:
    if written.seen is None or written.anyway:
        return
    others = await office.staff_texts_since(transaction, lead_id=lead_id, since=written.seen, besides=who.member_id)
    if others:
        newest = others[0]
        raise SomebodyFaster(member_id=newest["written_by"], at=newest["created_at"], body=newest["body"])


def _decided(
    desk: Desk, who: Who, lead: asyncpg.Record, facts: Facts, text_id: UUID, written: Written, now: datetime
) -> Look:
    shop: OrganizationChanged = desk.shop(who.organization_id)
    planned = Text(
        text_id=text_id,
        organization_id=who.organization_id,
        homeowner_id=lead["homeowner_id"],
        lead_id=lead["lead_id"],
        text_class="staff",
        body=written.body.strip().replace("\r\n", "\n"),
        photos=len(written.photos),
        from_number=line_for(shop, facts.last_line),
        to_number=lead["number"],
        partition=waits_for(lead["homeowner_id"], "staff"),
        created_at=now,
        planned_in_status=lead["status"],
        written_by=who.member_id,
    )
    context = context_of(
        snapshot=shop,
        facts=facts,
        number=lead["number"],
        status=lead["status"],
        heard_until=desk.heard.until(lead["homeowner_id"]),
    )
    return look_at(planned, context=context, now=now, version=shop.organization_version)


async def _take(transaction: Transaction, who: Who, lead_id: UUID, now: datetime) -> None:
    """Whoever replies has the thread, unless somebody has it already; a new lead is active now."""
    lead = await office.locked_lead(transaction, lead_id=lead_id)
    if lead is None:
        raise NotHere
    changes = {
        "status": "active" if lead["status"] == "new" else lead["status"],
        "office_owns": lead["status"] not in TERMINAL or lead["office_owns"],
        "assigned_to": lead["assigned_to"] or who.member_id,
        "asked_for_a_call": False,
        "handed_over_at": None,
        "handed_over_reason": None,
        "last_text_at": now,
        "last_sign_at": max(lead["last_sign_at"], now),
    }
    await change(transaction, who, lead=lead, changes=changes, action="answered", now=now)
