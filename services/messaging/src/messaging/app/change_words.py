"""The office changes automation's words, what it asks, and its own saved replies. Every version is kept."""

from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

from chassis import ids
from chassis.database import Transaction
from messaging.app.check_words import begin_check, look, of_shop
from messaging.app.desk import Desk, Refused, Who, audit
from messaging.domain.response import Settings
from messaging.domain.templates import ABOUT, LONGEST, TEMPLATES, Template, plain_letters, troubles_of
from messaging.store import saved_replies, templates
from messaging.store.templates import By

STALE: Final = "Somebody else changed this meanwhile. Look at what stands there now, then save again."
LONGEST_TITLE: Final = 60


async def change_template(desk: Desk, who: Who, *, name: Template, body: str, active: bool, seen: int) -> None:
    """`seen` is the version that the form was made from. Raises Refused with what is wrong, in sentences."""
    words = "\n".join(line.rstrip() for line in body.strip().splitlines())
    if troubles := troubles_of(name, words):
        raise Refused(" ".join(troubles))
    stays_on = active or not ABOUT[name].can_be_off
    wanted, now = {"body": words, "active": stays_on}, desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        check = await begin_check(transaction, who.organization_id, now=now)
        known = {row["name"]: row for row in await templates.in_use(transaction, organization_id=who.organization_id)}
        row = known.get(name)
        before = {"body": row["body"], "active": row["active"]} if row else {"body": TEMPLATES[name], "active": True}
        if before == wanted:
            return
        if (row["version"] if row else 0) != seen or not await templates.replace(
            transaction,
            organization_id=who.organization_id,
            name=name,
            version=seen,
            body=words,
            active=stays_on,
            by=_by(desk, who),
        ):
            raise Refused(STALE)
        audit(
            transaction, who, subject=who.organization_id, action=f"words changed: {ABOUT[name].title}", before=before,
            after=_differing(before, wanted), now=now, kind="template",
        )  # fmt: skip
        await look(transaction, [check], {who.organization_id: of_shop(desk.shop(who.organization_id))}, now=now)


async def change_settings(desk: Desk, who: Who, *, seen: int, **changes: Any) -> None:
    """What automation answers and asks, and whether letters are made plain; only what is named changes."""
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        check = await begin_check(transaction, who.organization_id, now=now)
        row = await templates.newest_settings(transaction, organization_id=who.organization_id)
        before = templates.settings_from(row["settings"] if row else None)
        wanted: Settings = replace(before, **changes)
        if wanted == before:
            return
        if (row["version"] if row else 0) != seen or not await templates.replace_settings(
            transaction, organization_id=who.organization_id, version=seen, settings=wanted, by=_by(desk, who)
        ):
            raise Refused(STALE)
        audit(
            transaction, who, subject=who.organization_id, action="questions changed", before=asdict(before),
            after=_differing(asdict(before), asdict(wanted)), now=now, kind="response_settings",
        )  # fmt: skip
        await look(transaction, [check], {who.organization_id: of_shop(desk.shop(who.organization_id))}, now=now)


async def save_reply(desk: Desk, who: Who, *, title: str, body: str) -> None:
    """A title that is there already gets the new words."""
    title, words = " ".join(title.split()), plain_letters(body.strip())
    if not title or not words:
        raise Refused("A saved reply needs a name and its words.")
    if len(title) > LONGEST_TITLE or len(words) > LONGEST:
        raise Refused(f"A name has at most {LONGEST_TITLE} characters, a reply {LONGEST}.")
    async with desk.database.web(who.organization_id) as transaction:
        saved = await saved_replies.put(
            transaction, saved_reply_id=ids.new_id(), organization_id=who.organization_id, title=title, body=words,
            by=_by(desk, who),
        )  # fmt: skip
        if saved is not None:
            _audit_reply(transaction, desk, who, saved["saved_reply_id"], "saved reply written", {}, {title: words})


async def remove_reply(desk: Desk, who: Who, *, saved_reply_id: UUID) -> None:
    """Gone is gone: doing it twice changes nothing."""
    async with desk.database.web(who.organization_id) as transaction:
        gone = await saved_replies.remove(
            transaction, organization_id=who.organization_id, saved_reply_id=saved_reply_id
        )
        if gone is not None:
            before = {gone["title"]: gone["body"]}
            _audit_reply(transaction, desk, who, saved_reply_id, "saved reply removed", before, {gone["title"]: None})


def _audit_reply(
    transaction: Transaction,
    desk: Desk,
    who: Who,
    subject: UUID,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    audit(
        transaction, who, subject=subject, action=action, before=before, after=after, now=desk.clock.now(), kind="saved_reply"
    )  # fmt: skip


def _by(desk: Desk, who: Who) -> By:
    return By(who.member_id, who.name, desk.clock.now())


def _differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value != before[name]}
