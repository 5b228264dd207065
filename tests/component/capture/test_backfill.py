"""What did not reach us is read from the carrier's lists and told once, together with what did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from capture_service import CALLER, NUMBER, Service, shop_text
from carrier_lists import CarrierLists

from capture.app.backfill import LEASE
from capture.store import calls as call_store
from capture.store import looks, organizations
from chassis.clock import system_clock
from chassis.testing import eventually


def ago(**span: float) -> datetime:
    return system_clock(None).now().astimezone(UTC) - timedelta(**span)


@pytest.fixture
async def asking(serve: Any, lists: CarrierLists) -> Service:
    """A shop whose line was added an hour ago and whose carrier answers."""
    service: Service = await serve()
    await service.apply(shop_text(api=lists.address))
    await service.ring("CA00", caller="+13125550111")  # the line is known
    await look(service)  # a new line is looked at by itself: not while a test prepares
    await service.fetch(
        "UPDATE tracked_numbers SET added_at = added_at - interval '1 hour', looked_until = looked_until - interval '1 hour'"
    )
    return service


async def look(service: Service) -> None:
    """A look at the lists from now on, to its end; none other is under way or due then."""
    moment = system_clock(None).now()
    await service.fetch("UPDATE tracked_numbers SET look_at = $1", moment)
    done = "SELECT bool_and(looked_until >= $1 AND look_at > looked_until + $2) FROM tracked_numbers"
    await eventually(lambda: service.value(done, moment, LEASE))
    await service.folded()


async def test_calls_and_texts_that_never_reached_us_are_told_once(asking: Service, lists: CarrierLists) -> None:
    for index in range(3):
        lists.call(f"CA1{index}", at=ago(minutes=30 + index))
        lists.call(
            f"CA2{index}", at=ago(minutes=30 + index), parent=f"CA1{index}", status="no-answer", to="+13125550100"
        )
    lists.call("CA13", at=ago(minutes=20))
    lists.call("CA23", at=ago(minutes=20), parent="CA13", status="completed", seconds=60, to="+13125550100")
    lists.text("SM1", "STOP", at=ago(minutes=10), media=["ME1", "ME2", "ME3"])
    lists.text("SM2", "our own", at=ago(minutes=10), direction="outbound-api")
    for _ in range(2):
        await look(asking)
    assert await asking.outcomes() == {
        "CA00": "open",
        "CA10": "missed",
        "CA11": "missed",
        "CA12": "missed",
        "CA13": "answered",
    }
    assert sorted(await asking.told()) == ["CallAnswered", "CallMissed", "CallMissed", "CallMissed", "TextReceived"]
    events = await asking.events()
    text = next(each for each in events if hasattr(each, "body"))
    assert (text.body, len(text.media)) == ("STOP", 3)
    assert abs(text.received_at - ago(minutes=10)) < timedelta(minutes=1)
    missed = next(each for each in events if hasattr(each, "reason"))
    assert missed.ended_at - missed.started_at == timedelta(seconds=20)
    assert missed.homeowner_number == CALLER


async def test_what_reached_us_is_not_told_again(asking: Service, lists: CarrierLists) -> None:
    await asking.ring("CA10")
    await asking.dialled("CA10")
    await asking.text_in("SM1", "hello")
    await asking.folded()
    before = await asking.value("SELECT count(*) FROM callbacks")
    lists.call("CA10", at=ago(seconds=30))
    lists.call("CA20", at=ago(seconds=30), parent="CA10", status="completed", seconds=9, to="+13125550100")
    lists.text("SM1", "hello", at=ago(seconds=30))
    await look(asking)
    assert await asking.value("SELECT count(*) FROM callbacks") == before
    assert await asking.told() == ["CallMissed", "TextReceived"]


async def test_what_comes_late_after_the_lists_is_not_told_again(asking: Service, lists: CarrierLists) -> None:
    lists.call("CA10", at=ago(minutes=3))
    lists.call("CA20", at=ago(minutes=3), parent="CA10", status="busy", to="+13125550100")
    lists.text("SM1", "hello", at=ago(minutes=3))
    await look(asking)
    await asking.ring("CA10")
    await asking.dialled("CA10", "busy")
    await asking.text_in("SM1", "hello")
    await asking.folded()
    assert sorted(await asking.told()) == ["CallMissed", "TextReceived"]


async def test_calls_from_before_the_line_was_ours_stay_out(asking: Service, lists: CarrierLists) -> None:
    lists.call("CA10", at=ago(hours=3))
    lists.text("SM1", "old", at=ago(hours=3))
    await look(asking)
    assert await asking.told() == []


async def test_a_voicemail_is_found_in_the_lists(asking: Service, lists: CarrierLists) -> None:
    lists.call("CA10", at=ago(minutes=3))
    lists.call("CA20", at=ago(minutes=3), parent="CA10", status="no-answer", to="+13125550100")
    lists.recordings["CA10"] = [{"sid": "RE1", "duration": "11"}, {"sid": "RE2", "duration": "0"}]
    await look(asking)
    assert (await asking.outcomes())["CA10"] == "voicemail"
    assert (await asking.events())[
        -1
    ].recording_url == f"{lists.address}/2010-04-01/Accounts/{'AC' + 'a' * 32}/Recordings/RE1"


async def test_a_call_under_way_is_told_when_it_ended(asking: Service, lists: CarrierLists) -> None:
    lists.call("CA10", at=ago(minutes=1), status="in-progress")
    lists.call("CA20", at=ago(minutes=1), parent="CA10", status="in-progress", to="+13125550100")
    await look(asking)
    assert (await asking.outcomes())["CA10"] == "open"
    lists.calls.clear()
    lists.call("CA10", at=ago(minutes=1))
    lists.call("CA20", at=ago(minutes=1), parent="CA10", status="completed", seconds=30, to="+13125550100")
    asking.advance(minutes=3)

    async def answered() -> bool:
        return (await asking.outcomes())["CA10"] == "answered"

    await eventually(answered)


async def test_a_call_whose_end_nobody_told_is_asked_for(asking: Service, lists: CarrierLists) -> None:
    await look(asking)  # the next one is far away
    lists.asked.clear()
    lists.call("CA10", at=ago(minutes=1))
    lists.call("CA20", at=ago(minutes=1), parent="CA10", status="no-answer", to="+13125550100")
    await asking.ring("CA10")
    await asking.folded()
    assert "Calls/CA10" not in lists.asked
    asking.advance(seconds=120)
    await asking.folded()
    assert "Calls/CA10" not in lists.asked, "it should have ended only after it rang and two minutes more"
    asking.advance(seconds=20)

    async def missed() -> bool:
        return (await asking.outcomes())["CA10"] == "missed"

    await eventually(missed)


async def test_a_call_that_the_carrier_never_ends_is_asked_for_ever_more_rarely_for_a_day(asking: Service) -> None:
    await look(asking)  # the next one is far away
    await asking.ring("CA10")
    await asking.folded()
    rang = now = system_clock(None).now()
    waits: list[timedelta] = []
    last = False
    while not last:
        before, now = now, await asking.value("SELECT ask_at FROM calls WHERE provider_call_id = 'CA10'")
        waits.append(now - before)
        async with asking.database.work() as transaction:
            rows = await call_store.to_ask(transaction, now=now, limit=20)
        (last,) = [row["last"] for row in rows if row["provider_call_id"] == "CA10"]
    assert (waits[1], max(waits)) == (timedelta(minutes=1), timedelta(hours=1))
    assert len(waits) < 40
    assert timedelta(hours=24) < now - rang < timedelta(hours=26)


@pytest.mark.parametrize("carrier", ["knows no end", "does not know it", "is down"])
async def test_a_call_of_which_no_end_is_ever_told_stands_as_missed_in_the_end(
    asking: Service, lists: CarrierLists, carrier: str
) -> None:
    await look(asking)  # the next one is far away
    lists.down = carrier == "is down"
    if carrier == "knows no end":
        lists.call("CA10", at=ago(minutes=1), status="in-progress")
        lists.call("CA20", at=ago(minutes=1), parent="CA10", status="in-progress", to="+13125550100")
    await asking.ring("CA10")
    await asking.folded()
    rang = system_clock(None).now()
    asking.advance(hours=25)
    await asking.fetch(
        "UPDATE calls SET asked = $1, ask_at = '-infinity' WHERE provider_call_id = 'CA10'", call_store.MOST_ASKED - 1
    )

    async def missed() -> bool:
        return (await asking.outcomes())["CA10"] == "missed"

    await eventually(missed)
    (event,) = await asking.events()
    assert (event.reason, event.homeowner_number) == ("failed", CALLER)
    assert event.ended_at <= rang, "not when it was given up"
    assert await asking.value("SELECT ask_at FROM calls WHERE provider_call_id = 'CA10'") is None
    await asking.dialled("CA10", "completed")
    await asking.folded()
    assert await asking.told() == ["CallMissed"], "what was told stays told"


async def test_an_end_without_the_dials_fate_is_asked_for_at_once(asking: Service, lists: CarrierLists) -> None:
    lists.call("CA10", at=ago(minutes=1))
    await asking.ring("CA10")
    await asking.ended("CA10")
    await asking.folded()
    asking.advance(seconds=6)

    async def missed() -> bool:
        return (await asking.outcomes())["CA10"] == "missed"

    await eventually(missed)
    assert (await asking.events())[0].reason == "hung_up"


async def test_a_look_is_written_down_while_somebody_changes_the_shop(asking: Service) -> None:
    """A row that is updated twice in a transaction has its foreign key looked at, which must not wait for the shop."""
    now = system_clock(None).now()
    async with asking.database.work() as changing:
        assert await organizations.locked(changing, slug="northside") is not None
        async with asking.database.work() as looking:
            await looks.looked(looking, numbers=[NUMBER], until=now, lease_until=now, again_at=now)
            assert await looks.mark_missing(looking, missing=[], present=[NUMBER], at=now) == 0


async def test_an_answer_that_only_a_press_of_1_can_tell_waits_for_our_own_callback(
    asking: Service, lists: CarrierLists
) -> None:
    await asking.apply(f"organization: northside\nnumbers: [{{number: '{NUMBER}', answer: press_1}}]")

    async def knows() -> bool:
        return "whisper" in (await asking.ring("CA99")).text

    await eventually(knows)
    lists.call("CA10", at=ago(seconds=30))
    lists.call("CA20", at=ago(seconds=30), parent="CA10", status="completed", seconds=9, to="+13125550100")
    await asking.fetch("UPDATE tracked_numbers SET look_at = '-infinity'")
    await eventually(lambda: "Calls/CA10" in lists.asked)
    await asking.folded()
    assert "CA10" not in await asking.outcomes()
    asking.advance(minutes=2)

    async def missed() -> bool:
        return (await asking.outcomes()).get("CA10") == "missed"

    await eventually(missed)
    assert (await asking.events())[-1].reason == "not_accepted"


async def test_a_carrier_that_is_down_is_asked_again(asking: Service, lists: CarrierLists) -> None:
    lists.down = True
    lists.text("SM1", "hello", at=ago(minutes=3))
    await asking.fetch("UPDATE tracked_numbers SET look_at = '-infinity'")
    await eventually(lambda: lists.asked.count("IncomingPhoneNumbers") >= 1)
    lists.down = False
    asking.advance(seconds=11)

    async def told() -> bool:
        return await asking.told() == ["TextReceived"]

    await eventually(told)


async def test_a_number_that_the_carrier_does_not_have_is_noticed(asking: Service, lists: CarrierLists) -> None:
    lists.numbers = ["+13125550555"]
    await look(asking)
    assert await asking.value("SELECT count(*) FROM tracked_numbers WHERE missing_since IS NOT NULL") == 1
    async with asking.session.get(f"{asking.base}/metrics") as response:
        assert "callsnare_numbers_missing_at_provider 1.0" in await response.text()
    lists.numbers = [NUMBER]
    await look(asking)
    assert await asking.value("SELECT count(*) FROM tracked_numbers WHERE missing_since IS NOT NULL") == 0


async def test_a_host_that_is_not_allowed_is_never_asked(serve: Any, lists: CarrierLists) -> None:
    service: Service = await serve(provider_hosts=())
    await service.apply(shop_text(api=lists.address))
    await service.ring("CA00")
    await look(service)
    assert lists.asked == []


async def test_a_restart_asks_for_what_came_while_nobody_listened(serve: Any, lists: CarrierLists) -> None:
    first: Service = await serve(roles=frozenset({"web"}))
    await first.apply(shop_text(api=lists.address))
    await first.fetch(
        "UPDATE tracked_numbers SET added_at = added_at - interval '1 hour', looked_until = looked_until - interval '30 minutes', look_at = 'infinity'"
    )
    lists.text("SM1", "while you were out", at=ago(minutes=25))
    service: Service = await serve()

    async def told() -> bool:
        return await service.told() == ["TextReceived"]

    await eventually(told)

    async def closed() -> bool:
        return bool(await service.value("SELECT count(*) FROM gaps WHERE closed_at IS NOT NULL") == 1)

    await eventually(closed)
    assert await service.value("SELECT noticed_at - began_at > interval '29 minutes' FROM gaps")
