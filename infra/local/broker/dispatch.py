"""Which receiver gets the next message of a store: those with credit, in turn."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from infra.local.broker.store import Store
from infra.local.broker.stored import Stored


class Receiver(Protocol):
    """A link that takes messages."""

    @property
    def takes(self) -> bool:
        """Whether the link is open and has credit."""
        ...

    @property
    def deletes(self) -> bool:
        """Whether messages are removed as they are delivered."""
        ...

    def deliver(self, stored: Stored) -> None:
        """Send one message."""
        ...


class Dispatcher:
    """Hands the messages of one store to its receivers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ready: deque[Receiver] = deque()
        self._pumping = False
        store.on_available = self.pump

    def join(self, receiver: Receiver) -> None:
        """Let a receiver with credit take its turn."""
        if receiver not in self._ready:
            self._ready.append(receiver)
        self.pump()

    def leave(self, receiver: Receiver) -> None:
        """Forget a receiver."""
        if receiver in self._ready:
            self._ready.remove(receiver)

    def pump(self) -> None:
        """Deliver while there are messages and receivers with credit."""
        if self._pumping or not self._ready:
            return
        self._pumping = True
        try:
            while self._ready and self._store.has_available:
                self._serve(self._ready.popleft())
        finally:
            self._pumping = False

    def _serve(self, receiver: Receiver) -> None:
        if not receiver.takes:
            return
        stored = self._store.take() if receiver.deletes else self._store.acquire()
        if stored is not None:
            receiver.deliver(stored)
        if receiver.takes:
            self._ready.append(receiver)
