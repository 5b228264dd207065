"""Jinja, set up once: everything is escaped, an unknown name is an error, static files carry their version."""

from collections.abc import Sequence
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from chassis.people import Person
from chassis.web import places, strips
from chassis.web.icons import icon
from chassis.web.static_files import static_url
from contracts.organizations import OrganizationChanged

TEMPLATES: Final = Path(__file__).parent / "templates"
PRIVATE: Final = {"cache-control": "private, no-store"}
CHOICES: Final = {"theme": ("light", "dark"), "keys": ("off",)}
"""What a person may fix on a device: cookies of ours that a script writes and the page obeys at once."""
FACES: Final = ("", "b", "c", "d")


@cache
def environment(own: Path | None) -> Environment:
    """`own` is a service's folder; it is looked into first, then the shared one."""
    folders = [folder for folder in (own, TEMPLATES) if folder is not None]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": static_url, "icon": icon, "face": face, "modes": places.MODES, "place": places.known}
    return made


def template_config(own: Path | None) -> TemplateConfig[JinjaTemplateEngine]:
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment(own)))


def page(name: str, **values: Any) -> str:
    """A shared page, rendered."""
    return environment(None).get_template(name).render(**values)


def face(member_id: Any) -> str:
    """The colour of a person's round picture: the same wherever it is shown."""
    return FACES[int(str(member_id).replace("-", "")[-1], 16) % len(FACES)]


def staff_page(
    request: Request[Person, OrganizationChanged, Any],
    template: str,
    *,
    current: str,
    setting: str = "",
    status: int = 200,
    **values: Any,
) -> Template:
    """A page within the frame, for who came through the gate. Templates extend `frame.html`, of settings `settings.html`.

    `current` names the rail's place, `setting` the one of the settings' menu. Templates also see `person`, `may`,
    `organization` (the snapshot) and `csrf`. `waiting` has the rail's counts of what waits for the office, by place, in words.
    """
    person = request.user
    shown = {
        "person": person,
        "organization": request.auth,
        "csrf": person.csrf,
        "may": person.may,
        "current": current,
        "setting": setting,
        "rail": [place for place in places.RAIL if person.may(place.needs)],
        "settings_menu": _menu(person),
        "chosen": chosen(request.headers.get("cookie", "")),
        "strips": strips.shown([*strips.of_billing(request.auth, person, request.state.now), *_own_strips(request)]),
        "waiting": {},
        **values,
    }
    return Template(template_name=template, context=shown, status_code=status, headers=PRIVATE)


def _own_strips(request: Request[Person, OrganizationChanged, Any]) -> Sequence[strips.Strip]:
    """What the service itself has to say at the top of each of its pages."""
    own: strips.OwnStrips | None = request.app.state.get("strips")
    return own(request.auth, request.user) if own else ()


def chosen(cookies: str) -> dict[str, str]:
    """What this device fixed, such as `{"theme": "dark"}`; anything unknown counts as nothing."""
    try:
        found = SimpleCookie(cookies)
    except CookieError:
        return {}
    read = {name: found[name].value for name in CHOICES if name in found}
    return {name: value for name, value in read.items() if value in CHOICES[name]}


def _menu(person: Person) -> dict[str, list[places.Place]]:
    shown = {title: [place for place in group if person.may(place.needs)] for title, group in places.SETTINGS.items()}
    return {title: group for title, group in shown.items() if group}
