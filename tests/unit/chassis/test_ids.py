"""Ids: time-ordered ones, and those that everybody computes alike."""

import time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import derived_id, homeowner_id, new_id, text_tag

KEY, SHOP = b"k" * 32, UUID(int=5)


def test_a_new_id_is_a_version_7_that_sorts_by_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= after


def test_new_ids_differ() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_a_derived_id_says_the_same_of_the_same_parts_and_of_no_others(one: list[str], two: list[str]) -> None:
    assert derived_id(*one) == derived_id(*one)
    assert (derived_id(*one) == derived_id(*two)) == (one == two)
    assert derived_id(*one).version == 8


def test_parts_do_not_run_together() -> None:
    assert derived_id("a", "bc") != derived_id("ab", "c") != derived_id("abc")


def test_a_homeowners_id_depends_on_number_shop_and_key() -> None:
    base = homeowner_id(key=KEY, organization_id=SHOP, number="+13125550100")
    assert base == homeowner_id(key=KEY, organization_id=SHOP, number="+13125550100")
    assert base.version == 8
    others = {
        homeowner_id(key=KEY, organization_id=SHOP, number="+13125550101"),
        homeowner_id(key=KEY, organization_id=UUID(int=6), number="+13125550100"),
        homeowner_id(key=b"x" * 32, organization_id=SHOP, number="+13125550100"),
    }
    assert len(others | {base}) == 4


def test_a_texts_tag_is_32_hexadecimal_characters_of_its_shop_alone() -> None:
    tag = text_tag(key=KEY, organization_id=SHOP, text_id=UUID(int=9))
    assert len(tag) == 32
    assert int(tag, 16) >= 0
    assert tag != text_tag(key=KEY, organization_id=UUID(int=6), text_id=UUID(int=9))
    assert tag != text_tag(key=KEY, organization_id=SHOP, text_id=UUID(int=10))
