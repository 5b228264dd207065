"""A list of numbers in whatever shape people export it: what is no number is told, and nothing makes it fail."""

import pytest

from messaging.app.read_number_list import read_number_list


@pytest.mark.parametrize(
    "text",
    ["3125550142,parts\n", "number;why\r\n(312) 555-0142;parts", "\ufeff3125550142\tparts", "Phone,Why\r3125550142,parts\r"],
)  # fmt: skip
def test_numbers_are_read_whatever_the_lines_end_with(text: str) -> None:
    assert read_number_list(text) == ((("+13125550142", "parts"),), ())


@pytest.mark.parametrize("text", ["\x00garbage", "=cmd|' /C calc'!A0,x", '"' + "a" * 200_000, "+1312555014"])
def test_garbage_is_told_and_takes_nothing_down(text: str) -> None:
    numbers, unread = read_number_list(text)
    assert (numbers, len(unread)) == ((), 1)


def test_what_was_readable_before_garbage_counts() -> None:
    numbers, unread = read_number_list('3125550142,parts\n"' + "a" * 200_000)
    assert ([number for number, _ in numbers], len(unread)) == (["+13125550142"], 1)
