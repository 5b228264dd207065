"""Small parts of the carrier: settings, TwiML, segments, pages, bounds."""

import pytest

from carrier import shapes, texts, twiml, world
from carrier.settings import AccountFile, NumberFile, load


def test_settings_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="CARRIER_ACCOUNTS is not a list of accounts"):
        load({"CARRIER_ACCOUNTS": '{"account": "AC1"}'})
    with pytest.raises(ValueError, match="CARRIER_HTTP"):
        load({"CARRIER_HTTP": "localhost"})


def test_settings_have_defaults_and_hide_secrets() -> None:
    found = load(
        {"CARRIER_ACCOUNTS": '[{"account": "AC1", "secret": "hush", "numbers": [{"number": "+13125550123"}]}]'}
    )
    assert (found.host, found.port, found.accounts[0].numbers[0].keywords) == ("127.0.0.1", 9101, "provider")
    assert "hush" not in repr(found)


@pytest.mark.parametrize("answer", [None, "", "not xml", "<Response><Dial>", "<Response/>"])
def test_twiml_that_is_none_has_no_verbs(answer: str | None) -> None:
    assert twiml.verbs(answer) == []


@pytest.mark.parametrize(
    ("body", "segments"),
    [("x" * 160, 1), ("x" * 161, 2), ("x" * 306, 2), ("x" * 307, 3), ("é" * 70, 1), ("é" * 71, 2)],
)
def test_segments(body: str, segments: int) -> None:
    assert texts._segments(body) == segments


def test_pages_say_where_the_next_one_is_with_its_filter() -> None:
    found = [{"sid": str(number)} for number in range(3)]
    first = shapes.page(
        "Messages", "messages", "AC1", found, query={"To": "+1312", "DateSent>": "2026-11-24"}, size=2, at=0
    )
    assert first["next_page_uri"] == (
        "/2010-04-01/Accounts/AC1/Messages.json?To=%2B1312&DateSent%3E=2026-11-24&Page=1&PageSize=2&PageToken=P1"
    )
    last = shapes.page("Messages", "messages", "AC1", found, query={}, size=2, at=1)
    assert (last["next_page_uri"], last["messages"], last["end"]) == (None, [{"sid": "2"}], 2)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "MOST", 2)
    kept = world.World(public_base="http://localhost")
    for number in range(4):
        kept.keep_message(
            world.Message(
                sid=str(number),
                account="AC1",
                from_number="+1",
                to_number=f"+{number}",
                body="",
                direction="outbound-api",
                status="queued",
                created_at=world.now(),
            )
        )
    assert (list(kept.messages), set(kept.by_to)) == (["2", "3"], {"+2", "+3"})


def test_start_over_keeps_accounts_and_numbers() -> None:
    kept = world.World(public_base="http://localhost")
    kept.register(AccountFile(account="AC1", secret="s", numbers=(NumberFile(number="+13125550123"),)))
    kept.blocked.add(("+13125550123", "+13125550142"))
    kept.reset()
    assert (list(kept.accounts), list(kept.numbers), kept.blocked) == (["AC1"], ["+13125550123"], set())


def test_trouble_can_be_repeated() -> None:
    one, two = (world.Faults(seed=5) for _ in range(2))
    assert [one.random.random() for _ in range(5)] == [two.random.random() for _ in range(5)]
