"""The AsyncAPI 3.0 document, made from the registry alone."""

from typing import Any, Final

import msgspec

from contracts.base import Event, type_of
from contracts.registry import EVENTS, events_of
from contracts.topics import ALL, Topic

VERSION: Final = "1.0.0"
HEADERS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "content-type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "format": "uuid"},
        "content-type": {"type": "string", "const": "application/json"},
        "traceparent": {"type": "string"},
    },
}


def document() -> dict[str, Any]:
    """Channels, messages and operations of every topic; a topic that carries nothing yet stands without messages."""
    _, schemas = msgspec.json.schema_components(EVENTS.values(), ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "CallSnare events",
            "version": VERSION,
            "description": "What the five services tell each other, over Kafka.",
        },
        "defaultContentType": "application/json",
        "channels": {_name(topic): _channel(topic) for topic in ALL},
        "operations": {f"{owner}.{_name(topic)}": _operation(owner, topic) for topic in ALL for owner in topic.owners},
        "components": {
            "messages": {type_of(event): _message(event) for event in EVENTS.values()},
            "messageTraits": {"cloudevent": {"headers": HEADERS}},
            "schemas": schemas,
        },
    }


def _name(topic: Topic) -> str:
    return topic.name.rpartition(".")[2]


def _channel(topic: Topic) -> dict[str, Any]:
    kafka = {
        "topic": topic.name,
        "partitions": topic.partitions,
        "replicas": 3,
        "topicConfiguration": _configuration(topic),
        "bindingVersion": "0.5.0",
    }
    return {
        "address": topic.name,
        "description": f"Keyed by {topic.key.value}; records of one key keep their order.",
        "messages": {type_of(event): {"$ref": f"#/components/messages/{type_of(event)}"} for event in events_of(topic)},
        "bindings": {"kafka": kafka},
    }


def _configuration(topic: Topic) -> dict[str, Any]:
    if topic.kept is None:
        return {"cleanup.policy": ["compact"]}
    return {"cleanup.policy": ["delete"], "retention.ms": int(topic.kept.total_seconds() * 1000)}


def _operation(owner: str, topic: Topic) -> dict[str, Any]:
    channel = f"#/channels/{_name(topic)}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": f"{owner} tells {topic.name}",
        "messages": [{"$ref": f"{channel}/messages/{type_of(event)}"} for event in events_of(topic)],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    summary = (event.__doc__ or "").strip().splitlines()
    return {
        "name": type_of(event),
        "summary": summary[0] if summary else type_of(event),
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
    }
