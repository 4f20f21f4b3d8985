"""What the in-memory twin of the tables of webhooks keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shared.webhooks.port import Attempt, Disabled, Endpoint


@dataclass(kw_only=True)
class KeptEndpoint:
    """An endpoint with what only the store knows."""

    endpoint: Endpoint
    secret: str
    held_until: datetime
    previous: str | None = None
    announce_at: datetime | None = None


@dataclass(kw_only=True)
class KeptDelivery:
    """A delivery with its attempts, by their fences."""

    delivery_id: str
    endpoint_id: str
    event_type: str
    job_id: str | None
    body: bytes
    due_at: datetime
    created_at: datetime
    updated_at: datetime
    state: str = "waiting"
    attempt: int = 0
    fence: int = 0
    attempts: dict[int, Attempt] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether there is more to come."""
        return self.state in {"waiting", "sending"}


def disabled(endpoint: Endpoint) -> Disabled:
    """Return what the creator of an endpoint that was disabled is told."""
    assert endpoint.disabled_reason  # noqa: S101 - an endpoint that is announced was disabled
    assert endpoint.disabled_at  # noqa: S101 - as above
    return Disabled(
        endpoint_id=endpoint.endpoint_id,
        creator_id=endpoint.creator_id,
        name=endpoint.name,
        url=endpoint.url,
        reason=endpoint.disabled_reason,
        disabled_at=endpoint.disabled_at,
    )
