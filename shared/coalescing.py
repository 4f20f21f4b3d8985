"""Sharing round trips: what arrives while one is under way goes along with the next.

A lone caller is served at once; under load one round trip serves many. This is the group commit of
databases, for anything that takes several items as easily as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Coalescing(Generic[T, R]):
    """Calls a bulk operation for all who wait; one call at a time.

    A caller that is cancelled does not interrupt the others' operation.

    Args:
        perform: takes everybody's items and answers each. What it raises, everybody it spoke for raises.
    """

    def __init__(self, perform: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._perform = perform
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """Return the item's answer, asked for alone or in company."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, answer))
        if self._serving is None:
            self._serving = loop.create_task(self._serve())
        return await answer

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

    async def _serve_all(self, company: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            answers = await self._perform([item for item, _ in company])
        except Exception as error:  # noqa: BLE001 - it is handed to those who asked
            for _, waiting in company:
                if not waiting.done():
                    waiting.set_exception(error)
        else:
            for (_, waiting), answer in zip(company, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
