"""Endpoints and deliveries in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import DictRow

from shared.persistence.database import Database
from shared.webhooks import statements
from shared.webhooks.port import (
    PING,
    Attempt,
    Claimed,
    DeliveryRecord,
    Disabled,
    DisabledReason,
    Endpoint,
    NewDelivery,
    endpoint_id_of,
)
from shared.webhooks.schedule import (
    AT_ONCE,
    BREAKS_AFTER,
    DISABLED_AFTER_SECONDS,
    MAX_ATTEMPTS,
    PING_SECONDS,
    Answer,
    Outcome,
)


class PostgresWebhooks:
    """Both, in the schema `huntaze_workers`: a `WebhookTable`.

    Args:
        database: shared with the store of jobs.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, creator_id: str) -> Sequence[Endpoint]:
        """See `Endpoints.of`."""
        found = await self._database.fetch(statements.ENDPOINTS_OF, {"creator_id": creator_id})
        return [_endpoint(row) for row in found]

    async def put(
        self, endpoint: Endpoint, *, sealed_secret: str, limit: int
    ) -> tuple[Endpoint, bool] | None:
        """See `Endpoints.put`."""
        parameters = {
            "endpoint_id": endpoint.endpoint_id,
            "creator_id": endpoint.creator_id,
            "name": endpoint.name,
            "url": endpoint.url,
            "events": list(endpoint.events),
            "enabled": endpoint.enabled,
            "secret": sealed_secret,
            "limit": limit,
        }
        kept = await self._database.fetch(statements.PUT_ENDPOINT, parameters)
        return (_endpoint(kept[0]), kept[0]["fresh"]) if kept else None

    async def rotate(self, creator_id: str, name: str, *, sealed_secret: str, overlap_seconds: float) -> bool:
        """See `Endpoints.rotate`."""
        parameters = {
            "endpoint_id": endpoint_id_of(creator_id, name),
            "secret": sealed_secret,
            "overlap": timedelta(seconds=overlap_seconds),
        }
        return bool(await self._database.fetch(statements.ROTATE, parameters))

    async def remove(self, creator_id: str, name: str) -> bool:
        """See `Endpoints.remove`."""
        parameters = {"endpoint_id": endpoint_id_of(creator_id, name)}
        return bool(await self._database.fetch(statements.REMOVE, parameters))

    async def to_announce(self, *, limit: int, again_after_seconds: float) -> Sequence[Disabled]:
        """See `Endpoints.to_announce`."""
        parameters = {"limit": limit, "again_after": timedelta(seconds=again_after_seconds)}
        found = await self._database.fetch(statements.TO_ANNOUNCE, parameters)
        return [Disabled(**{**row, "reason": DisabledReason(row["reason"])}) for row in found]

    async def announced(self, disabled: Disabled) -> None:
        """See `Endpoints.announced`."""
        parameters = {"endpoint_id": disabled.endpoint_id, "disabled_at": disabled.disabled_at}
        await self._database.fetch(statements.ANNOUNCED, parameters)

    async def promise(self, delivery: NewDelivery) -> Sequence[str]:
        """See `Deliveries.promise`."""
        parameters = {
            "creator_id": delivery.creator_id,
            "event_type": delivery.event_type,
            "job_id": delivery.job_id,
            "message_key": delivery.message_key,
            "body": delivery.body,
        }
        return [row["delivery_id"] for row in await self._database.fetch(statements.PROMISE, parameters)]

    async def ping(self, creator_id: str, name: str, *, message_key: str, body: bytes) -> str | None:
        """See `Deliveries.ping`."""
        parameters = {
            "endpoint_id": endpoint_id_of(creator_id, name),
            "event_type": PING,
            "message_key": message_key,
            "body": body,
            "attempt": MAX_ATTEMPTS - 1,
            "reserved": timedelta(seconds=PING_SECONDS),
        }
        promised = await self._database.fetch(statements.PING, parameters)
        return str(promised[0]["delivery_id"]) if promised else None

    async def claim(
        self, *, limit: int, lease_seconds: float, only: Sequence[str] | None = None, forced: bool = False
    ) -> Sequence[Claimed]:
        """See `Deliveries.claim`."""
        parameters = {
            "limit": limit,
            "lease": timedelta(seconds=lease_seconds),
            "only": None if only is None else list(only),
            "forced": forced,
            "max_attempts": MAX_ATTEMPTS,
            "breaks_after": BREAKS_AFTER,
            "at_once": AT_ONCE,
        }
        return [_claimed(row) for row in await self._database.fetch(statements.CLAIM, parameters)]

    async def record(
        self, claimed: Claimed, answer: Answer, *, retry_in_seconds: float | None, hold_seconds: float
    ) -> bool:
        """See `Deliveries.record`."""
        parameters = {
            "delivery_id": claimed.delivery_id,
            "fence": claimed.fence,
            "delivered": answer.outcome is Outcome.DELIVERED,
            "gone": answer.outcome is Outcome.GONE,
            "outcome": answer.outcome,
            "status": answer.status,
            "took_ms": answer.took_ms,
            "retry_in": None if retry_in_seconds is None else timedelta(seconds=retry_in_seconds),
            "hold": timedelta(seconds=hold_seconds),
            "disabled_after": timedelta(seconds=DISABLED_AFTER_SECONDS),
        }
        return await self._count(statements.RECORD, parameters) > 0

    async def close_hopeless(self, *, limit: int) -> int:
        """See `Deliveries.close_hopeless`."""
        return await self._count(statements.CLOSE_HOPELESS, {"limit": limit, "max_attempts": MAX_ATTEMPTS})

    async def forget(self, *, over_for_seconds: float, limit: int) -> int:
        """See `Deliveries.forget`."""
        parameters = {"over_for": timedelta(seconds=over_for_seconds), "limit": limit}
        return await self._count(statements.FORGET, parameters)

    async def list_of(self, creator_id: str, *, limit: int) -> Sequence[DeliveryRecord]:
        """See `Deliveries.list_of`."""
        parameters = {"creator_id": creator_id, "limit": limit}
        return [_delivery(row) for row in await self._database.fetch(statements.LIST_OF, parameters)]

    async def find(self, creator_id: str, delivery_id: str) -> DeliveryRecord | None:
        """See `Deliveries.find`."""
        parameters = {"creator_id": creator_id, "delivery_id": delivery_id}
        found = await self._database.fetch(statements.FIND, parameters)
        return _delivery(found[0]) if found else None

    async def replay(self, creator_id: str, delivery_id: str) -> bool:
        """See `Deliveries.replay`."""
        parameters = {"creator_id": creator_id, "delivery_id": delivery_id}
        return bool(await self._database.fetch(statements.REPLAY, parameters))

    async def uncertain(self, *, limit: int) -> Sequence[str]:
        """See `Deliveries.uncertain`."""
        found = await self._database.fetch(statements.UNCERTAIN, {"limit": limit})
        return [row["delivery_id"] for row in found]

    async def _count(self, statement: str, parameters: dict[str, Any]) -> int:
        return int((await self._database.fetch(statement, parameters))[0]["count"])


def _endpoint(row: DictRow) -> Endpoint:
    reason = row["disabled_reason"]
    return Endpoint(
        creator_id=row["creator_id"],
        name=row["name"],
        url=row["url"],
        events=tuple(row["events"]),
        enabled=row["enabled"],
        disabled_reason=DisabledReason(reason) if reason else None,
        disabled_at=row["disabled_at"],
        failing_since=row["failing_since"],
        failures=row["failures"],
        previous_until=row["previous_until"],
        created_at=row["created_at"],
    )


def _claimed(row: DictRow) -> Claimed:
    secrets = (row["secret"], row["previous_secret"])
    return Claimed(
        delivery_id=row["delivery_id"],
        endpoint_id=row["endpoint_id"],
        url=row["url"],
        sealed_secrets=tuple(secret for secret in secrets if secret),
        event_type=row["event_type"],
        job_id=row["job_id"],
        body=bytes(row["body"]),
        attempt=row["attempt"],
        fence=row["fence"],
        failures=row["failures"],
    )


def _delivery(row: DictRow) -> DeliveryRecord:
    return DeliveryRecord(**{**row, "attempts": tuple(_attempt(each) for each in row["attempts"])})


def _attempt(told: dict[str, Any]) -> Attempt:
    return Attempt(
        started_at=datetime.fromisoformat(told["started_at"]),
        outcome=Outcome(told["outcome"]),
        status=told["status"],
        took_ms=told["took_ms"],
    )
