"""What creators ask of their endpoints over HTTP, and what they are answered."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from shared.clock import iso_milliseconds
from shared.contracts import WireModel
from shared.webhooks.port import DEFAULT_EVENTS, DeliveryRecord, Endpoint

EventType = Literal["job.completed", "job.failed", "job.timeout", "job.enriched", "job.processing"]

#: A creator's name for an endpoint, in URLs.
EndpointName = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class EndpointBody(WireModel):
    """How an endpoint is to be."""

    model_config = ConfigDict(extra="forbid")

    #: A plain https URL of a public host, on port 443 or 8443.
    url: Annotated[str, Field(strict=True, min_length=1, max_length=2_048)]
    #: What it is told of.
    events: Annotated[tuple[EventType, ...], Field(min_length=1, max_length=10)] = DEFAULT_EVENTS  # type: ignore[assignment]  # the port's names are these
    #: Whether it is told anything.
    enabled: Annotated[bool, Field(strict=True)] = True

    def endpoint(self, creator_id: str, name: str) -> Endpoint:
        """Return it as webhooks know it."""
        return Endpoint(
            creator_id=creator_id, name=name, url=self.url, events=self.events, enabled=self.enabled
        )


class TestBody(WireModel):
    """Which endpoint is to be tried."""

    model_config = ConfigDict(extra="forbid")

    endpoint: EndpointName


def endpoint_answer(endpoint: Endpoint, *, secret: str | None = None) -> dict[str, Any]:
    """Return an endpoint as its creator sees it; its secret only if it was made just now."""
    moments = {
        "disabledAt": endpoint.disabled_at,
        "failingSince": endpoint.failing_since,
        "previousSecretUntil": endpoint.previous_until,
        "createdAt": endpoint.created_at,
    }
    answer: dict[str, Any] = {
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "enabled": endpoint.enabled,
        "disabledReason": endpoint.disabled_reason,
        **{name: moment and iso_milliseconds(moment) for name, moment in moments.items()},
    }
    return {**answer, "secret": secret} if secret else answer


def delivery_answer(delivery: DeliveryRecord) -> dict[str, Any]:
    """Return a delivery as its creator sees it."""
    return {
        "id": delivery.delivery_id,
        "endpoint": delivery.endpoint,
        "event": delivery.event_type,
        "jobId": delivery.job_id,
        "state": delivery.state,
        "createdAt": iso_milliseconds(delivery.created_at),
        "nextAttemptAt": delivery.next_at and iso_milliseconds(delivery.next_at),
        "attempts": [
            {
                "startedAt": iso_milliseconds(attempt.started_at),
                "outcome": attempt.outcome,
                "status": attempt.status,
                "tookMs": attempt.took_ms,
            }
            for attempt in delivery.attempts
        ],
    }
