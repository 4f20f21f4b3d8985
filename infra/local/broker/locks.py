"""Who holds which message, and until when."""

from __future__ import annotations

import os
from collections import deque

from infra.local.broker.conditions import MessageLockLostError
from infra.local.broker.stored import Stored


class Locks:
    """The locks of one store. Times are seconds since the Unix epoch.

    A token is sixteen ASCII characters: it travels as the delivery tag, which the engine's Python binding
    reads as text and the SDKs read as the sixteen bytes of a UUID. All locks of a store last equally long, so
    their ends come in the order in which they were taken or renewed, and a queue is enough to find the next.
    """

    def __init__(self, duration_seconds: float) -> None:
        self._duration_seconds = duration_seconds
        self._held: dict[str, Stored] = {}
        self._ends: deque[tuple[float, str]] = deque()

    def lock(self, stored: Stored, now: float) -> None:
        """Give the message a token and an end."""
        token = os.urandom(8).hex()
        stored.lock_token = token
        self._held[token] = stored
        while self._ends and self._ends[0][1] not in self._held:
            self._ends.popleft()
        self._extend(stored, token, now)

    def renew(self, token: str, now: float) -> float:
        """Extend a lock and return when it now ends.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        return self._extend(self._find(token, now), token, now)

    def unlock(self, token: str, now: float) -> Stored:
        """End a lock and return its message.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        stored = self._find(token, now)
        self._forget(stored, token)
        return stored

    def next_end(self) -> float | None:
        """Return the earliest time at which a lock may end."""
        return self._ends[0][0] if self._ends else None

    def pop_lost(self, now: float) -> list[Stored]:
        """End every lock that has run out and return their messages."""
        lost = []
        while self._ends and self._ends[0][0] <= now:
            _, token = self._ends.popleft()
            stored = self._held.get(token)
            if stored is not None and stored.locked_until <= now:
                self._forget(stored, token)
                lost.append(stored)
        return lost

    def _extend(self, stored: Stored, token: str, now: float) -> float:
        stored.locked_until = now + self._duration_seconds
        self._ends.append((stored.locked_until, token))
        return stored.locked_until

    def _find(self, token: str, now: float) -> Stored:
        stored = self._held.get(token)
        if stored is None or stored.locked_until <= now:
            raise MessageLockLostError(
                "The lock supplied is invalid. "
                "Either the lock expired, or the message has already been removed from the queue."
            )
        return stored

    def _forget(self, stored: Stored, token: str) -> None:
        del self._held[token]
        stored.lock_token = None
