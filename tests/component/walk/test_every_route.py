"""Every route of all five services: nobody signed in, each role, and a member of another shop.

Whoever adds a route adds its line to `routes_SERVICE.py` beside this file: who may, an example of its form (`FORMS`)
where one is needed to come as far as the id, and in `furnish` an id of the home shop for each parameter of its path.
"""

from collections.abc import AsyncIterator, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from walking import COMMON, MARK, OPEN, SERVICES, Walked, walking

from chassis.people import ROLES, Permission

HERE = Path(__file__).parent
SIGNS = ("owner", "admin", "agent")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def _table(service: str) -> ModuleType:
    spec = spec_from_file_location(f"routes_{service}", HERE / f"routes_{service}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=SERVICES)
async def walked(request: pytest.FixtureRequest, postgres_superuser: str) -> AsyncIterator[Walked]:
    async with walking(request.param, postgres_superuser) as service:
        service.ids = await _table(request.param).furnish(service)
        yield service


def _routes(walked: Walked, *, open_ones: bool) -> Iterator[tuple[str, Permission]]:
    listed = {**COMMON, **_table(walked.service).ROUTES}
    for route, needs in listed.items():
        if (needs == OPEN) is open_ones:
            yield route, needs


async def test_every_route_is_listed_and_says_the_same_itself(walked):
    listed, there = {**COMMON, **_table(walked.service).ROUTES}, set(walked.routes())
    file = f"tests/component/walk/routes_{walked.service}.py"
    missing = sorted(there - set(listed))
    assert not missing, f"not in {file}, say there who may use them: {', '.join(missing)}"
    gone = sorted(set(listed) - there)
    assert not gone, f"in {file}, and not served any more: {', '.join(gone)}"


async def test_whoever_is_not_signed_in_is_led_to_the_sign_in(walked):
    for route, _ in _routes(walked, open_ones=False):
        page, program = await walked.ask(route), await walked.ask(route, page=False)
        assert (page.status, page.location.split("?")[0]) == (303, "/sign-in"), route
        assert program.status == 401, route


async def test_open_routes_answer_everybody_and_break_for_nobody(walked):
    for route, _ in _routes(walked, open_ones=True):
        for person in (None, walked.person("owner", of=walked.home)):
            answer = await walked.ask(route, person)
            assert answer.status < 500 or route.endswith("/health/ready"), f"{route}: {answer.status}"
            assert MARK not in answer.text or person is not None, f"{route} shows the home shop to everybody"


async def test_a_role_that_may_not_is_refused_and_one_that_may_is_let_in(walked):
    for route, needs in _routes(walked, open_ones=False):
        for role in SIGNS:
            person = walked.person(role, of=walked.home)
            answer = await walked.ask(route, person, page=False)
            if role not in ROLES[needs]:
                assert answer.status == 403, f"{route} lets in {role}: {answer.status}"
                assert "refused-role" in answer.text, f"{route} for {role}: {answer.text}"
            elif route.startswith(CHANGING):  # let in as far as the claim, so that nothing is changed
                assert (answer.status, "refused-csrf" in answer.text) == (403, True), f"{route} takes foreign forms"
            else:
                assert answer.status < 500, f"{route} for {role}: {answer.status} {answer.text[:500]}"
                assert answer.status not in (401, 403), f"{route} for {role}: {answer.status}"


async def test_a_member_of_another_shop_finds_nothing_of_the_home_shop(walked):
    table = _table(walked.service)
    forms: dict[str, dict[str, str]] = table.FORMS
    harmless: frozenset[str] = getattr(table, "HARMLESS", frozenset())
    for route, needs in _routes(walked, open_ones=False):
        role = next(each for each in SIGNS if each in ROLES[needs])
        stranger = walked.person(role, of=walked.away)
        if walked.names_ids(route):
            answer = await walked.ask(route, stranger, claim=True, page=False, form=forms.get(route))
            if route in harmless:
                assert (answer.status, await _version(walked)) == (303, 1), f"{route} changed another shop"
                continue
            assert answer.status == 404, (
                f"{route} answers {answer.status} for an id of another shop: {answer.text[:300]}"
            )
        elif route.startswith("GET"):
            answer = await walked.ask(route, stranger)
            assert answer.status < 500, f"{route}: {answer.status}"
            assert MARK not in answer.text, f"{route} shows another shop"


async def _version(walked: Walked) -> int:
    """Of the home shop: it rises with every change."""
    async with walked.database.work() as transaction:
        version: int = await transaction.fetch_value(
            "SELECT version FROM organizations WHERE organization_id = $1", walked.home.organization_id
        )
    return version


async def test_every_id_in_a_path_has_one_of_the_home_shop_to_be_tried_with(walked):
    for route, needs in _routes(walked, open_ones=False):
        assert "{" not in route or walked.names_ids(route), (
            f"{route} has an id in its path ({needs}): let `furnish` of tests/component/walk/routes_{walked.service}.py make one"
        )
