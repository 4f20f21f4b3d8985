"""The messages of one queue, subscription or dead-letter queue. No I/O; the clock is given."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

from infra.local.broker.codec import encode
from infra.local.broker.conditions import MessageNotFoundError
from infra.local.broker.journal import Journal
from infra.local.broker.locks import Locks
from infra.local.broker.message import Content
from infra.local.broker.stored import Stored
from infra.local.broker.topology import QueueSettings

MAX_DELIVERIES_REASON = "MaxDeliveryCountExceeded"
EXPIRED_REASON = "TTLExpiredException"
_LARGEST_TTL_MS = 2**32 - 1
_STALE_EXPIRIES = 64

Now = Callable[[], float]
Forward = Callable[[Stored], None]


class Store:
    """Messages in order of their sequence numbers, at most one lock on each.

    Times are seconds since the Unix epoch. A store without `dead_letters` is a dead-letter queue: nothing
    expires there, no number of deliveries is too many, and dead-lettering gives the message back.
    """

    def __init__(
        self,
        path: str,
        settings: QueueSettings,
        *,
        now: Now,
        journal: Journal,
        sequence: Iterator[int] | None = None,
        dead_letters: Store | None = None,
        forward_dead_letter: Forward | None = None,
    ) -> None:
        self.path = path
        self.on_available: Callable[[], None] = _nobody
        self._settings = settings
        self._now = now
        self._journal = journal
        self._sequence = sequence or itertools.count(1)
        self._dead_letters = dead_letters
        self._forward_dead_letter = forward_dead_letter
        self._messages: dict[int, Stored] = {}
        self._available: list[int] = []
        self._locks = Locks(settings.lock_seconds)
        self._expiries: list[tuple[float, int]] = []

    def __len__(self) -> int:
        return len(self._messages)

    def enqueue(
        self,
        content: Content,
        *,
        enqueue_sequence_number: int | None = None,
        dead_letter_source: str | None = None,
    ) -> Stored:
        """Take a new message and make it available.

        Args:
            content: the message.
            enqueue_sequence_number: its number where it was sent, if that was elsewhere.
            dead_letter_source: the entity that dead-lettered it and forwarded it here.
        """
        now, number = self._now(), next(self._sequence)
        ttl_ms = self._ttl_ms(content)
        stored = Stored(
            content=content,
            bare=content.bare,
            sequence_number=number,
            enqueue_sequence_number=number if enqueue_sequence_number is None else enqueue_sequence_number,
            enqueued_at=now,
            ttl_ms=ttl_ms,
            expires_at=None if ttl_ms is None else now + ttl_ms / 1000,
            dead_letter_source=dead_letter_source,
        )
        self.admit(stored)
        return stored

    def _ttl_ms(self, content: Content) -> int | None:
        own_ms = int(self._settings.ttl_seconds * 1000)
        ttl_ms = own_ms if content.ttl_ms is None else min(own_ms, content.ttl_ms)
        return ttl_ms if ttl_ms <= _LARGEST_TTL_MS else None

    def admit(self, stored: Stored) -> None:
        """Take a message that has its numbers already."""
        self._messages[stored.sequence_number] = stored
        if stored.expires_at is not None:
            self._watch_expiry(stored.expires_at, stored.sequence_number)
        self._journal.enqueued(
            self.path,
            message_id=stored.content.message_id,
            sequence_number=stored.sequence_number,
            properties=stored.content.application_properties,
            at=self._now(),
        )
        self._offer(stored)

    def _watch_expiry(self, expires_at: float, sequence_number: int) -> None:
        heapq.heappush(self._expiries, (expires_at, sequence_number))
        if len(self._expiries) > 2 * len(self._messages) + _STALE_EXPIRIES:
            self._expiries = [each for each in self._expiries if each[1] in self._messages]
            heapq.heapify(self._expiries)

    def _offer(self, stored: Stored) -> None:
        heapq.heappush(self._available, stored.sequence_number)
        self.on_available()

    @property
    def has_available(self) -> bool:
        """Whether a receiver with credit would get a message now."""
        while self._available:
            stored = self._messages.get(self._available[0])
            if stored is not None and not self._is_expired(stored):
                return True
            heapq.heappop(self._available)
            if stored is not None:
                self._expire(stored)
        return False

    def acquire(self) -> Stored | None:
        """Lock the first available message and return it, or None."""
        if not self.has_available:
            return None
        stored = self._messages[heapq.heappop(self._available)]
        self._locks.lock(stored, self._now())
        return stored

    def take(self) -> Stored | None:
        """Remove the first available message and return it, or None: receive and delete."""
        if not self.has_available:
            return None
        stored = self._messages[heapq.heappop(self._available)]
        self._remove(stored, "received-and-deleted")
        return stored

    def renew(self, token: str) -> float:
        """Extend a lock and return when it now ends.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        return self._locks.renew(token, self._now())

    def complete(self, token: str) -> None:
        """Remove a locked message.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        self._remove(self._locks.unlock(token, self._now()), "completed")

    def abandon(self, token: str, changes: Mapping[str, bytes]) -> None:
        """Give a locked message back, one delivery older, or dead-letter it after its last.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        stored = self._locks.unlock(token, self._now())
        stored.change(changes)
        self._record(stored, "abandoned")
        self._give_back(stored)

    def defer(self, token: str, changes: Mapping[str, bytes]) -> None:
        """Put a locked message aside until it is asked for by number.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        stored = self._locks.unlock(token, self._now())
        stored.change(changes)
        stored.deferred = True
        stored.delivery_count += 1
        self._record(stored, "deferred")

    def release(self, token: str) -> None:
        """Give a locked message back as if it had not been delivered.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        stored = self._locks.unlock(token, self._now())
        self._record(stored, "released")
        self._requeue(stored)

    def dead_letter(
        self, token: str, *, reason: str | None, description: str | None, changes: Mapping[str, bytes]
    ) -> None:
        """Move a locked message to the dead-letter queue; one that is there already is given back.

        Raises:
            MessageLockLostError: the lock is gone.
        """
        stored = self._locks.unlock(token, self._now())
        stored.change(changes)
        self._bury(stored, reason, description)

    def receive_deferred(self, sequence_numbers: Sequence[int], *, delete: bool) -> list[Stored]:
        """Lock (or remove) deferred messages.

        Raises:
            MessageNotFoundError: one of them is not deferred here, or is locked; then none is touched.
        """
        found = [self._messages.get(number) for number in dict.fromkeys(sequence_numbers)]
        wanted = [each for each in found if each is not None and each.deferred and each.lock_token is None]
        if len(wanted) != len(found):
            raise MessageNotFoundError(
                "Failed to lock one or more specified messages. The message does not exist."
            )
        for stored in wanted:
            if delete:
                self._remove(stored, "received-and-deleted")
            else:
                self._locks.lock(stored, self._now())
        return wanted

    def peek(self, from_sequence_number: int, limit: int) -> list[Stored]:
        """Return messages in any state from a number on, without locking them."""
        numbers = sorted(number for number in self._messages if number >= from_sequence_number)
        return [self._messages[number] for number in numbers[:limit]]

    def next_deadline(self) -> float | None:
        """Return when `run_due` will next have something to do, or None."""
        lock_end = self._locks.next_end()
        expiry = self._expiries[0][0] if self._expiries else None
        if lock_end is None or expiry is None:
            return expiry if lock_end is None else lock_end
        return min(lock_end, expiry)

    def run_due(self) -> None:
        """Apply every lock and every time to live that has ended."""
        now = self._now()
        for stored in self._locks.pop_lost(now):
            self._record(stored, "lock-expired")
            self._give_back(stored)
        while self._expiries and self._expiries[0][0] <= now:
            expiring = self._messages.get(heapq.heappop(self._expiries)[1])
            if expiring is not None and expiring.lock_token is None:
                self._expire(expiring)

    def _give_back(self, stored: Stored) -> None:
        stored.delivery_count += 1
        if self._dead_letters is not None and stored.delivery_count >= self._settings.max_deliveries:
            description = f"Message could not be consumed after {stored.delivery_count} delivery attempts."
            self._bury(stored, MAX_DELIVERIES_REASON, description)
        else:
            self._requeue(stored)

    def _requeue(self, stored: Stored) -> None:
        if self._is_expired(stored):
            self._expire(stored)
        elif not stored.deferred:
            self._offer(stored)

    def _is_expired(self, stored: Stored) -> bool:
        return stored.expires_at is not None and stored.expires_at <= self._now()

    def _expire(self, stored: Stored) -> None:
        if self._settings.dead_letter_on_expiry:
            self._bury(stored, EXPIRED_REASON, "The message expired and was dead lettered.")
        else:
            self._remove(stored, "expired")

    def _bury(self, stored: Stored, reason: str | None, description: str | None) -> None:
        texts = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        stored.change({name: encode(text) for name, text in texts.items() if text is not None})
        if self._dead_letters is None:
            self._record(stored, "abandoned")
            self._give_back(stored)
            return
        self._remove(stored, f"dead-lettered:{reason or ''}")
        stored.deferred, stored.expires_at = False, None
        if self._forward_dead_letter is not None:
            self._forward_dead_letter(stored)
        else:
            self._dead_letters.admit(stored)

    def _remove(self, stored: Stored, outcome: str) -> None:
        del self._messages[stored.sequence_number]
        self._record(stored, outcome)

    def _record(self, stored: Stored, outcome: str) -> None:
        self._journal.settled(
            self.path,
            message_id=stored.content.message_id,
            sequence_number=stored.sequence_number,
            outcome=outcome,
            delivery_count=stored.delivery_count,
            at=self._now(),
        )


def _nobody() -> None:
    """Tell nobody: the store has no receivers yet."""
