"""Sharing round trips: what arrives while one is under way goes along with the next.

A lone caller is served at once; under load one round trip serves many. This is the group commit of
databases, for anything that takes several items as easily as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Coalescing(Generic[T]):
    """Calls a bulk operation for all who wait; one call at a time.

    A caller that is cancelled does not interrupt the others' operation.

    Args:
        perform: takes everybody's items. What it raises, everybody it spoke for raises.
    """

    def __init__(self, perform: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._perform = perform
        self._waiting: list[tuple[Sequence[T], asyncio.Future[None]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def __call__(self, items: Sequence[T]) -> None:
        """Return once the items are done with, alone or in company."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((items, done))
        if self._serving is None:
            self._serving = loop.create_task(self._serve())
        await done

    async def finish(self) -> None:
        """Return once nobody waits."""
        if self._serving is not None:
            await asyncio.wait({self._serving})

    async def _serve(self) -> None:
        try:
            while self._waiting:
                company, self._waiting = self._waiting, []
                await self._serve_all(company)
        finally:
            self._serving = None

    async def _serve_all(self, company: Sequence[tuple[Sequence[T], asyncio.Future[None]]]) -> None:
        error: Exception | None = None
        try:
            await self._perform([item for items, _ in company for item in items])
        except Exception as failure:  # noqa: BLE001 - it is handed to those who asked
            error = failure
        for _, done in company:
            if not done.done():
                done.set_exception(error) if error else done.set_result(None)
