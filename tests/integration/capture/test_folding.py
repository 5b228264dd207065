"""Stored callbacks become calls and events: once, in order, and one bad one holds up nobody."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from capture.app import fold_callbacks, twilio_forms
from capture.app.directory import Directory
from capture.app.fold_callbacks import FoldCallbacks
from capture.app.gaps import PATIENCE
from capture.settings import CaptureSettings
from capture.store import callbacks
from capture.store.callbacks import IN_FLIGHT, Callback
from chassis.database import Database
from chassis.settings import Settings
from chassis.testing import FixedClock
from contracts import envelope

SHOP = UUID(int=7)
OWN_TEXT = f"text={UUID(int=5)}"
keys = itertools.count()


@pytest.fixture
def put(database: Database, clock: FixedClock) -> Any:
    """Stores callbacks as the hot path does."""

    async def store(
        kind: str, subject: str, *, headers: Any = None, body: bytes | None = None, key: str | None = None, query: str = OWN_TEXT,
        hand: Any = None, **form: str,
    ) -> None:  # fmt: skip
        values = {"From": "+13125550199", "To": "+13125550123", **form}
        effect = {"sms-inbound": "received", "sms-status": f"state {form.get('MessageStatus')}"}.get(kind, "")
        callback = Callback(
            callback_key=key or f"k{next(keys)}", organization_id=SHOP, kind=kind, subject=subject, effect=effect, number="+13125550123", query=query,
            headers=headers or {}, body=twilio_forms.encoded(values) if body is None else body, traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
            received_at=clock.now(), happened_at=clock.now(),
        )  # fmt: skip
        async with database.work() as transaction:
            stored = await callbacks.store(transaction.connection, [callback])
        if hand is not None:
            hand([callbacks.due(callback, seq=seq) for seq in stored.values()])

    return store


async def told(database: Database) -> list[str]:
    rows = await database.work_pool.fetch("SELECT type FROM outbox ORDER BY seq")
    return [row["type"] for row in rows]


async def test_a_callback_that_cannot_be_read_is_put_off_and_the_others_are_folded(
    fold: Any, put: Any, database: Database, clock: FixedClock
) -> None:
    await put("sms-inbound", "SM1", Body="before")
    await put("sms-inbound", "SM2", body=b"garbage")
    await put("sms-inbound", "SM3", Body="after")
    await fold()
    assert await told(database) == ["text.received.v1", "text.received.v1"]
    bad: Any = await database.work_pool.fetchrow(
        "SELECT tries, error, folded_at, due_at FROM callbacks WHERE subject = 'SM2'"
    )
    assert (bad["tries"], bad["folded_at"], bad["due_at"]) == (1, None, clock.now() + timedelta(seconds=1))
    assert "MalformedBodyError" in bad["error"]


async def test_after_five_tries_it_is_set_aside(fold: Any, put: Any, database: Database, clock: FixedClock) -> None:
    await put("sms-inbound", "SM2", body=b"garbage")
    for _ in range(8):
        await fold()
        clock.advance(hours=1)
    bad: Any = await database.work_pool.fetchrow("SELECT tries, folded_at, error FROM callbacks")
    assert bad["tries"] == 5
    assert bad["folded_at"] is not None
    assert bad["error"]


async def test_what_was_put_off_is_folded_once_it_can_be(
    fold: Any, put: Any, database: Database, clock: FixedClock
) -> None:
    await put("sms-inbound", "SM2", body=b"garbage")
    await fold()
    await database.work_pool.execute("UPDATE callbacks SET body = 'From=%2B13125550199&To=%2B13125550123&Body=mended'")
    await fold()
    assert await told(database) == [], "not before its time"
    clock.advance(seconds=2)
    await fold()
    assert await told(database) == ["text.received.v1"]


async def test_a_put_off_callback_does_not_hold_back_the_watermark(
    fold: Any, put: Any, database: Database, clock: FixedClock
) -> None:
    async def heard() -> Any:
        async with database.work() as transaction:
            return await callbacks.heard_until(transaction.connection, now=clock.now(), patience=PATIENCE)

    stored_at = clock.now()
    await put("sms-inbound", "SM2", body=b"garbage")
    clock.advance(seconds=60)
    assert await heard() == stored_at
    await fold()
    assert await heard() == clock.now() - IN_FLIGHT


async def test_two_workers_tell_each_call_once(fold: Any, put: Any, database: Database) -> None:
    for index in range(40):
        await put("inbound", f"CA{index}")
        await put("dial-complete", f"CA{index}", DialCallStatus="no-answer")
        await put("status", f"CA{index}", CallStatus="completed")

    async def left() -> int:
        return int(await database.work_pool.fetchval("SELECT count(*) FROM callbacks WHERE folded_at IS NULL"))

    while await left():
        await asyncio.gather(fold(), fold(), fold())
    assert await told(database) == ["call.missed.v1"] * 40


async def test_the_trace_of_the_callback_goes_on_in_its_event(fold: Any, put: Any, database: Database) -> None:
    await put("sms-inbound", "SM1", Body="hi")
    await fold()
    headers = await database.work_pool.fetchval("SELECT headers FROM outbox")
    assert headers["traceparent"].startswith("00-111")


async def test_a_homeowners_facts_share_a_key_and_a_hidden_caller_has_one_alone(
    fold: Any, put: Any, database: Database
) -> None:
    await put("sms-inbound", "SM1", Body="hi")
    await put("inbound", "CA1")
    await put("dial-complete", "CA1", DialCallStatus="busy")
    await put("sms-status", "SM9", MessageStatus="sent", From="+13125550123", To="+13125550199")
    await put("inbound", "CA2", From="anonymous")
    await put("dial-complete", "CA2", DialCallStatus="busy", From="anonymous")
    await fold()
    rows = await database.work_pool.fetch("SELECT aggregateid, type, payload FROM outbox")
    by_type = {}
    for row in rows:
        event: Any = envelope.decode({"ce_type": row["type"]}, row["payload"])
        by_type[row["type"], event.homeowner_number] = row["aggregateid"]
    known = {key for (_, number), key in by_type.items() if number == "+13125550199"}
    assert len(known) == 1
    assert by_type["call.missed.v1", None] not in known


async def test_the_same_key_twice_is_stored_once(put: Any, database: Database) -> None:
    await put("inbound", "CA1", key="same")
    await put("inbound", "CA1", key="same")
    assert await database.work_pool.fetchval("SELECT count(*) FROM callbacks") == 1


@pytest.fixture
def other(database: Database, settings: Settings, clock: FixedClock) -> FoldCallbacks:
    """Another process that folds."""
    directory = Directory(database=database, keys=settings.keys)
    return FoldCallbacks(
        database=database, directory=directory, clock=clock, keys=settings.keys, settings=CaptureSettings()
    )


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many callbacks each look at the table found; after the first nobody looks for the sake of others."""
    monkeypatch.setattr(fold_callbacks, "LOOK_SECONDS", 60.0)
    found: list[int] = []
    claim = callbacks.claim

    async def counted(transaction: Any, **arguments: Any) -> Any:
        due = await claim(transaction, **arguments)
        found.append(len(due))
        return due

    monkeypatch.setattr(callbacks, "claim", counted)
    return found


async def test_what_this_process_stored_is_folded_without_a_look(
    fold: Any, put: Any, database: Database, looks: list[int]
) -> None:
    await fold()
    looks.clear()
    await put("inbound", "CA1", hand=fold.hand)
    await fold()
    await put("dial-complete", "CA1", DialCallStatus="no-answer", hand=fold.hand)
    await put("sms-inbound", "SM1", Body="hi", hand=fold.hand)
    await fold()
    assert await told(database) == ["call.missed.v1", "text.received.v1"]
    assert await database.work_pool.fetchval("SELECT count(*) FROM callbacks WHERE folded_at IS NULL") == 0
    assert looks == []


async def test_a_call_that_another_process_knows_is_told_once(
    fold: Any, other: Any, put: Any, database: Database
) -> None:
    await put("inbound", "CA1", hand=other.hand)
    await other()
    await put("inbound", "CA1", hand=fold.hand)  # it takes the call for new
    await put("dial-complete", "CA1", DialCallStatus="no-answer", hand=fold.hand)
    await fold()
    await put("recording", "CA1", RecordingSid="RE1", RecordingDuration="7", RecordingUrl="u", hand=other.hand)
    await other()  # what it remembers of the call is older than what is stored
    await put("status", "CA1", CallStatus="completed", hand=fold.hand)
    await fold()
    assert await told(database) == ["call.missed.v1", "call.voicemail_left.v1"]
    assert await database.work_pool.fetchval("SELECT outcome FROM calls") == "voicemail"
    assert await database.work_pool.fetchval("SELECT count(*) FROM callbacks WHERE folded_at IS NULL") == 0


async def test_handed_to_two_processes_it_is_told_once(fold: Any, other: Any, put: Any, database: Database) -> None:
    def both(due: Any) -> None:
        fold.hand(due)
        other.hand(due)

    for index in range(30):
        await put("inbound", f"CA{index}", hand=both)
        await put("dial-complete", f"CA{index}", DialCallStatus="no-answer", hand=both)
        await asyncio.gather(fold(), other(), return_exceptions=True)
    while await database.work_pool.fetchval("SELECT count(*) FROM callbacks WHERE folded_at IS NULL"):
        await fold()
    assert await told(database) == ["call.missed.v1"] * 30


async def test_a_text_told_under_another_key_is_not_told_again(fold: Any, put: Any, database: Database) -> None:
    for key in ("first", "second"):
        await put("sms-inbound", "SM1", Body="hi", key=key, hand=fold.hand)
        await fold()
    assert await told(database) == ["text.received.v1"]


async def test_one_of_those_handed_over_that_cannot_be_folded_is_put_off_alone(
    fold: Any, put: Any, database: Database
) -> None:
    await put("sms-inbound", "SM1", Body="before", hand=fold.hand)
    await put("sms-status", "SM2", MessageStatus="sent", query="text=nobody", hand=fold.hand)
    await put("sms-inbound", "SM3", Body="after", hand=fold.hand)
    await fold()
    assert await told(database) == ["text.received.v1", "text.received.v1"]
    bad: Any = await database.work_pool.fetchrow("SELECT tries, folded_at FROM callbacks WHERE subject = 'SM2'")
    assert (bad["tries"], bad["folded_at"]) == (1, None)


async def test_what_the_table_gave_is_not_folded_from_memory_as_well(
    fold: Any, put: Any, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at the table while callbacks pour in finds what was handed over, and what is just about to be."""
    monkeypatch.setattr(fold_callbacks, "BATCH", 1)
    overtaken = fold_callbacks._overtaken._value.get()
    late: list[Any] = []
    await put("inbound", "CA1", hand=fold.hand)
    await put("inbound", "CA2", hand=fold.hand)
    await put("inbound", "CA3", hand=late.extend)
    while await database.work_pool.fetchval("SELECT count(*) FROM callbacks WHERE folded_at IS NULL"):
        await fold()
    fold.hand(late)
    await fold()
    assert fold_callbacks._overtaken._value.get() == overtaken
