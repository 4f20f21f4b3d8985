"""Running timer functions. One timer never overlaps itself; missed times are not made up for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from azure.functions.timer import TimerRequest

from infra.local.host import ncrontab
from infra.local.host.errors import HostError
from infra.local.host.indexing import IndexedFunction
from infra.local.host.invocation import Worker
from shared.clock import Clock

_PAST_DUE = timedelta(seconds=1)


class Timer:
    """One timer function."""

    def __init__(self, function: IndexedFunction, worker: Worker, clock: Clock) -> None:
        """Read the function's schedule.

        Raises:
            HostError: it is none.
        """
        self._function = function
        self._worker = worker
        self._clock = clock
        try:
            self._schedule = ncrontab.parse(str(function.trigger.properties["schedule"]))
        except ValueError as error:
            raise HostError(str(error)) from None
        self._running: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Wait and invoke until cancelled. An invocation that is running goes on."""
        if self._function.trigger.properties.get("runOnStartup"):
            await self._tick(past_due=False)
        while True:
            due = self._schedule.after(self._clock.now())
            while (left := (due - self._clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 - waits for a clock
                await asyncio.sleep(left)
            await self._tick(past_due=self._clock.now() - due > _PAST_DUE)

    async def finished(self) -> None:
        """Wait until the function is not running."""
        if self._running:
            await asyncio.wait([self._running])

    async def abandon_running(self) -> None:
        """End the function if it is running."""
        if self._running:
            self._running.cancel()
        await self.finished()

    async def _tick(self, *, past_due: bool) -> None:
        self._running = asyncio.create_task(self._invoke(past_due=past_due))
        await asyncio.shield(self._running)
        self._running = None

    async def _invoke(self, *, past_due: bool) -> None:
        with suppress(Exception):  # logged by the worker; the next tick is the retry
            await self._worker.invoke(self._function, TimerRequest(past_due=past_due))
