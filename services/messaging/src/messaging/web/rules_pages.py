"""`/settings/automation`, `/settings/ignore`, `/settings/consent`: what is checked before a text leaves, and two of its lists."""

from datetime import timedelta
from typing import Any, Final

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect, Stream, Template

from chassis.people import Permission
from messaging.app.desk import Refused
from messaging.app.export_consent import export_consent
from messaging.app.ignoring import heed_again, ignore_one, import_list
from messaging.app.phone import as_people_write
from messaging.app.places import NAMES
from messaging.app.shop_facts import shop_of
from messaging.domain.rules_in_words import AT_NIGHT, StateInWords, hours_at, rules_in_words, states_in_words
from messaging.domain.when import When
from messaging.store import approvals, consents, ignored
from messaging.web.desk import Asked, desk_of, led_to, office_page, who_of

VIEW: Final = {"needs": Permission.SETTINGS_VIEW}
CHANGE: Final = {"needs": Permission.SETTINGS_CHANGE}
ADMINISTER: Final = {"needs": Permission.ADMINISTER}
WEEK: Final = timedelta(days=7)
LARGEST_FILE: Final = 1_000_000
NOT_VALID: Final = 422
SHOWN: Final = 50
PRIVATE: Final = {"cache-control": "private, no-store"}
WORDS: Final = {"call": "Rang you", "text": "Texted you", "form": "Web form", "office": "Told the office", "api": "Booked by a system"}  # fmt: skip


def _by_name(states: list[StateInWords]) -> list[StateInWords]:
    """The federal rule stays first."""
    federal, *stricter = states
    return [federal, *sorted(stricter, key=lambda each: NAMES.get(each.state, each.state))]


class RulesPages(Controller):
    """Rules in words, the ignore list, consent."""

    path = "/settings"

    @get("/automation", opt=VIEW)
    async def rules(self, request: Asked) -> Template:
        desk, shop = desk_of(request), request.auth
        async with desk.database.web(shop.organization_id) as transaction:
            rows = await approvals.decided_since(
                transaction, organization_id=shop.organization_id, since=desk.clock.now() - WEEK
            )
        return await office_page(
            request, "settings_automation.html", current="settings", setting="checks", rules=rules_in_words(shop_of(shop)), states=_by_name(states_in_words()), names=NAMES,
            here=hours_at(shop.state), federal=hours_at(None), at_night=AT_NIGHT[shop.first_reply.at_night],
            **_counts(rows),
        )  # fmt: skip

    @get("/ignore", opt=VIEW)
    async def ignore_list(self, request: Asked) -> Template:
        return await _ignore_page(request, said=_said(request))

    @post("/ignore", opt=CHANGE, status_code=303)
    async def add(self, request: Asked) -> Redirect | Template:
        typed = {name: str(value) for name, value in (await request.form()).items()}
        try:
            new = await ignore_one(
                desk_of(request), who_of(request), typed=typed.get("number", ""), reason=typed.get("reason", "")
            )
        except Refused as refused:
            return await _ignore_page(request, typed=typed, error=str(refused))
        return led_to(f"/settings/ignore?added={int(new)}")

    @post("/ignore/import", opt=CHANGE, status_code=303)
    async def import_file(self, request: Asked) -> Redirect | Template:
        file = (await request.form()).get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
        try:
            if len(content) > LARGEST_FILE:
                raise Refused("This file is too large: at most 1 MB.")
            added, read = await import_list(
                desk_of(request), who_of(request), content=content.decode("utf-8-sig", errors="replace")
            )
        except Refused as refused:
            return await _ignore_page(request, file_error=str(refused))
        if read.unread:
            return await _ignore_page(request, said=_added(added), unread=read.unread)
        return led_to(f"/settings/ignore?added={added}")

    @post("/ignore/remove", opt=CHANGE, status_code=303)
    async def remove(self, request: Asked) -> Redirect:
        number = str((await request.form()).get("number", ""))
        gone = await heed_again(desk_of(request), who_of(request), number=number)
        return led_to(f"/settings/ignore?removed={int(gone)}")

    @get("/consent", opt=ADMINISTER)
    async def consent(self, request: Asked) -> Template:
        desk, organization_id = desk_of(request), request.auth.organization_id
        async with desk.database.web(organization_id) as transaction:
            records, opted_out = await consents.counts(transaction, organization_id=organization_id)
            newest = await consents.newest(transaction, organization_id=organization_id, limit=SHOWN)
        return await office_page(
            request, "settings_consent.html", current="settings", setting="consent", records=records, opted_out=opted_out, newest=newest, words=WORDS,
            when=When(request.auth.zone, desk.clock.now()), phone=as_people_write,
        )  # fmt: skip

    @get("/consent.csv", opt=ADMINISTER)
    async def consent_file(self, request: Asked) -> Stream:
        shop = request.auth
        lines = export_consent(desk_of(request).database, organization_id=shop.organization_id, slug=shop.slug)
        named = {"content-disposition": f'attachment; filename="consent-{shop.slug}.csv"', **PRIVATE}
        return Stream(lines, media_type="text/csv; charset=utf-8", headers=named)


async def _ignore_page(request: Asked, *, said: str = "", **shown: Any) -> Template:
    desk, shop = desk_of(request), request.auth
    async with desk.database.web(shop.organization_id) as transaction:
        rows = await ignored.all_of(transaction, organization_id=shop.organization_id)
    alerted = [(each.name, each.alerts.number) for each in shop.members if each.active and each.alerts.number]
    values = {"typed": {}, "error": "", "file_error": "", "unread": (), **shown}
    return await office_page(
        request, "settings_ignore.html", current="settings", setting="ignore", status=NOT_VALID if values["error"] or values["file_error"] else 200,
        rows=rows, alerted=alerted, said=said, when=When(shop.zone, desk.clock.now()), phone=as_people_write, **values,
    )  # fmt: skip


def _said(request: Asked) -> str:
    query = request.query_params
    if (added := query.get("added", "")).isdecimal():
        return _added(int(added))
    return "The number is off the list: its calls count again." if query.get("removed") == "1" else ""


def _added(count: int) -> str:
    if count == 0:
        return "It was on the list already."
    return "One number is on the list now." if count == 1 else f"{count} numbers are on the list now."


def _counts(rows: list[Any]) -> dict[str, Any]:
    """What became of the texts of a week: how many left or may leave, would have, wait, were called off, and by which rule others never will."""
    total = {"send": 0, "hold": 0, "await_approval": 0, "cancelled": 0}
    preview, by_rule = 0, dict.fromkeys(range(1, 13), 0)
    for row in rows:
        if row["outcome"] != "suppress":
            total[row["outcome"]] += row["count"]
        elif row["preview"]:
            preview += row["count"]
        if row["rule"] is not None and not row["preview"]:
            by_rule[row["rule"]] += row["count"]
    return {"total": total, "preview": preview, "by_rule": by_rule}
