"""Running a handler: under a deadline, with a heartbeat, and without letting it take the process along."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from shared.errors import InternalError, JobTimeoutError, LeaseLostError, StoreUnavailableError

logger = logging.getLogger(__name__)

R = TypeVar("R")

#: How long a stopped handler may take to clean up before it is left behind.
_GRACE_SECONDS = 1.0


async def supervise(
    work: Coroutine[Any, Any, R],
    *,
    seconds: float,
    lease_seconds: float,
    extend: Callable[[], Awaitable[bool]],
) -> R:
    """Run the work to its end, extending the lease three times in its life.

    Args:
        work: what the handler does.
        seconds: the time until the job's deadline.
        lease_seconds: how long the lease lasts after each extension.
        extend: extends the lease; `False` when it is another's by now.

    Raises:
        JobTimeoutError: the deadline passed.
        LeaseLostError: another worker owns the job, or may own it since the store is away for too long.
        InternalError: the handler tried to end the process or cancelled itself.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    lease_end = loop.time() + lease_seconds
    task = asyncio.create_task(_contained(work))
    try:
        while True:
            pause = min(lease_seconds / 3, deadline - loop.time())
            done, _ = await asyncio.wait({task}, timeout=max(0.0, pause))
            if done:
                return task.result()
            if loop.time() >= deadline:
                raise JobTimeoutError
            asked_at = loop.time()
            if await _extended(extend, until=min(deadline, lease_end)):
                lease_end = asked_at + lease_seconds
            elif loop.time() >= lease_end:
                raise LeaseLostError
    finally:
        await _stop(task)


async def _contained(work: Coroutine[Any, Any, R]) -> R:
    """Keep `sys.exit()` from ending every job of the process, and a stray cancellation from hanging."""
    current = asyncio.current_task()
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as error:
        raise InternalError from error
    except asyncio.CancelledError as error:
        if current is not None and current.cancelling():
            raise
        raise InternalError from error


async def _extended(extend: Callable[[], Awaitable[bool]], *, until: float) -> bool:
    """Extend the lease. A store that does not answer in time has not said that the lease is lost.

    Raises:
        LeaseLostError: the store says so.
    """
    try:
        async with asyncio.timeout_at(until):
            if not await extend():
                raise LeaseLostError
    except (TimeoutError, StoreUnavailableError):
        return False
    return True


async def _stop(task: asyncio.Task[Any]) -> None:
    if task.done():
        return
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=_GRACE_SECONDS)
    if not done:
        logger.error("A stopped handler goes on.", extra={"action": "handler_left_behind"})
    elif not task.cancelled():
        task.exception()  # seen, so that asyncio does not log its text
