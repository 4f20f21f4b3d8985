"""The store of jobs in PostgreSQL, through psycopg's async pool.

One method is one statement in autocommit: one transaction, one round trip. A connection is never held
across anything but its statement.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from psycopg import AsyncConnection, Error, OperationalError
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from shared.coalescing import Coalescing
from shared.errors import StoreUnavailableError
from shared.persistence import rows, statements
from shared.persistence.port import Claim, JobMessage, JobRecord, JobState, OutboxMessage, Outcome, Rejection

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


class PostgresJobStore:
    """Jobs in the schema `huntaze_workers`: a `JobStore`.

    Args:
        database_url: a `postgresql://` URL.
        pool_size: the most connections this process opens.
        timeout_seconds: the longest one statement may take.
        patience_seconds: how long an unreachable database is tried again before `StoreUnavailableError`.
    """

    def __init__(
        self, database_url: str, *, pool_size: int, timeout_seconds: float, patience_seconds: float
    ) -> None:
        self._pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
            database_url,
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
        self._claims = Coalescing(self._claim_all)
        self._records = Coalescing(self._record_all)
        self._marks = Coalescing(self._mark_all)
        self._timeout_seconds = timeout_seconds
        self._patience_seconds = patience_seconds

    async def open(self) -> None:
        """Start the pool in the running loop; connections come as they are needed."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def claim(self, message: JobMessage, *, claim_id: UUID, lease_seconds: float) -> Claim:
        """See `JobStore.claim`."""
        asked = rows.claim_row(message, claim_id, lease_seconds)
        while not (answer := await self._claim(asked)):
            pass  # another delivery inserted the job meanwhile: now it is there to be seen
        return rows.claim(answer, message)

    async def extend(self, job_id: str, fence: int, *, lease_seconds: float) -> bool:
        """See `JobStore.extend`."""
        parameters = {"job_id": job_id, "fence": fence, "lease": timedelta(seconds=lease_seconds)}
        return bool(await self._fetch(statements.EXTEND, parameters))

    async def record(self, outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.record`."""
        row = rows.outcome_row(outcome, sweep_after_seconds)
        try:
            return await self._records(row)
        except (Error, TimeoutError):
            return await self._patiently(partial(self._record_again, row))

    async def reject(self, rejection: Rejection, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.reject`."""
        parameters = rows.rejection_columns(rejection, sweep_after_seconds)
        return bool((await self._fetch(statements.REJECT, parameters))[0]["count"])

    async def mark_sent(self, message_ids: Sequence[str]) -> None:
        """See `JobStore.mark_sent`."""
        await self._marks(message_ids)

    async def unsent_of(self, job_id: str) -> Sequence[OutboxMessage]:
        """See `JobStore.unsent_of`."""
        return [
            rows.outbox_message(row) for row in await self._fetch(statements.UNSENT_OF, {"job_id": job_id})
        ]

    async def requeue_due(self, *, limit: int, grace_seconds: float) -> int:
        """See `JobStore.requeue_due`."""
        parameters = {"limit": limit, "grace": timedelta(seconds=grace_seconds)}
        return int((await self._fetch(statements.REQUEUE_DUE, parameters))[0]["count"])

    async def take_unsent(self, *, limit: int, again_after_seconds: float) -> Sequence[OutboxMessage]:
        """See `JobStore.take_unsent`."""
        parameters = {"limit": limit, "again_after": timedelta(seconds=again_after_seconds)}
        return [rows.outbox_message(row) for row in await self._fetch(statements.TAKE_UNSENT, parameters)]

    async def job(self, job_id: str) -> JobRecord | None:
        """See `JobStore.job`."""
        found = await self._fetch(statements.JOB, {"job_id": job_id})
        return rows.job_record(found[0]) if found else None

    async def month_usd_micros(self, month: str) -> int:
        """See `Ledger.month_usd_micros`."""
        parameters = {"first_day": f"{month}-01"}
        return int((await self._fetch(statements.SPENT_IN_MONTH, parameters))[0]["usd_micros"])

    async def _claim(self, asked: Mapping[str, Any]) -> DictRow | None:
        """Claim in company; what goes wrong there is tried alone, so that no job suffers for another's."""
        try:
            return await self._claims(asked)
        except (Error, TimeoutError):
            return (await self._patiently(partial(self._claim_all, [asked])))[0]

    async def _claim_all(self, asked: Sequence[Mapping[str, Any]]) -> Sequence[DictRow | None]:
        """Claim for each job once; a further message for it gets no answer.

        In order, so that two processes with the same jobs wait for each other and never in a circle.
        """
        jobs = {row["job_id"]: row for row in sorted(asked, key=itemgetter("job_id"))}
        found = await self._run(statements.CLAIM, {"asked": rows.as_rows(list(jobs.values()))})
        answers = {str(row["claim_id"]): row for row in found}
        return [answers.get(row["claim_id"]) for row in asked]

    async def _record_all(self, outcomes: Sequence[Mapping[str, Any]]) -> Sequence[bool]:
        done = await self._run(statements.RECORD, {"outcomes": rows.as_rows(outcomes)})
        written = {(row["job_id"], row["fence"]) for row in done}
        return [(row["job_id"], row["fence"]) in written for row in outcomes]

    async def _record_again(self, outcome: Mapping[str, Any]) -> bool:
        """An error from a commit says nothing, and half of such commits are durable: look before writing."""
        row = (await self._run(statements.READ_BACK, {"job_id": outcome["job_id"]}))[0]
        if row["fence"] == outcome["fence"] and row["state"] == JobState.RUNNING:
            return (await self._record_all([outcome]))[0]
        return bool(row["fence"] == outcome["fence"])

    async def _mark_all(self, message_ids: Sequence[Sequence[str]]) -> Sequence[None]:
        await self._fetch(statements.MARK_SENT, {"message_ids": list(chain.from_iterable(message_ids))})
        return [None] * len(message_ids)

    async def _fetch(self, statement: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        """Run an idempotent statement, again if need be."""
        try:
            return await self._run(statement, parameters)
        except _UNAVAILABLE:
            return await self._patiently(partial(self._run, statement, parameters))

    async def _run(self, statement: str, parameters: Mapping[str, Any]) -> list[DictRow]:
        async with asyncio.timeout(self._timeout_seconds), self._pool.connection() as connection:
            cursor = await connection.execute(statement, parameters)
            return await cursor.fetchall()

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Try again while the database is away: restarts, failovers, deadlocks, slow answers."""
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
