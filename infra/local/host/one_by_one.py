"""One message per invocation, several invocations at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from azure.servicebus.aio import ServiceBusReceiver

from infra.local.host.entity import Entity
from infra.local.host.indexing import IndexedFunction
from infra.local.host.invocation import Worker
from infra.local.host.options import ServiceBusOptions
from infra.local.host.received import Received

#: Service Bus locks last at least 5 s. Looking each second and renewing 3 s ahead holds all of them, without
#: renewing for functions that are done in no time.
_RENEWAL_LOOK_SECONDS = 1.0
_RENEWAL_AHEAD_SECONDS = 3.0
#: Credit is given again when this part of the slots is free, so that not each message costs a frame.
_CREDIT_STEPS = 4


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A message that an invocation holds, and since when."""

    message: Received
    since: float = field(default_factory=time.monotonic)

    def needs_renewal(self, limit_seconds: float) -> bool:
        """Say whether the lock will end soon, and may still be renewed."""
        until = self.message.locked_until
        if until is None or time.monotonic() - self.since > limit_seconds:
            return False
        return (until - datetime.now(UTC)).total_seconds() < _RENEWAL_AHEAD_SECONDS


class MessageDispatcher:
    """One message per invocation, `maxConcurrentCalls` invocations at a time, locks renewed meanwhile."""

    def __init__(
        self,
        function: IndexedFunction,
        worker: Worker,
        options: ServiceBusOptions,
        open_receiver: Callable[[], ServiceBusReceiver],
    ) -> None:
        self._function = function
        self._worker = worker
        self._options = options
        self._slots = options.max_concurrent_calls
        self._step = max(1, self._slots // _CREDIT_STEPS)
        self._completes = options.completes(function.trigger.properties)
        self._running: dict[asyncio.Task[None], _Held] = {}
        #: Slots in use. A task frees its slot before it ends, so that it can give credit for it.
        self._taken = 0
        #: Messages beyond the free slots: only `prefetchCount` lets them come, and nothing renews them.
        self._waiting: deque[Received] = deque()
        self._entity = Entity(
            function.name,
            open_receiver,
            arrived=self._arrived,
            free=self._free,
            lost=self._waiting.clear,
        )

    async def run(self) -> None:
        """Receive and invoke until cancelled."""
        renewing = asyncio.create_task(self._renew_locks())
        try:
            await self._entity.run()
        finally:
            renewing.cancel()

    def refuse(self) -> None:
        """Start no more invocations."""
        self._entity.refuse()

    async def stop_receiving(self) -> None:
        """Take no more messages, and give back those that wait."""
        await self._entity.drain()
        while self._waiting:
            await self._entity.abandon(self._waiting.popleft())

    async def finished(self) -> None:
        """Wait until no invocation is running."""
        while self._running:
            await asyncio.wait(self._running)

    async def abandon_running(self) -> None:
        """End every invocation now and give its message back."""
        for task in self._running:
            task.cancel()
        await self.finished()

    def _free(self) -> int:
        return self._slots + self._options.prefetch_count - self._taken - len(self._waiting)

    def _arrived(self, message: Received) -> None:
        if self._taken < self._slots:
            self._start(message)
        else:
            self._waiting.append(message)

    def _start(self, message: Received) -> None:
        self._taken += 1
        task = asyncio.create_task(self._handle(message))
        self._running[task] = _Held(message=message)
        task.add_done_callback(self._running.pop)

    async def _handle(self, message: Received) -> None:
        try:
            await self._worker.invoke(self._function, message.for_function())
        except (Exception, asyncio.CancelledError):  # noqa: BLE001 - logged by the worker; all of them abandon
            await self._entity.abandon(message)
        else:
            if self._completes:
                await self._entity.complete(message)
        self._taken -= 1
        if self._waiting:
            self._start(self._waiting.popleft())
        self._entity.grant(self._free(), step=self._step)

    async def _renew_locks(self) -> None:
        limit = self._options.max_auto_lock_renewal_seconds
        while True:
            await asyncio.sleep(_RENEWAL_LOOK_SECONDS)
            for held in list(self._running.values()):
                if held.needs_renewal(limit):
                    await self._entity.renew(held.message)
