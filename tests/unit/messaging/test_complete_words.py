"""Which texts a shop may send as it is set, and which of them could not leave as they stand."""

from dataclasses import replace
from typing import get_args

import pytest

from messaging.domain.complete_words import Standing, in_use, lacking
from messaging.domain.response import QUESTIONS, Settings
from messaging.domain.templates import ABOUT, TEMPLATES, Template, Wording, Words

FIELDS = {"shop": "Northside Heating & Air", "phone": "(312) 555-0100", "first_name": ""}
OURS = Standing(words=Words(), settings=Settings(), fields=FIELDS, after_hours="template")


def own(name: Template, body: str, *, active: bool = True) -> Standing:
    return replace(OURS, words=Words({name: Wording(body, active, 1)}))


def test_the_words_that_every_shop_starts_with_are_complete_and_all_in_use():
    assert in_use(OURS) == get_args(Template) == tuple(ABOUT)
    assert lacking(OURS) == {}


@pytest.mark.parametrize("name", ABOUT)
def test_words_without_anything_in_them_are_found_wherever_they_stand(name: Template):
    for body in ("", "   ", "{weather}"):
        assert list(lacking(own(name, body))) == [name]


@pytest.mark.parametrize("name", [name for name, about in ABOUT.items() if about.must])
def test_what_a_text_must_say_is_missed_in_its_own_words(name: Template):
    for must in ABOUT[name].must:
        (wrong,) = lacking(own(name, TEMPLATES[name].replace(must, "")))[name]
        assert wrong == f"It must contain {must}."


def test_a_shop_without_a_phone_lacks_every_text_that_names_one():
    found = lacking(replace(OURS, fields=FIELDS | {"phone": ""}))
    assert set(found) == {name for name, body in TEMPLATES.items() if "{phone}" in body}
    assert set(found.values()) == {("Shop phone has no value. Name the line that rings in the shop, or add a number.",)}


@pytest.mark.parametrize("shop", ["Reply YES Heating", "Northside {x}", "N" * 1600])
def test_a_shop_s_name_may_spoil_words_that_were_right(shop: str):
    assert "first_reply" in lacking(replace(OURS, fields=FIELDS | {"shop": shop}))


def test_what_is_switched_off_or_not_asked_need_not_be_complete():
    off = own("follow_up", "", active=False)
    assert "follow_up" not in in_use(off)
    assert lacking(off) == {}
    no_name = replace(OURS, settings=Settings(asks=tuple(each for each in QUESTIONS if each != "name")))
    assert set(in_use(OURS)) - set(in_use(no_name)) == {"ask_name"}
    nothing = replace(OURS, settings=Settings(asks=()))
    assert "not_understood" not in in_use(nothing)
    assert "details_complete" in in_use(nothing)


def test_a_shop_that_does_not_answer_by_rule_still_answers_about_visits_and_in_danger():
    silent = in_use(replace(OURS, settings=Settings(answers=False)))
    assert {name for name in silent if ABOUT[name].text_class == "response"} == {"visit_noted"}
    assert {"safety", "safety_medical", "help", "stop_confirmation"} <= set(silent)


@pytest.mark.parametrize("after_hours", ["send", "hold"])
def test_the_words_of_a_closed_shop_count_only_where_they_are_sent(after_hours: str):
    assert "first_reply_after_hours" not in in_use(replace(OURS, after_hours=after_hours))
    assert "first_reply_after_hours" not in in_use(own("first_reply", TEMPLATES["first_reply"], active=False))
