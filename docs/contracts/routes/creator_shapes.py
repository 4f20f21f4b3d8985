"""What creators, their mail programs and Azure Speech ask and are answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from docs.contracts.routes.shapes import Shape
from shared.webhooks.port import DisabledReason


class EndpointView(Shape):
    """An endpoint as its creator sees it."""

    name: str
    url: str
    events: list[str]
    enabled: bool
    disabled_reason: DisabledReason | None
    disabled_at: datetime | None
    failing_since: datetime | None
    #: Until then the old secret signs, too.
    previous_secret_until: datetime | None
    created_at: datetime | None
    #: Only if it was made just now; nobody sees it again.
    secret: str | None = None


class EndpointList(Shape):
    """A creator's endpoints."""

    endpoints: list[EndpointView]


class SecretView(Shape):
    """A new secret."""

    secret: str


class AttemptView(Shape):
    """One attempt to deliver."""

    started_at: datetime
    outcome: Literal[
        "uncertain",
        "delivered",
        "refused",
        "redirected",
        "gone",
        "throttled",
        "timed_out",
        "unreachable",
        "forbidden",
    ]
    status: int | None
    took_ms: int | None


class DeliveryView(Shape):
    """What an endpoint is told."""

    id: str
    endpoint: str
    event: str
    job_id: str | None
    state: str
    created_at: datetime
    #: Null when it is over.
    next_attempt_at: datetime | None
    attempts: list[AttemptView]


class DeliveryList(Shape):
    """The newest 50 deliveries."""

    deliveries: list[DeliveryView]


class DeliveryAgain(Shape):
    """A delivery that begins again."""

    id: str
    state: Literal["waiting"]


class UnsubscribeAsked(Shape):
    """The query of a link to unsubscribe."""

    #: Says whose mail ends; signed.
    token: Annotated[str, Field(max_length=2_000)] = ""
    #: Of the page.
    lang: Annotated[str, Field(max_length=20)] | None = None


class SpeechCallAsked(Shape):
    """The query of a call by Azure Speech."""

    #: Set when the webhook is registered; it is answered with the same.
    validation_token: Annotated[str, Field(max_length=512)] | None = None
