"""The ports of webhooks, and the shapes that cross them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from shared.webhooks.schedule import Answer, Outcome

#: What an endpoint hears of unless it asks for other things: progress is for screens.
DEFAULT_EVENTS = ("job.completed", "job.failed", "job.timeout", "job.enriched")
ALL_EVENTS = (*DEFAULT_EVENTS, "job.processing")
PING = "webhook.ping"

_DIGEST_CHARACTERS = 32


def endpoint_id_of(creator_id: str, name: str) -> str:
    """Return the id of a creator's endpoint: nobody else can name it."""
    return "ep_" + sha256(f"{creator_id}\0{name}".encode()).hexdigest()[:_DIGEST_CHARACTERS]


def delivery_id_of(message_key: str, endpoint_id: str) -> str:
    """Return the `webhook-id` of what one endpoint is told; no attempt, and no full stop, is part of it."""
    return "msg_" + sha256(f"{message_key}\0{endpoint_id}".encode()).hexdigest()[:_DIGEST_CHARACTERS]


class DisabledReason(StrEnum):
    """Why nothing is sent to an endpoint."""

    CREATOR = "creator"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a creator is told, as it is known; without its secrets."""

    creator_id: str
    name: str
    url: str
    events: tuple[str, ...] = DEFAULT_EVENTS
    enabled: bool = True
    disabled_reason: DisabledReason | None = None
    disabled_at: datetime | None = None
    failing_since: datetime | None = None
    #: In a row, until now.
    failures: int = 0
    #: A secret that is signed with as well, until then.
    previous_until: datetime | None = None
    created_at: datetime | None = None

    @property
    def endpoint_id(self) -> str:
        """The id of this creator's endpoint of this name."""
        return endpoint_id_of(self.creator_id, self.name)


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """What is to be told, to each of a creator's endpoints that wants to hear it."""

    creator_id: str
    event_type: str
    job_id: str | None
    #: Of the event's message: two of the same key are told once.
    message_key: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A delivery that its holder may attempt once, before its lease ends."""

    delivery_id: str
    endpoint_id: str
    url: str
    #: Sealed: the one in force and, during a rotation, the one before.
    sealed_secrets: tuple[str, ...]
    event_type: str
    job_id: str | None
    body: bytes
    #: Of the schedule, from 1.
    attempt: int
    fence: int
    #: Of the endpoint, in a row, before this one.
    failures: int


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt, as it is remembered."""

    started_at: datetime
    outcome: Outcome
    status: int | None = None
    took_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveryRecord:
    """A delivery as it stands."""

    delivery_id: str
    endpoint: str
    event_type: str
    job_id: str | None
    state: str
    #: When it is tried next; `None` when it is over.
    next_at: datetime | None
    created_at: datetime
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, kw_only=True)
class Disabled:
    """An endpoint that is no longer told, and whose creator does not know it."""

    endpoint_id: str
    creator_id: str
    name: str
    url: str
    reason: DisabledReason
    disabled_at: datetime


class Endpoints(Protocol):
    """Keeps endpoints. Each method raises `StoreUnavailableError` if the store is gone."""

    async def of(self, creator_id: str) -> Sequence[Endpoint]:
        """Return a creator's endpoints, by name."""
        ...

    async def put(
        self, endpoint: Endpoint, *, sealed_secret: str, limit: int
    ) -> tuple[Endpoint, bool] | None:
        """Keep an endpoint as told, and say whether it is new; `None` when the creator has too many.

        Args:
            endpoint: as it is to be.
            sealed_secret: of a new one; a known one keeps its own.
            limit: how many a creator may have.
        """
        ...

    async def rotate(self, creator_id: str, name: str, *, sealed_secret: str, overlap_seconds: float) -> bool:
        """Sign with a new secret, and with the old one until the overlap's end; `False`: no such endpoint."""
        ...

    async def remove(self, creator_id: str, name: str) -> bool:
        """Forget an endpoint and its deliveries; `False`: no such endpoint."""
        ...

    async def to_announce(self, *, limit: int, again_after_seconds: float) -> Sequence[Disabled]:
        """Return who has to be told that an endpoint was disabled; nobody else is given them meanwhile."""
        ...

    async def announced(self, disabled: Disabled) -> None:
        """Note that a creator was told."""
        ...


class Deliveries(Protocol):
    """Keeps deliveries. Each method raises `StoreUnavailableError` if the store is gone."""

    async def promise(self, delivery: NewDelivery) -> Sequence[str]:
        """Promise a delivery to each endpoint that wants it; return the ids of those that are not over.

        What was promised before is left as it is.
        """
        ...

    async def ping(self, creator_id: str, name: str, *, message_key: str, body: bytes) -> str | None:
        """Promise one attempt to an endpoint, enabled or not; `None`: there is none, or it has this one."""
        ...

    async def claim(
        self, *, limit: int, lease_seconds: float, only: Sequence[str] | None = None, forced: bool = False
    ) -> Sequence[Claimed]:
        """Take deliveries that are due, as many as their endpoints have room for; nobody else gets them.

        An endpoint that has just failed several times has room for one.

        Args:
            limit: the most that are taken.
            lease_seconds: how long they are their holder's.
            only: these, if they are due.
            forced: due or not, whatever their endpoint's state is: for pings.
        """
        ...

    async def record(
        self, claimed: Claimed, answer: Answer, *, retry_in_seconds: float | None, hold_seconds: float
    ) -> bool:
        """Write down an attempt, and what follows from it; `False` when somebody else has the delivery now.

        Args:
            claimed: what was attempted.
            answer: what it brought.
            retry_in_seconds: until the next attempt; `None`: there is none.
            hold_seconds: how long nothing is sent to the endpoint, after a failure.
        """
        ...

    async def close_hopeless(self, *, limit: int) -> int:
        """Give up what waits for endpoints that are disabled; return how much there was."""
        ...

    async def forget(self, *, over_for_seconds: float, limit: int) -> int:
        """Forget deliveries that have been over for long; return how many there were."""
        ...

    async def list_of(self, creator_id: str, *, limit: int) -> Sequence[DeliveryRecord]:
        """Return a creator's newest deliveries, with their attempts."""
        ...

    async def find(self, creator_id: str, delivery_id: str) -> DeliveryRecord | None:
        """Return one of a creator's deliveries."""
        ...

    async def replay(self, creator_id: str, delivery_id: str) -> bool:
        """Begin a delivery's schedule again, under the same id; `False`: there is none that is over."""
        ...

    async def uncertain(self, *, limit: int) -> Sequence[str]:
        """Return the ids of deliveries an attempt of which nobody knows the outcome: their workers died."""
        ...


class WebhookTable(Endpoints, Deliveries, Protocol):
    """Keeps both."""


class Poster(Protocol):
    """Sends one request to a URL that a creator supplied."""

    def check(self, url: str) -> None:
        """Say whether a URL may be called, as far as its text tells.

        Raises:
            ForbiddenUrlError: it may not.
        """
        ...

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body once; never raises for what the receiver does."""
        ...


class Announces(Protocol):
    """Tells creators what happened to their endpoints."""

    async def endpoint_disabled(self, disabled: Disabled) -> None:
        """Tell a creator that an endpoint was disabled; calling it again for the same one tells it once.

        Raises:
            HuntazeError: it could not be told; it is asked again later.
        """
        ...
