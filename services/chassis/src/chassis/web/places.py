"""What the rail and the settings' menu lead to: only what there is. Whoever lands a page adds its line here."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from chassis.people import Permission


class Place(NamedTuple):
    """`key` is the letter that follows G, for places of the rail."""

    name: str
    path: str
    words: str
    icon: str
    needs: Permission
    key: str = ""


RAIL: Final[Sequence[Place]] = (
    Place("inbox", "/inbox", "Inbox", "inbox", Permission.INBOX, "I"),
    Place("approvals", "/approvals", "Approvals", "check-check", Permission.INBOX, "A"),
    Place("settings", "/settings", "Settings", "settings", Permission.ACCOUNT, "S"),
)
"""In the order of the design: inbox, approvals, calendar, results, settings."""

SETTINGS: Final[Mapping[str, Sequence[Place]]] = {
    "Answering": (
        Place("hours", "/settings/hours", "Hours", "clock", Permission.SETTINGS_VIEW),
        Place("words", "/settings/templates", "Words", "message-square-text", Permission.SETTINGS_VIEW),
        Place("rules", "/settings/rules", "Questions to ask", "list", Permission.SETTINGS_VIEW),
        Place("automation", "/settings/go-live", "Automation, go live", "zap", Permission.SETTINGS_VIEW),
        Place("checks", "/settings/automation", "What is checked", "shield-check", Permission.SETTINGS_VIEW),
        Place("ignore", "/settings/ignore", "Never text", "ban", Permission.SETTINGS_VIEW),
        Place("consent", "/settings/consent", "Consent", "file-text", Permission.ADMINISTER),
        Place("stops", "/settings/stops", "Stopped", "circle-alert", Permission.SETTINGS_VIEW),
    ),
    "Shop": (
        Place("shop", "/settings/shop", "Shop", "house", Permission.SETTINGS_VIEW),
        Place("numbers", "/settings/numbers", "Numbers", "phone", Permission.ADMINISTER),
    ),
    "Account": (
        Place("members", "/settings/members", "People", "users", Permission.ADMINISTER),
        Place("alerts", "/settings/alerts", "Alerts", "bell", Permission.ACCOUNT),
        Place("providers", "/settings/providers", "Carrier accounts", "link", Permission.ADMINISTER),
        Place("billing", "/settings/billing", "Billing", "receipt-text", Permission.OWN),
        Place("account", "/settings/account", "Your account", "at-sign", Permission.ACCOUNT),
    ),
}
"""By heading, in the order of the design."""

AUTOMATION: Final = "automation"
MODES: Final[Mapping[str, str]] = {"live": "Live", "approval": "Ask first", "preview": "Preview"}


def known(name: str) -> Place | None:
    """A place of the settings' menu, where there is one already."""
    return next((place for group in SETTINGS.values() for place in group if place.name == name), None)
