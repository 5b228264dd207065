"""Who can be texted, and who hides."""

import pytest

from capture.domain.callers import homeowner_number


@pytest.mark.parametrize(
    "raw",
    ["", " ", "anonymous", "Anonymous", "RESTRICTED", "unavailable", "unknown", "+266696687", "+7378742833", "+86282452253", "sip:pat@pbx.example", "client:pat", "32665", "+1312555O199", "3125550199"],
)  # fmt: skip
def test_a_hidden_caller_has_no_number(raw: str) -> None:
    assert homeowner_number(raw) is None


@pytest.mark.parametrize("raw", ["+13125550199", " +13125550199 ", "+442071838750"])
def test_a_caller_has_a_number(raw: str) -> None:
    assert homeowner_number(raw) == raw.strip()
