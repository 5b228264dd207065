"""Going live: what asks for a reason, and what proves each check."""

from capture_service import NUMBER, Service
from settings_desk import Desk

from capture.app.hear_setup import hear_setup
from chassis.clock import system_clock
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.organizations import OrganizationChanged
from contracts.setup import LackingText, WordsChecked

LACKING = (LackingText(template="safety", title="Safety", wrong=("Shop phone has no value.",)),)


async def test_live_needs_a_reason_while_something_is_unproven_and_preview_never(owner: Desk, capture: Service) -> None:
    await owner.save("/settings/go-live", "/settings/go-live", {"mode": "preview"})
    refused = await owner.save("/settings/go-live", "/settings/go-live", {"mode": "live"})
    assert refused.status == 422
    assert "say why you go live all the same" in refused.words
    short = await owner.save("/settings/go-live", "/settings/go-live", {"mode": "live", "reason": "because"})
    assert short.status == 422
    reason = "The carrier confirmed the registration by phone"
    assert (
        await owner.save("/settings/go-live", "/settings/go-live", {"mode": "live", "reason": reason})
    ).status == 303
    entry = (await capture.events("callsnare.audit"))[-1]
    told = {each.field: each.after for each in entry.changes}
    assert (entry.action, told["automation"]) == ("went live", '"live"')
    assert reason in told["override"]
    assert "line" in told["unproven"]


async def test_texts_that_are_not_complete_are_named_with_the_way_to_their_words(
    owner: Desk, capture: Service, northside: OrganizationChanged
) -> None:
    path = "/settings/go-live"
    assert "Nobody has looked at them yet" in (await owner.get(path)).words
    for version, lacking in enumerate((LACKING, ()), start=1):
        event = WordsChecked(
            event_id=new_id(), organization_id=northside.organization_id, occurred_at=system_clock(None).now(), version=version,
            looked_at=("first_reply", "safety"), lacking=lacking,
        )  # fmt: skip
        async with capture.database.work() as transaction:
            await hear_setup(transaction, [event])
        page = await owner.get(path)
        assert ("Safety: Shop phone has no value." in page.words) == bool(lacking)
        assert ('href="/settings/templates?name=safety"' in page.text) == bool(lacking)
    assert "All 2 that automation may send can leave as they stand" in page.words


async def test_the_test_on_ones_own_phone_is_proven_by_what_the_carrier_tells(
    owner: Desk, capture: Service, northside: OrganizationChanged
) -> None:
    phone = "+13125550177"
    assert (await owner.post("/settings/go-live/trial", {"phone": NUMBER})).status == 422
    await owner.post("/settings/go-live/trial", {"phone": "(312) 555-0177"})
    assert "Now ring (312) 555-0123 from (312) 555-0177" in (await owner.get("/settings/go-live")).words

    async def directory_knows() -> bool:
        await capture.ring("CA1", caller=phone)
        return bool(await capture.value("SELECT heard_at FROM tracked_numbers"))

    await eventually(directory_knows)
    await capture.dialled("CA1", caller=phone)
    await capture.ended("CA1", caller=phone)

    async def missed() -> bool:
        return "was missed" in (await owner.get("/settings/go-live")).words

    await eventually(missed)
    text = new_id()
    for state in ("sent", "delivered"):
        form = {
            "AccountSid": northside.providers[0].account,
            "MessageSid": "SM1",
            "MessageStatus": state,
            "From": NUMBER,
            "To": phone,
        }
        assert (await capture.post(capture.status_route(northside.organization_id, text), form)).status == 200

    async def proven() -> bool:
        words = (await owner.get("/settings/go-live")).words
        return "Delivered to (312) 555-0177" in words and "Last call seen, signed by the carrier" in words

    await eventually(proven)
