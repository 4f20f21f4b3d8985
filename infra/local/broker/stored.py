"""A copy of a message in one entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.broker.message import Content, with_application_properties, write

ACTIVE, DEFERRED, SCHEDULED = 0, 1, 2


@dataclass(slots=True, eq=False, kw_only=True)
class Stored:
    """A message with what its entity knows of it. Times are seconds since the Unix epoch."""

    content: Content
    bare: bytes
    sequence_number: int
    enqueue_sequence_number: int
    enqueued_at: float
    ttl_ms: int | None = None
    expires_at: float | None = None
    delivery_count: int = 0
    deferred: bool = False
    lock_token: str | None = None
    locked_until: float = 0.0
    dead_letter_source: str | None = None

    def encoded(self) -> bytes:
        """Return the message as a receiver gets it."""
        return self._write(locked=self.lock_token is not None, state=DEFERRED if self.deferred else None)

    def browsed(self, *, state: int = ACTIVE) -> bytes:
        """Return the message as a peek shows it: without a lock, with its state."""
        return self._write(locked=False, state=DEFERRED if self.deferred else state)

    def _write(self, *, locked: bool, state: int | None) -> bytes:
        return write(
            self.content,
            bare=self.bare,
            ttl_ms=self.ttl_ms,
            delivery_count=self.delivery_count,
            sequence_number=self.sequence_number,
            enqueue_sequence_number=self.enqueue_sequence_number,
            enqueued_ms=int(self.enqueued_at * 1000),
            locked_until_ms=int(self.locked_until * 1000) if locked else None,
            state=state,
            dead_letter_source=self.dead_letter_source,
        )

    def change(self, properties: Mapping[str, bytes]) -> None:
        """Add or replace application properties; the values are AMQP already."""
        if properties:
            self.bare = with_application_properties(self.bare, properties)
