"""PostgreSQL, through psycopg's async pool: one statement at a time, patiently if it may be run again.

A connection is never held across anything but its statement.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from shared.errors import StoreUnavailableError

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: The database is away, restarting or failing over, or too slow: nothing is known about the statement.
_UNAVAILABLE = (OperationalError, ReadOnlySqlTransaction, TimeoutError)

#: A dead peer is noticed in half a minute, not after the kernel's two hours; nothing waits on a lock for
#: long, and no session is left idle with a transaction open.
_CONNECTION = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "application_name": "huntaze-workers",
    "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=10s",
}


class Database:
    """A pool of connections in autocommit: one statement is one transaction and one round trip.

    Args:
        url: a `postgresql://` URL.
        pool_size: the most connections this process opens.
        timeout_seconds: the longest one statement may take.
        patience_seconds: how long an unreachable database is tried again before `StoreUnavailableError`.
    """

    def __init__(self, url: str, *, pool_size: int, timeout_seconds: float, patience_seconds: float) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={
                **_CONNECTION,
                "autocommit": True,
                "row_factory": dict_row,
                # Preparing costs a round trip: pay it when a connection is new, not at some later job.
                "prepare_threshold": 0,
            },
            min_size=1,
            max_size=pool_size,
            timeout=timeout_seconds,
            reconnect_timeout=timeout_seconds,
            open=False,
        )
        self._timeout_seconds = timeout_seconds
        self._patience_seconds = patience_seconds

    async def open(self) -> None:
        """Start the pool in the running loop; connections come as they are needed."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def fetch(self, statement: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        """Run an idempotent statement, again if need be.

        Raises:
            StoreUnavailableError: the database is away for longer than anybody waits.
        """
        try:
            return await self.run(statement, parameters)
        except _UNAVAILABLE:
            return await self.patiently(partial(self.run, statement, parameters))

    async def run(self, statement: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        """Run a statement once; what goes wrong says nothing about whether it was done."""
        async with asyncio.timeout(self._timeout_seconds), self._pool.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall()

    async def patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Try again while the database is away: restarts, failovers, deadlocks, slow answers.

        Raises:
            StoreUnavailableError: it is away for longer than anybody waits.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_UNAVAILABLE),
            wait=wait_random_exponential(multiplier=0.05, max=2.0),
            stop=stop_after_delay(self._patience_seconds),
            reraise=True,
        )
        logger.warning("The database did not answer; trying again.", extra={"action": "store_retry"})
        try:
            return await retrying(work)
        except _UNAVAILABLE as error:
            raise StoreUnavailableError from error
