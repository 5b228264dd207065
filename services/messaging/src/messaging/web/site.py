"""The HTTP side of messaging. Whoever lands a page adds its controller here."""

from pathlib import Path
from typing import Any, Final

from chassis.auth import Gate, IsLate
from chassis.health import Trouble
from chassis.http import HttpServer, create_http
from chassis.listener import Listener
from chassis.loops import Loop
from chassis.probes import Probes
from chassis.runner import Component
from chassis.settings import Settings
from messaging.app.desk import Desk
from messaging.app.stopped import Stopped
from messaging.web.acts import ThreadActs
from messaging.web.alert_list import AlertPages
from messaging.web.approvals import ApprovalPages
from messaging.web.hub import Hub
from messaging.web.inbox import InboxPages
from messaging.web.live import Live
from messaging.web.media import MediaPages
from messaging.web.questions import Questions
from messaging.web.rules_pages import RulesPages
from messaging.web.stops import StopPages
from messaging.web.thread import ThreadPages
from messaging.web.words import Words

TEMPLATES: Final = Path(__file__).parent / "templates"
PAGES: Final[list[Any]] = [
    InboxPages,
    ThreadPages,
    ThreadActs,
    MediaPages,
    Live,
    ApprovalPages,
    RulesPages,
    StopPages,
    AlertPages,
    Words,
    Questions,
]


def front(*, settings: Settings, desk: Desk, trouble: Trouble, is_late: IsLate | None = None) -> list[Component]:
    """Pages for who is signed in, health for who watches. In the order of their start: streams end before the server does."""
    gate, hub = Gate(settings=settings, find=desk.organizations.get, clock=desk.clock, is_late=is_late), Hub()
    desk.organizations.on_change = hub.look
    stopped = Stopped(database=desk.database)
    app = create_http(
        settings=settings,
        checks=Probes(database=desk.database, kafka=settings.kafka).checks,
        trouble=trouble,
        gate=gate,
        route_handlers=PAGES,
        templates=TEMPLATES,
        state={
            "desk": desk,
            "templates": TEMPLATES,
            "gate": gate,
            "hub": hub,
            "strips": stopped.strips,
            "stopped": stopped,
        },
    )
    listener = Listener(dsn=settings.database.web, name="messaging pages", bells=[hub])
    return [
        listener,
        Loop("stopped", stopped, idle_seconds=2.0),
        HttpServer(app, host=settings.http_host, port=settings.http_port),
        hub,
    ]
