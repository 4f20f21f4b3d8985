"""A list of messages per invocation, one invocation at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from azure.servicebus.aio import ServiceBusReceiver

from infra.local.host.entity import Entity
from infra.local.host.indexing import IndexedFunction
from infra.local.host.invocation import Worker
from infra.local.host.options import ServiceBusOptions
from infra.local.host.received import Received


class BatchDispatcher:
    """Whatever has arrived, up to `maxMessageBatchSize`, per invocation; one invocation at a time.

    As in production, locks are not renewed, and one failure abandons the whole batch.
    """

    def __init__(
        self,
        function: IndexedFunction,
        worker: Worker,
        options: ServiceBusOptions,
        open_receiver: Callable[[], ServiceBusReceiver],
    ) -> None:
        self._function = function
        self._worker = worker
        self._size = options.max_message_batch_size
        self._completes = options.completes(function.trigger.properties)
        self._waiting: deque[Received] = deque()
        self._running: asyncio.Task[None] | None = None
        self._entity = Entity(
            function.name, open_receiver, arrived=self._arrived, free=self._free, lost=self._waiting.clear
        )

    async def run(self) -> None:
        """Receive and invoke until cancelled."""
        await self._entity.run()

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
            await asyncio.wait([self._running])

    async def abandon_running(self) -> None:
        """End the invocation now and give its messages back."""
        if self._running:
            self._running.cancel()
        await self.finished()

    def _free(self) -> int:
        return self._size - len(self._waiting)

    def _arrived(self, message: Received) -> None:
        self._waiting.append(message)
        self._start()

    def _start(self) -> None:
        if self._running is None and self._waiting:
            self._running = asyncio.create_task(self._handle())
            self._running.add_done_callback(self._ended)

    def _ended(self, _task: asyncio.Task[None]) -> None:
        self._running = None
        self._start()

    async def _handle(self) -> None:
        # Frames that have been read already may hold more messages: let the reader hand them over first.
        await asyncio.sleep(0)
        batch = [self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))]
        try:
            await self._worker.invoke(self._function, [message.for_function() for message in batch])
        except (Exception, asyncio.CancelledError):  # noqa: BLE001 - logged by the worker; all of them abandon
            for message in batch:
                await self._entity.abandon(message)
        else:
            for message in batch if self._completes else ():
                await self._entity.complete(message)
        self._entity.grant(self._free(), step=1)
