"""Who may use which route of messaging."""

from typing import Final

from walking import OPEN, Needs, Walked

from chassis.clock import system_clock
from chassis.ids import new_id
from chassis.people import Permission
from messaging.app.fold_inbox import FoldInbox

ROUTES: Final[dict[str, Needs]] = {
    "GET /alerts": Permission.INBOX,
    "GET /alerts/part": Permission.INBOX,
    "GET /approvals": Permission.INBOX,
    "GET /approvals/part": Permission.INBOX,
    "POST /approvals/{text_id:uuid}/approve": Permission.INBOX,
    "POST /approvals/{text_id:uuid}/skip": Permission.INBOX,
    "GET /inbox": Permission.INBOX,
    "GET /inbox/list": Permission.INBOX,
    "GET /inbox/live": Permission.INBOX,
    "GET /inbox/new": Permission.INBOX,
    "POST /inbox/new": Permission.INBOX,
    "GET /inbox/rows": Permission.INBOX,
    "GET /inbox/waiting": Permission.INBOX,
    "GET /leads/photos/{media_id:uuid}/{ticket:str}": OPEN,
    "GET /leads/{lead_id:uuid}": Permission.INBOX,
    "GET /leads/{lead_id:uuid}/media/{media_id:uuid}": Permission.INBOX,
    "GET /leads/{lead_id:uuid}/part": Permission.INBOX,
    "GET /leads/{lead_id:uuid}/why/{text_id:uuid}": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/assign": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/called": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/draft": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/hand-back": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/here": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/ignore": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/name": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/opt-out": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/pause": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/status": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/take-over": Permission.INBOX,
    "POST /leads/{lead_id:uuid}/write": Permission.INBOX,
    "GET /settings/rules": Permission.SETTINGS_VIEW,
    "POST /settings/rules": Permission.SETTINGS_CHANGE,
    "POST /settings/rules/try": Permission.SETTINGS_VIEW,
    "GET /settings/templates": Permission.SETTINGS_VIEW,
    "POST /settings/templates": Permission.SETTINGS_CHANGE,
    "POST /settings/templates/letters": Permission.SETTINGS_CHANGE,
    "POST /settings/templates/replies": Permission.SETTINGS_CHANGE,
    "POST /settings/templates/replies/remove": Permission.SETTINGS_CHANGE,
    "GET /settings/automation": Permission.SETTINGS_VIEW,
    "GET /settings/consent": Permission.ADMINISTER,
    "GET /settings/consent.csv": Permission.ADMINISTER,
    "GET /settings/ignore": Permission.SETTINGS_VIEW,
    "POST /settings/ignore": Permission.SETTINGS_CHANGE,
    "POST /settings/ignore/import": Permission.SETTINGS_CHANGE,
    "POST /settings/ignore/remove": Permission.SETTINGS_CHANGE,
    "GET /settings/stops": Permission.SETTINGS_VIEW,
    "POST /settings/stops/resume": Permission.SETTINGS_CHANGE,
}
FORMS: Final[dict[str, dict[str, str]]] = {
    "POST /leads/{lead_id:uuid}/status": {"status": "active"},
    "POST /leads/{lead_id:uuid}/write": {"client_id": "a-client-id", "body": "hello"},
    "POST /leads/{lead_id:uuid}/draft": {"body": "hello"},
    "POST /leads/{lead_id:uuid}/name": {"name": "Dana"},
    "POST /approvals/{text_id:uuid}/approve": {"body": "hello"},
}


async def furnish(walked: Walked) -> dict[str, str]:
    """A homeowner with a lead, a text that waits for approval, and a photo, all of the home shop."""
    own, homeowner, lead, text, photo = walked.home.organization_id, *(new_id() for _ in range(4))
    async with walked.database.work() as transaction:
        await transaction.execute(
            "INSERT INTO homeowners (homeowner_id, organization_id, number, name, created_at)"
            " VALUES ($1, $2, '+13125550199', 'Dana Homestead', now())",
            homeowner,
            own,
        )
        await transaction.execute(
            "INSERT INTO leads (lead_id, organization_id, homeowner_id, status, opened_at, last_sign_at)"
            " VALUES ($1, $2, $3, 'new', now(), now())",
            lead,
            own,
            homeowner,
        )
        await transaction.execute(
            "INSERT INTO texts (text_id, organization_id, homeowner_id, lead_id, text_class, state, body, from_number, to_number, partition,"
            " segments, created_at, decision) VALUES ($1, $2, $3, $4, 'first_reply', 'awaiting', 'Homestead here.', '+13125550123',"
            " '+13125550199', 0, 1, now(), $5)",
            text, own, homeowner, lead, {"outcome": "await_approval", "sentence": "Waits for your OK", "decided_at": "2026-11-25T18:00:00Z", "held_until": None, "deciding_rules": [], "rules": []},
        )  # fmt: skip
        await transaction.execute(
            "INSERT INTO media (media_id, organization_id, homeowner_id, lead_id, item_id, kind, state, content_type, content, created_at)"
            " VALUES ($1, $2, $3, $4, $5, 'photo', 'kept', 'image/jpeg', 'Homestead', now())",
            photo, own, homeowner, lead, text,
        )  # fmt: skip
    while await FoldInbox(database=walked.database, clock=system_clock(None))():
        pass
    return {"lead_id": str(lead), "text_id": str(text), "media_id": str(photo)}
