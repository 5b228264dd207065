"""How far a stream is known: emitted by each relay for each partition every few seconds."""

from contracts.base import Event, Instant


class StreamHeard(Event, frozen=True, kw_only=True, tag="stream.heard.v1"):
    """All that the owner of this topic had heard before `heard_until` precedes this record in `partition`.

    For capture that means: every callback stored before that moment is folded and its outbox row acknowledged.
    It belongs to no organization (`organization_id` is the nil UUID) and is kept by nobody.
    """

    topic: str
    partition: int
    heard_until: Instant
