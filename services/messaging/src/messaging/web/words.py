"""`/settings/templates`: the words of automation, their versions, and what the office writes often."""

from typing import Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.response import Redirect, Template

from chassis.http import Problem
from chassis.people import Permission
from messaging.app.change_words import change_settings, change_template, remove_reply, save_reply
from messaging.app.desk import Refused
from messaging.app.fields import fields_of
from messaging.app.phone import as_people_write
from messaging.app.read_words import read_words
from messaging.domain.segments import measure
from messaging.domain.templates import ABOUT, FIELD_NAMES, TEMPLATES, WITHOUT_FALLBACK, fill
from messaging.domain.templates import Template as Name
from messaging.domain.when import When
from messaging.web.desk import Asked, desk_of, led_to, office_page, who_of

HERE: Final = "/settings/templates"
SEE: Final = {"needs": Permission.SETTINGS_VIEW}
CHANGE: Final = {"needs": Permission.SETTINGS_CHANGE}
CONFLICT: Final = 409
INSERTED: Final = {"first_name": "{first_name|there}"}
DONE: Final = {"words": "Saved.", "letters": "Saved.", "reply": "Saved.", "gone": "The saved reply is gone."}


class Words(Controller):
    """Everybody reads; owners and admins write."""

    path = HERE
    opt = SEE

    @get()
    async def see(self, request: Asked) -> Template:
        return await _page(request, _name(request.query_params.get("name")))

    @post(opt=CHANGE, status_code=200)
    async def save(self, request: Asked) -> Template | Redirect:
        form = await _form(request)
        name, body, active = _name(form.get("name")), form.get("body", ""), "active" in form
        try:
            await change_template(
                desk_of(request), who_of(request), name=name, body=body, active=active, seen=_version(form)
            )
        except Refused as refused:
            return await _page(request, name, status=CONFLICT, wrong=str(refused), typed=body, typed_active=active)
        return led_to(f"{HERE}?name={name}&done=words")

    @post("/letters", opt=CHANGE, status_code=200)
    async def letters(self, request: Asked) -> Template | Redirect:
        form = await _form(request)
        plain = "plain_letters" in form
        try:
            await change_settings(desk_of(request), who_of(request), seen=_version(form), plain_letters=plain)
        except Refused as refused:
            return await _page(request, "first_reply", status=CONFLICT, wrong_letters=str(refused), typed_plain=plain)
        return led_to(f"{HERE}?done=letters#letters")

    @post("/replies", opt=CHANGE, status_code=200)
    async def reply(self, request: Asked) -> Template | Redirect:
        form = await _form(request)
        title, body = form.get("title", ""), form.get("reply", "")
        try:
            await save_reply(desk_of(request), who_of(request), title=title, body=body)
        except Refused as refused:
            return await _page(
                request, "first_reply", status=CONFLICT, wrong_reply=str(refused), typed_title=title, typed_reply=body
            )
        return led_to(f"{HERE}?done=reply#replies")

    @post("/replies/remove", opt=CHANGE, status_code=200)
    async def remove(self, request: Asked) -> Response[Any]:
        try:
            saved_reply_id = UUID((await _form(request)).get("saved_reply", ""))
        except ValueError as error:
            raise Problem(422, kind="reply-unknown", detail="There is no such saved reply.") from error
        await remove_reply(desk_of(request), who_of(request), saved_reply_id=saved_reply_id)
        return led_to(f"{HERE}?done=gone#replies")


async def _page(request: Asked, name: Name, *, status: int = 200, **more: Any) -> Template:
    desk, shop = desk_of(request), request.auth
    stored = await read_words(desk, who_of(request), name)
    line = next((each.number for each in shop.numbers), None)
    fields = fields_of(shop, line=line, name=None)
    body = more.get("typed", stored.body)
    values = {
        "name": name,
        "about": ABOUT,
        "stored": stored,
        "original": TEMPLATES[name],
        "shown": fill(body, fields),
        "length": measure(fill(body, fields)),
        "fields": fields,
        "pills": [(FIELD_NAMES[each], INSERTED.get(each, f"{{{each}}}")) for each in ABOUT[name].fields],
        "sure": WITHOUT_FALLBACK,
        "line": as_people_write(line) if line else "",
        "when": When(shop.zone, desk.clock.now()),
        "done": DONE.get(request.query_params.get("done", ""), ""),
        "typed": body,
        "typed_active": stored.active,
        "typed_plain": stored.settings.plain_letters,
        **dict.fromkeys(("wrong", "wrong_letters", "wrong_reply", "typed_title", "typed_reply"), ""),
    }
    return await office_page(
        request, "words.html", current="settings", setting="words", status=status, **{**values, **more}
    )


def _name(said: str | None) -> Name:
    if said is None:
        return "first_reply"
    if said not in ABOUT:
        raise Problem(404, kind="about:blank", detail="There is no such text.")
    return said


def _version(form: dict[str, str]) -> int:
    seen = form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1  # noqa: PLR2004 -- no version is longer


async def _form(request: Asked) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
