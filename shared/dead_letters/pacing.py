"""How many messages may pass now: the canary ladder, climbed in an operation."""

from __future__ import annotations

from dataclasses import replace

from shared.contracts import Topic
from shared.dead_letters import ladder
from shared.dead_letters.desk import Desk
from shared.dead_letters.options import Options
from shared.dead_letters.replays import Kind, Operation
from shared.dead_letters.scouting import PAGE

#: How many messages are dealt with in one transaction.
BATCH = 50
#: An event that fails is delivered ten times in a row: by then it lies among the dead letters again.
_EVENT_SECONDS = 10.0


class Pacer:
    """Climbs the ladder.

    Args:
        desk: what operations work with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._replays = desk.replays

    async def room(self, operation: Operation, options: Options) -> tuple[int, int]:
        """Return the ladder's step and how many messages it has room for: 0 to wait, -1 to stop for good."""
        if operation.kind is Kind.ARCHIVE or not options.ladder:
            return 0, BATCH
        if operation.step == 0:
            return 1, ladder.size_of(1)
        standing = await self._replays.step(operation.operation_id, operation.step)
        if standing.total < ladder.size_of(operation.step):
            return operation.step, ladder.size_of(operation.step) - standing.total
        if operation.source.topic is Topic.EVENTS:
            standing = await self._fate_of_events(operation, standing)
        match ladder.after(standing, patience_seconds=options.patience_seconds):
            case ladder.Next.WAIT:
                return operation.step, 0
            case ladder.Next.HALT:
                return operation.step, -1
        return operation.step + 1, ladder.size_of(operation.step + 1)

    async def _fate_of_events(
        self, operation: Operation, standing: ladder.StepStanding
    ) -> ladder.StepStanding:
        """Look whether events that were sent again lie among the dead letters again."""
        above = (operation.bound_sequence or 0) + 1
        page = await self._desk.letters.peek(operation.source, from_sequence=above, limit=PAGE)
        failed = min(standing.total, sum(1 for letter in page if letter.replay_count))
        over = standing.waited_seconds >= _EVENT_SECONDS
        return replace(standing, failed=failed, completed=standing.total - failed if over else 0)
