"""What everybody may read of a shop, and what nobody may."""

import pytest
from capture_service import CALLER, OFFICE, Service


@pytest.mark.parametrize(
    "path", ["/shops/nobody/terms", "/shops/northside/secrets", "/shops/northside/..%2fsettings", "/shops/%00/terms"]
)
async def test_there_is_nothing_else_there(capture: Service, path: str) -> None:
    async with capture.session.get(capture.base + path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "messaging",
            (
                "Reply <b>STOP</b>",
                "Reply <b>HELP</b>",
                "Message and data rates may apply",
                "Message frequency varies",
                "How you give consent",
            ),
        ),
        ("privacy", ("No mobile information is shared with third parties",)),
        ("terms", ("Carriers are not liable", "<b>STOP</b>", "<b>HELP</b>", "/shops/northside/privacy")),
    ],
)
async def test_reviewers_find_what_they_ask_for_and_no_customers_data(
    capture: Service, name: str, told: tuple[str, ...]
) -> None:
    await capture.ring("CA1")
    await capture.folded()
    async with capture.session.get(f"{capture.base}/shops/northside/{name}") as answer:
        page = await answer.text()
        assert answer.status == 200
    for words in ("Northside Heating &amp; Air", "(312) 555-0123", *told):
        assert words in page
    for secret in (OFFICE, "555-0100", CALLER, "555-0199", "AC" + "a" * 32):
        assert secret not in page
