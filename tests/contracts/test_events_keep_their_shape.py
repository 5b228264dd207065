"""What travels between the services changes only by adding, and every change is seen."""

import json
import re
from datetime import timedelta
from pathlib import Path

import jsonschema
import msgspec
import pytest

from contracts import envelope, topics
from contracts.asyncapi import document
from contracts.base import HomeownerEvent, SetupEvent, type_of
from contracts.golden import schema, written
from contracts.registry import EVENTS, events_of, topic_of
from contracts.watermarks import StreamHeard

FOLDER = Path(__file__).parents[2] / "contracts"
HINT = "run `python -m contracts.golden contracts` and look at the difference"
KEYS = {HomeownerEvent: topics.Key.HOMEOWNER, SetupEvent: topics.Key.ORGANIZATION_AND_TYPE}
BASE_REQUIRED = {"type", "event_id", "organization_id", "occurred_at"}


def sample(name: str) -> bytes:
    return (FOLDER / "samples" / f"{name}.json").read_bytes()


@pytest.mark.parametrize("name", EVENTS)
def test_the_schema_is_the_golden_one(name):
    assert (FOLDER / "schemas" / f"{name}.json").read_text() == written(schema(EVENTS[name])), HINT


def test_no_golden_file_is_left_of_an_event_that_is_gone():
    for kind in ("schemas", "samples"):
        assert {path.stem for path in (FOLDER / kind).glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_a_record_written_earlier_is_read_and_says_the_same_again(name):
    event = envelope.decode({"ce_type": name}, sample(name))
    assert type(event) is EVENTS[name]
    again = json.loads(envelope.encode(event, source="test").value)
    assert _only_what_it_had(again, kept := json.loads(sample(name))) == kept


def _only_what_it_had(again: object, kept: object) -> object:
    """Without fields that were added since, at any depth."""
    if isinstance(again, dict) and isinstance(kept, dict):
        return {field: _only_what_it_had(again[field], kept[field]) for field in kept}
    if isinstance(again, list) and isinstance(kept, list) and len(again) == len(kept):
        return [_only_what_it_had(*pair) for pair in zip(again, kept, strict=True)]
    return again


@pytest.mark.parametrize("name", EVENTS)
def test_the_sample_fits_the_schema_that_others_validate_with(name):
    jsonschema.Draft202012Validator(schema(EVENTS[name])).validate(json.loads(sample(name)))


@pytest.mark.parametrize("name", EVENTS)
def test_a_record_of_a_newer_producer_with_more_fields_is_read(name):
    assert isinstance(
        envelope.decode({"ce_type": name}, json.dumps(json.loads(sample(name)) | {"added_later": 1}).encode()),
        EVENTS[name],
    )


def test_a_type_that_nobody_knows_is_told_apart_from_a_broken_record():
    assert envelope.decode({"ce_type": "moon.landed.v1"}, b"{}") == envelope.Unknown("moon.landed.v1")
    assert envelope.decode({}, b"") == envelope.Unknown("")
    for broken in (b"", b"{", b"\xff", b"[]", b'{"type": "call.missed.v1"}', sample("call.answered.v1")):
        assert isinstance(envelope.decode({"ce_type": "call.missed.v1"}, broken), envelope.Malformed)


def test_headers_are_those_of_the_cloudevents_binding_for_kafka():
    event = envelope.decode({"ce_type": "call.missed.v1"}, sample("call.missed.v1"))
    assert isinstance(event, HomeownerEvent)
    record = envelope.encode(event, source="capture", traceparent="00-1-2-01")
    assert record.key == str(event.homeowner_id).encode()
    assert record.headers == {
        "ce_specversion": "1.0", "ce_id": str(event.event_id), "ce_type": "call.missed.v1", "ce_source": "/callsnare/capture",
        "ce_time": "2026-11-24T14:10:02.931147Z", "ce_subject": str(event.homeowner_id), "content-type": "application/json", "traceparent": "00-1-2-01",
    }  # fmt: skip


def test_a_header_that_is_no_text_does_not_stop_a_partition():
    assert envelope.read_headers([("ce_type", b"\xff\xfe")])["ce_type"] == "\ufffd\ufffd"


def test_names_are_dotted_past_tense_with_a_version():
    for name in EVENTS:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.v[1-9]", name)
        word = name.split(".")[1].removesuffix("_left").removesuffix("_out").removesuffix("_in").rpartition("_")[2]
        assert word.endswith(("ed", "sent", "left", "heard", "due", "voicemail")), name


def test_every_event_has_one_topic_and_its_key_is_the_topic_s():
    for name, event in EVENTS.items():
        if event is StreamHeard:
            with pytest.raises(KeyError):
                topic_of(event)
            continue
        keyed_by = next((key for base, key in KEYS.items() if issubclass(event, base)), topics.Key.ORGANIZATION)
        assert topic_of(event).key is keyed_by, name
    assert {event for topic in topics.ALL for event in events_of(topic)} == set(EVENTS.values())


def test_a_compacted_topic_that_several_services_write_keeps_the_newest_of_each_type():
    """A key of the organization alone would let one service erase what another said."""
    shared = [topic for topic in topics.ALL if topic.kept is None and len(topic.owners) > 1]
    assert shared == [topics.SETUP]

    class HoursChecked(SetupEvent, frozen=True, kw_only=True, tag="hours.checked.v1"):
        pass

    words = envelope.decode({"ce_type": "words.checked.v1"}, sample("words.checked.v1"))
    assert isinstance(words, SetupEvent)
    hours = HoursChecked(event_id=words.event_id, organization_id=words.organization_id, occurred_at=words.occurred_at)
    later = msgspec.structs.replace(words, occurred_at=words.occurred_at + timedelta(hours=1))
    elsewhere = msgspec.structs.replace(words, organization_id=words.event_id)
    assert words.key == later.key
    assert len({words.key, hours.key, elsewhere.key, words.organization_id}) == 4


def test_only_the_fields_of_the_first_version_are_required():
    """A field added later has a default; this list may only shrink."""
    required = json.loads((Path(__file__).parent / "required_fields.json").read_text())
    for name, event in EVENTS.items():
        now = {field.encode_name for field in msgspec.structs.fields(event) if field.required} | {"type"}
        assert now <= set(required[name]), f"{name} requires {now - set(required[name])}: give it a default"
        assert now >= BASE_REQUIRED
        assert type_of(event) == name


def test_the_table_of_topics_in_the_readme_is_the_one_in_the_code():
    readme = (FOLDER / "README.md").read_text()
    for topic in topics.ALL:
        kept = "compacted" if topic.kept is None else f"{topic.kept // timedelta(days=1)} days"
        owners = "every service" if len(topic.owners) == len(topics.SERVICES) else ", ".join(topic.owners)
        assert f"| `{topic.name}` | {owners} | {topic.key.value} | {topic.partitions} | {kept} |" in readme


def test_the_asyncapi_document_is_the_golden_one_and_valid_by_the_official_schema():
    golden = json.loads((FOLDER / "asyncapi.json").read_text())
    assert golden == json.loads(written(document())), HINT
    official = json.loads((Path(__file__).parent / "vendor" / "asyncapi-3.0.0.json").read_text())
    jsonschema.Draft7Validator(official).validate(golden)
    broken = golden | {"channels": {"inbound": {"address": 7}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(official).validate(broken)
