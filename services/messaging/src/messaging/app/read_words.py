"""A template as it stands with its versions, and what else belongs to the shop's words."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from messaging.app.desk import Desk, Who
from messaging.domain.response import Settings
from messaging.domain.templates import TEMPLATES, Template
from messaging.store import saved_replies, templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """`version` 0 are the words that every shop starts with. `versions` are the newest first, `active` by name."""

    body: str
    active: bool
    version: int
    versions: Sequence[asyncpg.Record]
    off: frozenset[str]
    settings: Settings
    settings_row: asyncpg.Record | None
    replies: Sequence[asyncpg.Record]

    @property
    def settings_version(self) -> int:
        return self.settings_row["version"] if self.settings_row else 0


async def read_words(desk: Desk, who: Who, name: Template) -> Stored:
    async with desk.database.web(who.organization_id) as transaction:
        rows = await templates.in_use(transaction, organization_id=who.organization_id)
        versions = await templates.versions(transaction, organization_id=who.organization_id, name=name)
        settings = await templates.newest_settings(transaction, organization_id=who.organization_id)
        replies = await saved_replies.all_of(transaction, organization_id=who.organization_id)
    known = next((row for row in rows if row["name"] == name), None)
    return Stored(
        body=known["body"] if known else TEMPLATES[name],
        active=known["active"] if known else True,
        version=known["version"] if known else 0,
        versions=versions,
        off=frozenset(row["name"] for row in rows if not row["active"]),
        settings=templates.settings_from(settings["settings"] if settings else None),
        settings_row=settings,
        replies=replies,
    )
