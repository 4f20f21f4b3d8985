"""Dead letters, and where they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.contracts import Topic
from shared.messaging.delivery import Delivery

#: What the broker adds to a message when it dead-letters it; a copy goes without.
BROKERS_PROPERTIES = frozenset({"DeadLetterReason", "DeadLetterErrorDescription"})
REPLAY_OF, REPLAY_COUNT, REPLAY_TARGET = "replayOf", "replayCount", "replayTarget"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A subscription, whose dead letters are looked at."""

    topic: Topic
    subscription: str

    @property
    def place(self) -> str:
        """Return its name among all: sequence numbers are unique in it."""
        return f"{self.topic}/{self.subscription}"


#: Every subscription of `infra/topology.json`; a test compares.
SOURCES = (
    *(
        Source(topic=Topic.JOBS, subscription=name)
        for name in (
            "video-analysis",
            "chat-suggestions",
            "content-suggestions",
            "content-analysis",
            "video-transcripts",
            "video-compressions",
            "unrouted",
        )
    ),
    *(
        Source(topic=Topic.EVENTS, subscription=name)
        for name in ("notify-signalr", "notify-email", "notify-webhook", "metrics")
    ),
)


def source_of(subscription: str) -> Source | None:
    """Return the subscription of that name."""
    return next((source for source in SOURCES if source.subscription == subscription), None)


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that nobody could do anything with, as it lies there."""

    sequence_number: int
    message_id: str | None
    body: bytes
    #: Texts are texts: the SDK's bytes are decoded.
    properties: Mapping[str, object] = field(default_factory=dict)
    dead_letter_reason: str | None = None
    dead_letter_description: str | None = None
    #: When it was sent, not when it was dead-lettered: that, nobody keeps.
    enqueued_at: datetime | None = None
    delivery_count: int = 0

    @property
    def body_sha256(self) -> str:
        """Return the body's hash, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def replay_count(self) -> int:
        """Return how often it was replayed before."""
        count = self.properties.get(REPLAY_COUNT)
        return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 0

    @property
    def original_id(self) -> str | None:
        """Return the id of the message that was replayed first."""
        first = self.properties.get(REPLAY_OF)
        return first if isinstance(first, str) and first else self.message_id

    def delivery(self, source: Source) -> Delivery:
        """Return the message as the engine was given it, without the broker's remarks."""
        properties = {
            name: value for name, value in self.properties.items() if name not in BROKERS_PROPERTIES
        }
        return Delivery(
            body=self.body,
            subscription=source.subscription,
            message_id=self.message_id,
            enqueued_at=self.enqueued_at,
            properties=properties,
        )
