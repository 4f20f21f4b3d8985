"""Archived letters, looked at and taken away as if they lay among the dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.port import Cleared
from shared.dead_letters.replays import Replays


class ArchivedLetters:
    """The archive: `Letters`, by their numbers there."""

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    async def peek(self, source: Source, *, from_sequence: int, limit: int) -> Sequence[DeadLetter]:
        """See `Letters.peek`."""
        found = await self._replays.archived(source, from_number=from_sequence, limit=limit)
        return [each.letter for each in found]

    async def clear(
        self,
        source: Source,  # noqa: ARG002 - the port's; numbers are the archive's own
        wanted: Mapping[int, str | None],
        *,
        within_seconds: float,  # noqa: ARG002 - the port's; one statement
    ) -> Cleared:
        """See `Letters.clear`."""
        await self._replays.restored(wanted)
        return Cleared(gone=wanted, left=())
