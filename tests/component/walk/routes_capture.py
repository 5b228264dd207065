"""Who may use which route of capture. Callbacks of carriers stand before the framework and have tests of their own."""

from typing import Final

from walking import OPEN, Needs, Walked

from chassis.people import Permission

ROUTES: Final[dict[str, Needs]] = {
    "GET /": Permission.ACCOUNT,
    "GET /sign-in": OPEN,
    "POST /sign-in": OPEN,
    "GET /sign-in/code": OPEN,
    "POST /sign-in/code": OPEN,
    "GET /sign-in/email/{token:str}": OPEN,
    "POST /sign-in/email/{token:str}": OPEN,
    "GET /sign-in/forgot": OPEN,
    "POST /sign-in/forgot": OPEN,
    "GET /sign-in/password/{token:str}": OPEN,
    "POST /sign-in/password/{token:str}": OPEN,
    "GET /sign-in/invitation/{token:str}": OPEN,
    "POST /sign-in/invitation/{token:str}": OPEN,
    "GET /session/renew": OPEN,
    "POST /session/renew": OPEN,
    "POST /sign-out": Permission.ACCOUNT,
    "GET /settings": Permission.ACCOUNT,
    "GET /settings/account": Permission.ACCOUNT,
    "POST /settings/account/email": Permission.ACCOUNT,
    "POST /settings/account/email/withdraw": Permission.ACCOUNT,
    "POST /settings/account/name": Permission.ACCOUNT,
    "POST /settings/account/password": Permission.ACCOUNT,
    "POST /settings/account/second-step": Permission.ACCOUNT,
    "POST /settings/account/second-step/confirm": Permission.ACCOUNT,
    "POST /settings/account/second-step/codes": Permission.ACCOUNT,
    "POST /settings/account/second-step/off": Permission.ACCOUNT,
    "POST /settings/account/sessions/{session_id:uuid}/end": Permission.ACCOUNT,
    "POST /settings/account/sign-out-everywhere": Permission.ACCOUNT,
    "GET /settings/members": Permission.ADMINISTER,
    "POST /settings/members/invite": Permission.ADMINISTER,
    "POST /settings/members/invitations/{invitation_id:uuid}/again": Permission.ADMINISTER,
    "POST /settings/members/invitations/{invitation_id:uuid}/withdraw": Permission.ADMINISTER,
    "POST /settings/members/{member_id:uuid}/role": Permission.ADMINISTER,
    "POST /settings/members/{member_id:uuid}/off": Permission.ADMINISTER,
    "POST /settings/members/{member_id:uuid}/on": Permission.ADMINISTER,
    "POST /settings/members/{member_id:uuid}/sign-out": Permission.ADMINISTER,
    "POST /settings/members/{member_id:uuid}/second-step-off": Permission.ADMINISTER,
    "POST /settings/members/{member_id:uuid}/link": Permission.ADMINISTER,
    "GET /settings/alerts": Permission.ACCOUNT,
    "POST /settings/alerts": Permission.ACCOUNT,
    "POST /settings/alerts/phone": Permission.ACCOUNT,
    "POST /settings/alerts/phone/prove": Permission.ACCOUNT,
    "POST /settings/alerts/phone/forget": Permission.ACCOUNT,
    "POST /settings/alerts/order": Permission.SETTINGS_CHANGE,
    "GET /settings/shop": Permission.SETTINGS_VIEW,
    "POST /settings/shop": Permission.SETTINGS_CHANGE,
    "POST /settings/shop/missed": Permission.SETTINGS_CHANGE,
    "GET /settings/hours": Permission.SETTINGS_VIEW,
    "POST /settings/hours": Permission.SETTINGS_CHANGE,
    "POST /settings/hours/closures": Permission.SETTINGS_CHANGE,
    "POST /settings/hours/closures/remove": Permission.SETTINGS_CHANGE,
    "POST /settings/hours/holidays": Permission.SETTINGS_CHANGE,
    "GET /settings/go-live": Permission.SETTINGS_VIEW,
    "POST /settings/go-live": Permission.SETTINGS_CHANGE,
    "POST /settings/go-live/first-reply": Permission.SETTINGS_CHANGE,
    "POST /settings/go-live/silence": Permission.SETTINGS_CHANGE,
    "POST /settings/go-live/trial": Permission.SETTINGS_CHANGE,
    "POST /settings/go-live/while-closed": Permission.SETTINGS_CHANGE,
    "GET /settings/numbers": Permission.ADMINISTER,
    "POST /settings/numbers": Permission.ADMINISTER,
    "GET /settings/numbers/{number:str}": Permission.ADMINISTER,
    "POST /settings/numbers/{number:str}": Permission.ADMINISTER,
    "POST /settings/numbers/{number:str}/remove": Permission.ADMINISTER,
    "GET /settings/providers": Permission.ADMINISTER,
    "POST /settings/providers": Permission.ADMINISTER,
    "POST /settings/providers/{account:str}/drop-old": Permission.ADMINISTER,
    "POST /settings/providers/{account:str}/keywords": Permission.ADMINISTER,
    "POST /settings/providers/{account:str}/remove": Permission.ADMINISTER,
    "POST /settings/providers/{account:str}/secret": Permission.ADMINISTER,
    "POST /settings/providers/{account:str}/test": Permission.ADMINISTER,
    "GET /setup": Permission.ADMINISTER,
    "GET /setup/shop": Permission.ADMINISTER,
    "GET /setup/hours": Permission.ADMINISTER,
    "GET /setup/number": Permission.ADMINISTER,
    "GET /setup/words": Permission.ADMINISTER,
    "GET /setup/team": Permission.ADMINISTER,
    "GET /setup/go-live": Permission.ADMINISTER,
    "POST /setup/shop": Permission.ADMINISTER,
    "POST /setup/hours": Permission.ADMINISTER,
    "POST /setup/account": Permission.ADMINISTER,
    "POST /setup/number": Permission.ADMINISTER,
    "POST /setup/words": Permission.ADMINISTER,
    "GET /shops/{slug:str}/{name:str}": OPEN,
    "GET /settings/billing": Permission.OWN,
    "GET /settings/billing/checkout": Permission.OWN,
    "GET /settings/billing/portal": Permission.OWN,
    "POST /api/stripe/webhook": OPEN,
}
FORMS: Final = {
    "POST /settings/members/{member_id:uuid}/role": {"role": "agent"},
    "POST /settings/providers/{account:str}/keywords": {"keywords": "ours"},
    "POST /settings/providers/{account:str}/secret": {"secret": "a-new-secret"},
}
HARMLESS: Final = frozenset(
    {"POST /settings/numbers/{number:str}/remove", "POST /settings/providers/{account:str}/remove"}
)
"""Taking away what is not there is as good as done: nothing happens, whosever it is."""


async def furnish(walked: Walked) -> dict[str, str]:
    """A member, a session and an invitation of the home shop."""
    owner, agent = (next(each for each in walked.home.members if each.role == role) for role in ("owner", "agent"))
    async with walked.database.work() as transaction:
        session = await transaction.fetch_value(
            "INSERT INTO sessions (session_id, organization_id, member_id, epoch, csrf, device, began_at, seen_at, ends_at)"
            " VALUES (gen_random_uuid(), $1, $2, 0, '', '', now(), now(), now() + interval '1 day') RETURNING session_id",
            walked.home.organization_id,
            agent.member_id,
        )
        invitation = await transaction.fetch_value(
            "INSERT INTO invitations (invitation_id, organization_id, email, name, role, digest, invited_by, invited_at, ends_at)"
            " VALUES (gen_random_uuid(), $1, 'ruth@homestead.example', 'Ruth Homestead', 'agent', '\\x00', $2, now(), now() + interval '1 day')"
            " RETURNING invitation_id",
            walked.home.organization_id,
            owner.member_id,
        )
    number, provider = walked.home.numbers[0], walked.home.providers[0]
    return {
        "member_id": str(agent.member_id),
        "session_id": str(session),
        "invitation_id": str(invitation),
        "number": number.number,
        "account": provider.account,
    }
