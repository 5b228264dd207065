"""Every mistake in a shop's file is named with its place."""

from datetime import date

import pytest
from msgspec import UNSET

from capture.app.shop_file import ShopFileError, phone, read, spans

GOOD = "organization: northside\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no shop file"),
        ("- a\n- b", "no shop file"),
        ("a: [", "not YAML in line"),
        ("a: \x00", "not YAML"),
        (GOOD + "name: A\nname: B", "'name' stands twice"),
        ("name: A", "organization"),
        ("organization: North Side", "organization: "),
        (GOOD + "zone_: x", "zone_"),
        (GOOD + "ring_seconds: 30", "ring_seconds: "),
        (GOOD + "ring_seconds: '18'", "ring_seconds: expected `int`"),
        (GOOD + "hours: {monday: ['08:00-12:00']}", "hours"),
        (GOOD + "automation: on", "automation: "),
        (GOOD + "first_reply: {window_hours: 0}", "first_reply.window_hours"),
        (GOOD + "while_closed: {follow_up: template}", "while_closed.follow_up"),
        (GOOD + "silent_days: 0", "silent_days: "),
        (GOOD + "closures: [{name: X, from: 2026-12-25}]", "closures[0]"),
        (GOOD + "providers: [{kind: twilio, account: AC1, secrets: []}]", "providers[0].secrets"),
        (GOOD + "providers: [{kind: twilio, account: AC1, secrets: [a, b, c]}]", "providers[0].secrets"),
        (GOOD + "providers: [{kind: telnyx, account: AC1, secrets: [a]}]", "providers[0].kind"),
        (GOOD + "providers: [{kind: twilio, account: AC1, secrets: [a], api: 'ftp://x'}]", "providers[0].api"),
        (GOOD + "numbers: [{number: 13125550123}]", "numbers[0].number"),
        (GOOD + "numbers: [{number: '+13125550123', mode: sing}]", "numbers[0].mode"),
        (GOOD + "numbers: [{number: '+13125550123', segments_per_second: 0}]", "numbers[0].segments_per_second"),
        (GOOD + "members: [{email: nobody}]", "members[0].email"),
        (GOOD + "members: [{email: a@b.example, role: boss}]", "members[0].role"),
        (GOOD + "missed_when: [sometimes]", "missed_when[0]"),
        (GOOD + "state: Illinois", "state: "),
        (GOOD + "billing: {stripe_customer: 123}", "billing.stripe_customer"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ShopFileError) as raised:
        read(text)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_not_there_is_not_given() -> None:
    shop = read(GOOD)
    assert shop.given == {"organization": "northside"}
    assert shop.office_line is UNSET


def test_days_are_read_as_days() -> None:
    shop = read(GOOD + "closures: [{name: Christmas, from: 2026-12-25, to: 2026-12-26}]")
    assert not isinstance(shop.closures, type(UNSET))
    assert (shop.closures[0].first_day, shop.closures[0].last_day) == (date(2026, 12, 25), date(2026, 12, 26))


def test_spans_are_minutes_in_order() -> None:
    found = spans({"mon": ["13:00-17:00", "08:00-12:00"], "sun": ["00:00-24:00"]})
    assert [(each.start, each.end) for each in found["mon"]] == [(480, 720), (780, 1020)]
    assert [(each.start, each.end) for each in found["sun"]] == [(0, 1440)]


@pytest.mark.parametrize(
    "text",
    ["8-17", "08:00", "17:00-08:00", "08:00-08:00", "08:00-24:30", "25:00-26:00", "08:60-09:00", "08:00 - 17:00"],
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ShopFileError, match="hours of mon"):
        spans({"mon": [text]})


def test_spans_that_overlap_are_refused() -> None:
    with pytest.raises(ShopFileError, match="overlap"):
        spans({"mon": ["08:00-12:00", "11:59-13:00"]})
    spans({"mon": ["08:00-12:00", "12:00-13:00"]})


@pytest.mark.parametrize(
    ("text", "number"),
    [("+1 312 555 0123", "+13125550123"), ("(312) 555-0123", "+13125550123"), ("+44 20 7183 8750", "+442071838750")],
)
def test_numbers_are_written_alike(text: str, number: str) -> None:
    assert phone(text, what="office_line") == number


@pytest.mark.parametrize("text", ["", "ring me", "+1", "12345", "+13125550123456789"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ShopFileError, match="office_line"):
        phone(text, what="office_line")
