"""The store of jobs in PostgreSQL: one method is one statement, one transaction, one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any
from uuid import UUID

from psycopg import Error
from psycopg.rows import DictRow

from shared.coalescing import Coalescing
from shared.persistence import rows, statements
from shared.persistence.database import Database
from shared.persistence.port import (
    Cancellation,
    Claim,
    JobMessage,
    JobRecord,
    JobState,
    OutboxMessage,
    Outcome,
    Rejection,
    unknown,
)
from shared.persistence.replay_statements import REPLAY
from shared.persistence.replaying import JobReplay, Replayed


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
        self._database = Database(
            database_url,
            pool_size=pool_size,
            timeout_seconds=timeout_seconds,
            patience_seconds=patience_seconds,
        )
        self._claims = Coalescing(self._claim_all)
        self._records = Coalescing(self._record_all)
        self._marks = Coalescing(self._mark_all)

    @property
    def database(self) -> Database:
        """The same connections, for other stores."""
        return self._database

    async def open(self) -> None:
        """Start the pool in the running loop; connections come as they are needed."""
        await self._database.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()

    async def claim(self, message: JobMessage, *, claim_id: UUID, lease_seconds: float) -> Claim:
        """See `JobStore.claim`."""
        asked = rows.claim_row(message, claim_id, lease_seconds)
        while not (answer := await self._claim(asked)):
            if message.follows_up:
                return unknown(message)
            # another delivery inserted the job meanwhile: now it is there to be seen
        return rows.claim(answer, message)

    async def extend(self, job_id: str, fence: int, *, lease_seconds: float) -> bool:
        """See `JobStore.extend`."""
        parameters = {"job_id": job_id, "fence": fence, "lease": timedelta(seconds=lease_seconds)}
        return bool(await self._database.fetch(statements.EXTEND, parameters))

    async def record(self, outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.record`."""
        row = rows.outcome_row(outcome, sweep_after_seconds)
        if not outcome.self_contained:
            return await self._record_alone({**row, **rows.linked_columns(outcome)})
        try:
            return await self._records(row)
        except (Error, TimeoutError):
            return await self._database.patiently(partial(self._record_again, row, statements.RECORD))

    async def reject(self, rejection: Rejection, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.reject`."""
        parameters = rows.rejection_columns(rejection, sweep_after_seconds)
        return bool((await self._database.fetch(statements.REJECT, parameters))[0]["count"])

    async def replay(self, replay: JobReplay, *, sweep_after_seconds: float) -> Replayed:
        """See `JobStore.replay`."""
        asked = rows.as_rows([rows.replay_row(replay, sweep_after_seconds)])
        return rows.replayed((await self._database.fetch(REPLAY, {"asked": asked}))[0])

    async def cancel(self, cancellation: Cancellation, *, sweep_after_seconds: float) -> bool:
        """See `JobStore.cancel`."""
        parameters = rows.cancellation_columns(cancellation, sweep_after_seconds)
        return bool(await self._database.fetch(statements.CANCEL, parameters))

    async def mark_sent(self, message_ids: Sequence[str]) -> None:
        """See `JobStore.mark_sent`."""
        await self._marks(message_ids)

    async def unsent_of(self, job_id: str) -> Sequence[OutboxMessage]:
        """See `JobStore.unsent_of`."""
        return [
            rows.outbox_message(row)
            for row in await self._database.fetch(statements.UNSENT_OF, {"job_id": job_id})
        ]

    async def requeue_due(self, *, limit: int, grace_seconds: float) -> int:
        """See `JobStore.requeue_due`."""
        parameters = {"limit": limit, "grace": timedelta(seconds=grace_seconds)}
        return int((await self._database.fetch(statements.REQUEUE_DUE, parameters))[0]["count"])

    async def take_unsent(self, *, limit: int, again_after_seconds: float) -> Sequence[OutboxMessage]:
        """See `JobStore.take_unsent`."""
        parameters = {"limit": limit, "again_after": timedelta(seconds=again_after_seconds)}
        return [
            rows.outbox_message(row) for row in await self._database.fetch(statements.TAKE_UNSENT, parameters)
        ]

    async def wake(self, job_id: str) -> bool:
        """See `JobStore.wake`."""
        return bool(await self._database.fetch(statements.WAKE, {"job_id": job_id}))

    async def job(self, job_id: str) -> JobRecord | None:
        """See `JobStore.job`."""
        found = await self._database.fetch(statements.JOB, {"job_id": job_id})
        return rows.job_record(found[0]) if found else None

    async def month_usd_micros(self, month: str) -> int:
        """See `Ledger.month_usd_micros`."""
        parameters = {"first_day": f"{month}-01"}
        return int((await self._database.fetch(statements.SPENT_IN_MONTH, parameters))[0]["usd_micros"])

    async def _claim(self, asked: Mapping[str, Any]) -> DictRow | None:
        """Claim in company; what goes wrong there is tried alone, so that no job suffers for another's."""
        try:
            return await self._claims(asked)
        except (Error, TimeoutError):
            return (await self._database.patiently(partial(self._claim_all, [asked])))[0]

    async def _claim_all(self, asked: Sequence[Mapping[str, Any]]) -> Sequence[DictRow | None]:
        """Claim for each job once; a further message for it gets no answer.

        In order, so that two processes with the same jobs wait for each other and never in a circle.
        """
        jobs = {row["job_id"]: row for row in sorted(asked, key=itemgetter("job_id"))}
        found = await self._database.run(statements.CLAIM, {"asked": rows.as_rows(list(jobs.values()))})
        answers = {str(row["claim_id"]): row for row in found}
        return [answers.get(row["claim_id"]) for row in asked]

    async def _record_all(self, outcomes: Sequence[Mapping[str, Any]]) -> Sequence[bool]:
        written = await self._written(outcomes, statements.RECORD)
        return [(row["job_id"], row["fence"]) in written for row in outcomes]

    async def _record_alone(self, outcome: Mapping[str, Any]) -> bool:
        """Record what touches other jobs' rows: in company, two might change the same one."""
        try:
            return bool(await self._written([outcome], statements.RECORD_LINKED))
        except (Error, TimeoutError):
            again = partial(self._record_again, outcome, statements.RECORD_LINKED)
            return await self._database.patiently(again)

    async def _record_again(self, outcome: Mapping[str, Any], statement: str) -> bool:
        """An error from a commit says nothing, and half of such commits are durable: look before writing."""
        row = (await self._database.run(statements.READ_BACK, {"job_id": outcome["job_id"]}))[0]
        if row["fence"] == outcome["fence"] and row["state"] == JobState.RUNNING:
            return bool(await self._written([outcome], statement))
        return bool(row["fence"] == outcome["fence"])

    async def _written(self, outcomes: Sequence[Mapping[str, Any]], statement: str) -> set[tuple[str, int]]:
        done = await self._database.run(statement, {"outcomes": rows.as_rows(outcomes)})
        return {(row["job_id"], row["fence"]) for row in done}

    async def _mark_all(self, message_ids: Sequence[Sequence[str]]) -> Sequence[None]:
        await self._database.fetch(
            statements.MARK_SENT, {"message_ids": list(chain.from_iterable(message_ids))}
        )
        return [None] * len(message_ids)
