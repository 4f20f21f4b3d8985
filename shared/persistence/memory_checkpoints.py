"""The in-memory twin of the checkpoints; its ledger is the job store's."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.clock import Clock
from shared.errors import StoreUnavailableError
from shared.persistence.checkpoints import Checkpoint, Payment
from shared.persistence.memory import MemoryJobStore


@dataclass(kw_only=True)
class _Kept:
    content: Any
    last_used_at: datetime


class MemoryCheckpoints:
    """Steps in this process: a `Checkpoints`."""

    def __init__(self, store: MemoryJobStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._steps: dict[tuple[str, str, str], _Kept] = {}
        #: While true, the store is away.
        self.unavailable = False

    async def recall(self, creator_id: str, step: str, key: str) -> Any | None:
        """See `Checkpoints.recall`."""
        self._must_be_there()
        kept = self._steps.get((creator_id, step, key))
        if kept is None:
            return None
        kept.last_used_at = self._clock.now()
        return copy.deepcopy(kept.content)

    async def keep(self, checkpoint: Checkpoint, payment: Payment) -> None:
        """See `Checkpoints.keep`."""
        self._must_be_there()
        self._store.pay_once(payment.calls)
        place = (checkpoint.creator_id, checkpoint.step, checkpoint.key)
        self._steps[place] = _Kept(content=copy.deepcopy(checkpoint.content), last_used_at=self._clock.now())

    async def forget(self, *, unused_for_seconds: float, limit: int) -> int:
        """See `Checkpoints.forget`."""
        self._must_be_there()
        before = self._clock.now() - timedelta(seconds=unused_for_seconds)
        old = [place for place, kept in self._steps.items() if kept.last_used_at < before][:limit]
        for place in old:
            del self._steps[place]
        return len(old)

    def _must_be_there(self) -> None:
        if self.unavailable:
            raise StoreUnavailableError
