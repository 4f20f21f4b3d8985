"""Operations on dead letters, in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from psycopg.types.json import Json, Jsonb

from shared.dead_letters import replay_rows as rows
from shared.dead_letters import replay_statements as statements
from shared.dead_letters.judging import Outcome, Reason
from shared.dead_letters.ladder import StepStanding
from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.replays import (
    ArchivedLetter,
    Decision,
    Ending,
    Forwarded,
    Forwarding,
    Kind,
    MessageRecord,
    NewOperation,
    Operation,
    Pace,
    Planned,
    Tenure,
)
from shared.dead_letters.standing import Standing, message_key, property_of
from shared.messaging.sanitising import storable_text
from shared.persistence.database import Database
from shared.persistence.replaying import JobReplay
from shared.persistence.rows import replay_row

_dumps = partial(json.dumps, allow_nan=False, separators=(",", ":"))

#: Of these, the dead letter stays where it is.
_LEFT_ALONE = frozenset({Outcome.REFUSED, Outcome.FAILED, Outcome.NOT_TRIED})
#: How long it is remembered what an operation did.
KEPT_DAYS = 180


class PostgresReplays:
    """Operations in the schema `huntaze_workers`: `Replays`.

    Args:
        database: shared with the store of jobs.
        sweep_after_seconds: how long a promised message may stay unsent until the sweep takes it over.
    """

    def __init__(self, database: Database, *, sweep_after_seconds: float) -> None:
        self._database = database
        self._sweep_after_seconds = sweep_after_seconds

    async def standings(self, source: Source, letters: Sequence[DeadLetter]) -> Mapping[int, Standing]:
        """See `Replays.standings`."""
        asked = [
            {
                "sequence_number": letter.sequence_number,
                "job_id": storable_text(property_of(letter, "jobId") or ""),
                "message_key": message_key(letter, source).hex(),
            }
            for letter in letters
        ]
        parameters = {"asked": _json(asked), "place": source.place}
        found = await self._database.fetch(statements.STANDINGS, parameters)
        return {row.pop("sequence_number"): rows.standing(row) for row in found}

    async def create(self, new: NewOperation) -> Operation:
        """See `Replays.create`."""
        parameters = {
            "id": new.operation_id,
            "kind": new.kind,
            "topic": new.source.topic,
            "subscription": new.source.subscription,
            "request": Jsonb(new.request, dumps=_dumps),
            "asked_by": new.asked_by,
            "start_in": timedelta(seconds=new.start_in_seconds),
            "within": timedelta(seconds=new.within_seconds),
        }
        await self._database.fetch(statements.CREATE, parameters)
        return await self._found(new.operation_id)

    async def operation(self, operation_id: str) -> Operation | None:
        """See `Replays.operation`."""
        found = await self._database.fetch(statements.OPERATION, {"id": operation_id})
        return rows.operation(found[0]) if found else None

    async def recent(self, *, limit: int, before: datetime | None) -> Sequence[Operation]:
        """See `Replays.recent`."""
        found = await self._database.fetch(statements.RECENT, {"limit": limit, "before": before})
        return [rows.operation(row) for row in found]

    async def due(self, *, limit: int) -> Sequence[str]:
        """See `Replays.due`."""
        return [row["id"] for row in await self._database.fetch(statements.DUE, {"limit": limit})]

    async def take(self, operation_id: str, *, lease_seconds: float) -> Operation | None:
        """See `Replays.take`."""
        parameters = {"id": operation_id, "lease": timedelta(seconds=lease_seconds)}
        if not (taken := await self._database.fetch(statements.TAKE, parameters)):
            return None
        operation = await self._found(operation_id)
        return operation if operation.fence == taken[0]["fence"] else None

    async def extend(self, tenure: Tenure) -> bool:
        """See `Replays.extend`."""
        return bool(await self._database.fetch(statements.EXTEND, _of(tenure)))

    async def release(self, tenure: Tenure) -> None:
        """See `Replays.release`."""
        await self._database.fetch(statements.RELEASE, _of(tenure))

    async def plan(self, tenure: Tenure, planned: Planned) -> Operation | None:
        """See `Replays.plan`."""
        chosen = [
            {
                "sequence_number": each.letter.sequence_number,
                "message_id": each.letter.message_id and storable_text(each.letter.message_id),
                "job_id": each.job_id and storable_text(each.job_id),
                "job_type": each.job_type and storable_text(each.job_type),
            }
            for each in planned.chosen
        ]
        operation = await self._found(tenure.operation_id)
        place = "archive" if operation.kind is Kind.RESTORE else operation.source.place
        return await self._changed(
            tenure,
            statements.PLAN,
            chosen=_json(chosen),
            place=place,
            next_sequence=planned.next_sequence,
            bound=planned.bound_sequence,
        )

    async def planned(self, operation_id: str, *, limit: int) -> Mapping[int, str | None]:
        """See `Replays.planned`."""
        return await self._ids(statements.PLANNED, operation_id, limit)

    async def decide(self, tenure: Tenure, decisions: Sequence[Decision]) -> Operation | None:
        """See `Replays.decide`."""
        decided = [
            {
                "sequence_number": each.sequence_number,
                "outcome": each.outcome,
                "reason": each.reason,
                "holds": each.outcome not in _LEFT_ALONE
                and each.reason not in {Reason.GONE, Reason.HELD_ELSEWHERE},
            }
            for each in decisions
        ]
        return await self._changed(tenure, statements.DECIDE, decisions=_json(decided))

    async def forward(
        self, tenure: Tenure, forwardings: Sequence[Forwarding], pace: Pace, *, grace_seconds: float
    ) -> Mapping[int, Forwarded] | None:
        """See `Replays.forward`."""
        asked = [self._forwarding_row(each, grace_seconds) for each in forwardings]
        # In the order of their jobs, so that no two processes lock the same ones crosswise.
        asked.sort(key=lambda row: str(row["job_id"]))
        parameters = {
            **_of(tenure),
            "asked": _json(asked),
            "cost": timedelta(seconds=pace.cost_seconds),
            "burst": timedelta(seconds=pace.burst_seconds),
            "step": pace.step,
        }
        told = await self._database.fetch(statements.FORWARD, parameters)
        if not told:
            return None
        return {row["sequence_number"]: rows.forwarded(row) for row in told if row["verdict"]}

    async def archive(
        self, tenure: Tenure, letters: Sequence[DeadLetter], *, keep_seconds: float
    ) -> Operation | None:
        """See `Replays.archive`."""
        keep = timedelta(seconds=keep_seconds)
        kept = _json([rows.letter_row(letter) for letter in letters])
        return await self._changed(tenure, statements.ARCHIVE, letters=kept, keep=keep)

    async def mark_sent(self, tenure: Tenure) -> Operation | None:
        """See `Replays.mark_sent`."""
        return await self._changed(tenure, statements.MARK_SENT)

    async def step(self, operation_id: str, step: int) -> StepStanding:
        """See `Replays.step`."""
        found = await self._database.fetch(statements.STEP, {"id": operation_id, "step": step})
        return StepStanding(**found[0])

    async def uncleared(self, operation_id: str, *, limit: int) -> Mapping[int, str | None]:
        """See `Replays.uncleared`."""
        return await self._ids(statements.UNCLEARED, operation_id, limit)

    async def cleared(self, tenure: Tenure, numbers: Collection[int]) -> Operation | None:
        """See `Replays.cleared`."""
        return await self._changed(tenure, statements.CLEARED, numbers=list(numbers))

    async def wind_up(self, tenure: Tenure, ending: Ending, why: str | None = None) -> Operation | None:
        """See `Replays.wind_up`."""
        return await self._changed(tenure, statements.WIND_UP, ending=ending, why=why)

    async def end(self, tenure: Tenure) -> Operation | None:
        """See `Replays.end`."""
        return await self._changed(tenure, statements.END)

    async def cancel(self, operation_id: str, why: str) -> Operation | None:
        """See `Replays.cancel`."""
        parameters = {"id": operation_id, "why": why, "ending": Ending.CANCELLED}
        await self._database.fetch(statements.CANCEL, parameters)
        return await self.operation(operation_id)

    async def messages(self, operation_id: str, *, after: int, limit: int) -> Sequence[MessageRecord]:
        """See `Replays.messages`."""
        parameters = {"id": operation_id, "after": after, "limit": limit}
        return [rows.message(row) for row in await self._database.fetch(statements.MESSAGES, parameters)]

    async def archived(
        self, source: Source, *, from_number: int, limit: int, restored: bool = False
    ) -> Sequence[ArchivedLetter]:
        """See `Replays.archived`."""
        parameters = {
            "topic": source.topic,
            "subscription": source.subscription,
            "from_number": from_number,
            "limit": limit,
            "restored": restored,
        }
        return [rows.archived(row) for row in await self._database.fetch(statements.ARCHIVED, parameters)]

    async def restored(self, numbers: Collection[int]) -> None:
        """See `Replays.restored`."""
        await self._database.fetch(statements.RESTORED, {"numbers": list(numbers)})

    async def purge(self) -> int:
        """See `Replays.purge`."""
        found = await self._database.fetch(statements.PURGE, {"keep": timedelta(days=KEPT_DAYS)})
        return int(found[0]["count"])

    def _forwarding_row(self, each: Forwarding, grace_seconds: float) -> dict[str, Any]:
        if each.job is not None:
            replay = JobReplay(job=each.job, raw_hash=each.raw_hash, grace_seconds=grace_seconds)
            row = replay_row(replay, self._sweep_after_seconds)
        else:
            row = rows.event_row(each, self._sweep_after_seconds)
        return {**row, "sequence_number": each.sequence_number}

    async def _found(self, operation_id: str) -> Operation:
        operation = await self.operation(operation_id)
        if operation is None:
            raise LookupError(operation_id)
        return operation

    async def _changed(self, tenure: Tenure, statement: str, **parameters: Any) -> Operation | None:
        """Run a statement that the tenure guards, and return the operation as it is afterwards."""
        if not await self._database.fetch(statement, {**_of(tenure), **parameters}):
            return None
        return await self._found(tenure.operation_id)

    async def _ids(self, statement: str, operation_id: str, limit: int) -> Mapping[int, str | None]:
        found = await self._database.fetch(statement, {"id": operation_id, "limit": limit})
        return {row["sequence_number"]: row["message_id"] for row in found}


def _of(tenure: Tenure) -> dict[str, Any]:
    return {
        "id": tenure.operation_id,
        "fence": tenure.fence,
        "lease": timedelta(seconds=tenure.lease_seconds),
    }


def _json(rows: Sequence[Mapping[str, Any]]) -> Json:
    return Json(rows, dumps=_dumps)
