"""The in-memory twin of the tables of webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from shared.clock import Clock
from shared.webhooks.memory_rows import KeptDelivery, KeptEndpoint, disabled
from shared.webhooks.port import (
    PING,
    Attempt,
    Claimed,
    DeliveryRecord,
    Disabled,
    DisabledReason,
    Endpoint,
    NewDelivery,
    delivery_id_of,
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


class MemoryWebhooks:
    """Endpoints and deliveries in this process: a `WebhookTable`.

    Args:
        clock: its `now` is the store's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._endpoints: dict[str, KeptEndpoint] = {}
        self._deliveries: dict[str, KeptDelivery] = {}

    async def of(self, creator_id: str) -> Sequence[Endpoint]:
        """See `Endpoints.of`."""
        mine = (kept for kept in self._endpoints.values() if kept.endpoint.creator_id == creator_id)
        return sorted((self._told(kept) for kept in mine), key=lambda endpoint: endpoint.name)

    async def put(
        self, endpoint: Endpoint, *, sealed_secret: str, limit: int
    ) -> tuple[Endpoint, bool] | None:
        """See `Endpoints.put`."""
        others = [each for each in await self.of(endpoint.creator_id) if each.name != endpoint.name]
        if len(others) >= limit:
            return None
        now = self._clock.now()
        known = self._endpoints.get(endpoint.endpoint_id)
        reason, at = (None, None) if endpoint.enabled else (DisabledReason.CREATOR, now)
        if known and not (endpoint.enabled or known.endpoint.enabled):
            reason, at = known.endpoint.disabled_reason, known.endpoint.disabled_at
        fresh = replace(
            endpoint,
            disabled_reason=reason,
            disabled_at=at,
            created_at=known.endpoint.created_at if known else now,
            previous_until=known.endpoint.previous_until if known else None,
        )
        if known:
            known.endpoint, known.held_until = fresh, now
            known.announce_at = None if endpoint.enabled else known.announce_at
        else:
            self._endpoints[endpoint.endpoint_id] = KeptEndpoint(
                endpoint=fresh, secret=sealed_secret, held_until=now
            )
        return self._told(self._endpoints[endpoint.endpoint_id]), known is None

    async def rotate(self, creator_id: str, name: str, *, sealed_secret: str, overlap_seconds: float) -> bool:
        """See `Endpoints.rotate`."""
        kept = self._endpoints.get(endpoint_id_of(creator_id, name))
        if kept is None:
            return False
        kept.previous, kept.secret = kept.secret, sealed_secret
        kept.endpoint = replace(kept.endpoint, previous_until=self._in(overlap_seconds))
        return True

    async def remove(self, creator_id: str, name: str) -> bool:
        """See `Endpoints.remove`."""
        endpoint_id = endpoint_id_of(creator_id, name)
        gone = [each.delivery_id for each in self._deliveries.values() if each.endpoint_id == endpoint_id]
        for delivery_id in gone:
            del self._deliveries[delivery_id]
        return self._endpoints.pop(endpoint_id, None) is not None

    async def to_announce(self, *, limit: int, again_after_seconds: float) -> Sequence[Disabled]:
        """See `Endpoints.to_announce`."""
        now = self._clock.now()
        due = [kept for kept in self._endpoints.values() if kept.announce_at and kept.announce_at <= now]
        for kept in due[:limit]:
            kept.announce_at = self._in(again_after_seconds)
        return [disabled(kept.endpoint) for kept in due[:limit]]

    async def announced(self, disabled: Disabled) -> None:
        """See `Endpoints.announced`."""
        kept = self._endpoints.get(disabled.endpoint_id)
        if kept and kept.endpoint.disabled_at == disabled.disabled_at:
            kept.announce_at = None

    async def promise(self, delivery: NewDelivery) -> Sequence[str]:
        """See `Deliveries.promise`."""
        wanting = [
            kept.endpoint.endpoint_id
            for kept in self._endpoints.values()
            if kept.endpoint.creator_id == delivery.creator_id
            and kept.endpoint.enabled
            and delivery.event_type in kept.endpoint.events
        ]
        promised = [self._promise(endpoint_id, delivery) for endpoint_id in wanting]
        return [each.delivery_id for each in promised if each.open]

    async def ping(self, creator_id: str, name: str, *, message_key: str, body: bytes) -> str | None:
        """See `Deliveries.ping`."""
        endpoint_id = endpoint_id_of(creator_id, name)
        if endpoint_id not in self._endpoints or delivery_id_of(message_key, endpoint_id) in self._deliveries:
            return None
        told = NewDelivery(
            creator_id=creator_id, event_type=PING, job_id=None, message_key=message_key, body=body
        )
        promised = self._promise(endpoint_id, told)
        promised.attempt, promised.due_at = MAX_ATTEMPTS - 1, self._in(PING_SECONDS)
        return promised.delivery_id

    async def claim(
        self, *, limit: int, lease_seconds: float, only: Sequence[str] | None = None, forced: bool = False
    ) -> Sequence[Claimed]:
        """See `Deliveries.claim`."""
        claimed: list[Claimed] = []
        for delivery in list(self._due(lambda each: only is None or each.delivery_id in only, forced=forced)):
            if len(claimed) < limit and (forced or self._has_room(delivery.endpoint_id)):
                claimed.append(self._claim(delivery, lease_seconds))
        return claimed

    async def record(
        self, claimed: Claimed, answer: Answer, *, retry_in_seconds: float | None, hold_seconds: float
    ) -> bool:
        """See `Deliveries.record`."""
        delivery = self._deliveries.get(claimed.delivery_id)
        if delivery is None:
            return False
        begun = delivery.attempts[claimed.fence]
        delivery.attempts[claimed.fence] = replace(
            begun, outcome=answer.outcome, status=answer.status, took_ms=answer.took_ms
        )
        if (delivery.fence, delivery.state) != (claimed.fence, "sending"):
            return False
        over = "delivered" if answer.outcome is Outcome.DELIVERED else "failed"
        delivery.state = over if retry_in_seconds is None or over == "delivered" else "waiting"
        delivery.due_at, delivery.updated_at = self._in(retry_in_seconds or 0), self._clock.now()
        self._judge(self._endpoints[delivery.endpoint_id], answer, hold_seconds)
        return True

    async def close_hopeless(self, *, limit: int) -> int:
        """See `Deliveries.close_hopeless`."""
        now = self._clock.now()
        hopeless = [
            each
            for each in self._deliveries.values()
            if each.open
            and each.due_at <= now
            and (each.attempt >= MAX_ATTEMPTS or not self._endpoints[each.endpoint_id].endpoint.enabled)
        ]
        for each in hopeless[:limit]:
            each.state, each.updated_at = "failed", now
        return len(hopeless[:limit])

    async def forget(self, *, over_for_seconds: float, limit: int) -> int:
        """See `Deliveries.forget`."""
        since = self._in(-over_for_seconds)
        over = [each for each in self._deliveries.values() if not each.open and each.updated_at < since]
        for each in over[:limit]:
            del self._deliveries[each.delivery_id]
        return len(over[:limit])

    async def list_of(self, creator_id: str, *, limit: int) -> Sequence[DeliveryRecord]:
        """See `Deliveries.list_of`."""
        newest = sorted(self._deliveries.values(), key=lambda each: each.created_at, reverse=True)
        return list(islice(self._records(creator_id, newest), limit))

    async def find(self, creator_id: str, delivery_id: str) -> DeliveryRecord | None:
        """See `Deliveries.find`."""
        found = self._deliveries.get(delivery_id)
        return next(self._records(creator_id, [found] if found else []), None)

    async def replay(self, creator_id: str, delivery_id: str) -> bool:
        """See `Deliveries.replay`."""
        delivery = self._deliveries.get(delivery_id)
        endpoint = self._endpoints[delivery.endpoint_id].endpoint if delivery else None
        mine = endpoint is not None and endpoint.creator_id == creator_id and endpoint.enabled
        if delivery is None or not mine or delivery.state == "sending":
            return False
        delivery.state, delivery.attempt, delivery.due_at = "waiting", 0, self._clock.now()
        return True

    async def uncertain(self, *, limit: int) -> Sequence[str]:
        """See `Deliveries.uncertain`."""
        now = self._clock.now()
        found = [
            each.delivery_id
            for each in self._deliveries.values()
            for fence, attempt in each.attempts.items()
            if attempt.outcome is Outcome.UNCERTAIN
            and (fence < each.fence or each.state != "sending" or each.due_at <= now)
        ]
        return sorted(set(found))[:limit]

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _told(self, kept: KeptEndpoint) -> Endpoint:
        until = kept.endpoint.previous_until
        over = until is not None and until <= self._clock.now()
        return replace(kept.endpoint, previous_until=None) if over else kept.endpoint

    def _promise(self, endpoint_id: str, told: NewDelivery) -> KeptDelivery:
        now = self._clock.now()
        fresh = KeptDelivery(
            delivery_id=delivery_id_of(told.message_key, endpoint_id),
            endpoint_id=endpoint_id,
            event_type=told.event_type,
            job_id=told.job_id,
            body=told.body,
            due_at=now,
            created_at=now,
            updated_at=now,
        )
        return self._deliveries.setdefault(fresh.delivery_id, fresh)

    def _due(self, wanted: Callable[[KeptDelivery], bool], *, forced: bool) -> Iterable[KeptDelivery]:
        until = datetime.max.replace(tzinfo=UTC) if forced else self._clock.now()
        due = sorted(self._deliveries.values(), key=lambda each: each.due_at)
        return (e for e in due if e.open and e.due_at <= until and e.attempt < MAX_ATTEMPTS and wanted(e))

    def _has_room(self, endpoint_id: str) -> bool:
        now, kept = self._clock.now(), self._endpoints[endpoint_id]
        if not kept.endpoint.enabled or kept.held_until > now:
            return False
        sending = [
            each
            for each in self._deliveries.values()
            if each.endpoint_id == endpoint_id and each.state == "sending" and each.due_at > now
        ]
        return len(sending) < (1 if kept.endpoint.failures >= BREAKS_AFTER else AT_ONCE)

    def _claim(self, delivery: KeptDelivery, lease_seconds: float) -> Claimed:
        kept, now = self._endpoints[delivery.endpoint_id], self._clock.now()
        delivery.state, delivery.due_at = "sending", self._in(lease_seconds)
        delivery.attempt, delivery.fence = delivery.attempt + 1, delivery.fence + 1
        delivery.attempts[delivery.fence] = Attempt(started_at=now, outcome=Outcome.UNCERTAIN)
        secrets = [kept.secret]
        if kept.previous and self._told(kept).previous_until:
            secrets.append(kept.previous)
        return Claimed(
            delivery_id=delivery.delivery_id,
            endpoint_id=delivery.endpoint_id,
            url=kept.endpoint.url,
            sealed_secrets=tuple(secrets),
            event_type=delivery.event_type,
            job_id=delivery.job_id,
            body=delivery.body,
            attempt=delivery.attempt,
            fence=delivery.fence,
            failures=kept.endpoint.failures,
        )

    def _judge(self, kept: KeptEndpoint, answer: Answer, hold_seconds: float) -> None:
        now, before = self._clock.now(), kept.endpoint
        if answer.outcome is Outcome.DELIVERED:
            kept.endpoint, kept.held_until = replace(before, failures=0, failing_since=None), now
            return
        since = before.failing_since or now
        kept.endpoint = replace(before, failures=before.failures + 1, failing_since=since)
        kept.held_until = max(kept.held_until, self._in(hold_seconds))
        gone = answer.outcome is Outcome.GONE
        if before.enabled and (gone or (now - since).total_seconds() >= DISABLED_AFTER_SECONDS):
            reason = DisabledReason.GONE if gone else DisabledReason.FAILING
            kept.endpoint = replace(kept.endpoint, enabled=False, disabled_reason=reason, disabled_at=now)
            kept.announce_at = now

    def _records(self, creator_id: str, deliveries: Iterable[KeptDelivery]) -> Iterator[DeliveryRecord]:
        for each in deliveries:
            kept = self._endpoints[each.endpoint_id]
            if kept.endpoint.creator_id == creator_id:
                yield DeliveryRecord(
                    delivery_id=each.delivery_id,
                    endpoint=kept.endpoint.name,
                    event_type=each.event_type,
                    job_id=each.job_id,
                    state=each.state,
                    next_at=max(each.due_at, kept.held_until) if each.state == "waiting" else None,
                    created_at=each.created_at,
                    attempts=tuple(each.attempts[fence] for fence in sorted(each.attempts)),
                )
