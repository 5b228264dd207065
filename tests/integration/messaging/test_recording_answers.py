"""What the carrier answered is recorded, however many answer at once and whatever the database does meanwhile."""

from typing import Any

import pytest

from messaging.store import texts


async def test_the_database_being_away_does_not_lose_an_answer(
    shop: Any, caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    real = shop.database.statements

    def statements() -> Any:
        if shop.carrier.took and len(tries) < 2:
            tries.append(1)
            raise ConnectionError
        return real()

    monkeypatch.setattr(shop.database, "statements", statements)
    await shop.hears(shop.missed(caller))
    await shop.hands_are_empty()
    assert len(tries) == 2
    assert (await shop.row(caller))["state"] == "sent"


async def test_answers_that_come_in_the_same_moment_are_recorded_together(shop: Any) -> None:
    numbers = [f"+1708556{index:04}" for index in range(40)]
    shop.carrier.gate.clear()
    await shop.hears(*(shop.missed(number) for number in numbers))
    shop.carrier.gate.set()
    await shop.sends()
    rows = [await shop.row(number) for number in numbers]
    assert {row["state"] for row in rows} == {"sent"}
    assert len({row["provider_id"] for row in rows}) == len(numbers)
    told = await shop.told("text.sent.v1")
    assert {each.text_id: each.provider_message_id for each in told} == {
        row["text_id"]: row["provider_id"] for row in rows
    }
    assert all(lead["last_text_at"] == shop.clock.now() for lead in await shop.leads())


async def test_an_answer_that_the_database_cannot_take_costs_the_others_of_its_moment_nothing(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [f"+1708557{index:04}" for index in range(5)]
    together, groups = texts.record_sent_together, list[int]()

    async def record(transaction: Any, *, sent: Any) -> Any:
        groups.append(len(sent))
        broken = [each._replace(provider_id="SM\x00") for each in sent[:1]]
        return await together(transaction, sent=[*broken, *sent[1:]])

    monkeypatch.setattr(texts, "record_sent_together", record)
    shop.carrier.gate.clear()
    await shop.hears(*(shop.missed(number) for number in numbers))
    shop.carrier.gate.set()
    await shop.sends()
    assert max(groups) > 1
    assert [(await shop.row(number))["state"] for number in numbers] == ["sent"] * 5
    assert len(await shop.told("text.sent.v1")) == 5
