"""One message as the broker hands it over, free of any SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt of the broker to hand a message over."""

    body: bytes
    #: Where it was read, e.g. `chat-suggestions`.
    subscription: str
    message_id: str | None = None
    #: 1 for the first delivery of this message, whatever the job's own attempt is.
    delivery_count: int = 1
    enqueued_at: datetime | None = None
    properties: Mapping[str, object] = field(default_factory=dict)
