"""What is stopped is said at the top of every page, and resumed where it is explained, by who may."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from office_desk import OfficeDesk, OfficePages

from chassis import ids
from chassis.testing import eventually
from messaging.app.change_words import change_template
from messaging.app.desk import Who
from messaging.domain.templates import TEMPLATES

PAGE = "/settings/stops"


@pytest.fixture
async def pages(shop: Any, caller: str) -> AsyncIterator[OfficePages]:
    """Of a shop whose line was refused."""
    served = OfficePages(OfficeDesk(shop))
    await shop.rung_by(caller)
    await shop.hears(shop.report(await shop.row(caller), "undelivered", error_code=30034))
    await served.start()
    yield served
    await served.stop()


def owner_of(pages: OfficePages) -> Any:
    """Of whom the shop's snapshot says nothing else."""
    return pages.client(Who(ids.new_id(), pages.office.shop.id, "Pat Owner"), role="owner")


async def read(client: Any, path: str) -> str:
    async with client.get(path) as answer:
        assert answer.status == 200
        return str(await answer.text())


async def test_who_may_not_change_settings_reads_why_and_cannot_resume(pages: OfficePages) -> None:
    async with pages.client(pages.office.sam) as agent:
        page = await read(agent, PAGE)
        assert "not registered for texting yet" in page
        assert "10DLC" in page
        assert "An owner or admin can resume it" in page
        assert "Resume this number" not in page
        form = {"csrf": "csrf-of-a-test", "kind": "line", "subject": "+13125550123"}
        async with agent.post(f"{PAGE}/resume", data=form) as answer:
            assert answer.status == 403


async def test_an_owner_sees_it_on_every_page_and_resumes_it(pages: OfficePages) -> None:
    async with owner_of(pages) as owner:

        async def says_so() -> bool:
            return "Automation is stopped on" in await read(owner, "/inbox")

        await eventually(says_so)
        form = {"csrf": "csrf-of-a-test", "kind": "line", "subject": "+13125550123"}
        for _ in range(2):  # a second press changes nothing
            async with owner.post(f"{PAGE}/resume", data=form) as answer:
                assert answer.status == 200
                assert "Nothing is stopped" in await answer.text()
        assert not await says_so()
        assert "Pat Owner" in await read(owner, PAGE)
        async with owner.post(f"{PAGE}/resume", data={**form, "kind": "moon"}) as answer:
            assert answer.status == 400
    stopped, resumed = await pages.office.shop.told("change.audited.v1")
    assert (stopped.action, resumed.action, resumed.actor_kind) == ("stopped", "resumed", "member")


async def test_another_shop_s_stop_is_neither_shown_nor_ended(pages: OfficePages, open_shop: Any) -> None:
    foreign = OfficePages(OfficeDesk(open_shop()))
    await foreign.start()
    async with owner_of(foreign) as owner:
        assert "Nothing is stopped" in await read(owner, PAGE)
        form = {"csrf": "csrf-of-a-test", "kind": "line", "subject": "+13125550123"}
        async with owner.post(f"{PAGE}/resume", data=form) as answer:
            assert answer.status == 200
    await foreign.stop()
    async with pages.client(pages.office.sam) as agent:
        assert "not registered for texting yet" in await read(agent, PAGE)


async def test_a_text_that_a_stop_kept_back_leads_to_what_is_stopped(pages: OfficePages) -> None:
    """Wherever it says so: the line in the thread, the rule that decided, a draft that waits."""
    shop, other = pages.office.shop, f"+1312555{ids.new_id().int % 10_000:04}"
    await shop.rung_by(other)
    lead, text = next(each for each in await shop.leads() if each["number"] == other), await shop.row(other)
    assert text["rule"] == 5
    for client, words in ((pages.client(pages.office.sam), "See what is stopped"), (owner_of(pages), "See what to do")):
        async with client:
            for path in ("", "/part", f"?why={text['text_id']}", f"/why/{text['text_id']}"):
                page = await read(client, f"/leads/{lead['lead_id']}{path}")
                found = page.count(f'<a href="{PAGE}">{words}</a>')
                assert found == (2 if path.startswith("?why") else 1), path
    shop.become(automation="approval")
    async with shop.database.work() as transaction:
        await transaction.execute("UPDATE texts SET state = 'awaiting_approval' WHERE text_id = $1", text["text_id"])
    async with pages.client(pages.office.sam) as agent:
        assert f'<a href="{PAGE}">See what is stopped</a>' in await read(agent, "/approvals")


async def test_a_text_of_words_that_are_off_leads_to_the_words(pages: OfficePages) -> None:
    shop, other = pages.office.shop, f"+1312555{ids.new_id().int % 10_000:04}"
    body = TEMPLATES["first_reply"]
    await change_template(pages.office.desk, pages.office.pat, name="first_reply", body=body, active=False, seen=0)
    await shop.rung_by(other)
    lead = next(each for each in await shop.leads() if each["number"] == other)
    async with pages.client(pages.office.sam) as agent:
        page = await read(agent, f"/leads/{lead['lead_id']}")
    assert '<a href="/settings/templates?name=first_reply">See the words</a>' in page
