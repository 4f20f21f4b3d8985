"""Looking at dead letters: each with what the database knows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.dead_letters.letters import Source
from shared.dead_letters.port import Letters
from shared.dead_letters.replays import Replays
from shared.dead_letters.standing import NOTHING_KNOWN, Seen, seen

PAGE = 250


@dataclass(frozen=True, kw_only=True)
class Group:
    """Dead letters with the same trouble."""

    name: str
    code: str
    job_type: str | None
    reason: str
    count: int
    #: By when they were sent.
    first_at: datetime | None
    last_at: datetime | None
    #: One of them: the newest.
    sample: Seen


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What lies in one subscription."""

    source: Source
    count: int
    #: There is more than was looked at.
    truncated: bool
    groups: Sequence[Group]


class Scout:
    """Looks at dead letters and changes nothing.

    Args:
        letters: where they lie.
        replays: what is known of them.
    """

    def __init__(self, letters: Letters, replays: Replays) -> None:
        self._letters = letters
        self._replays = replays

    async def page(self, source: Source, *, from_sequence: int, limit: int = PAGE) -> Sequence[Seen]:
        """Return some dead letters from a sequence number on; none means that there are no more."""
        letters = await self._letters.peek(source, from_sequence=from_sequence, limit=limit)
        if not letters:
            return []
        standings = await self._replays.standings(source, letters)
        return [
            seen(source, letter, standings.get(letter.sequence_number, NOTHING_KNOWN)) for letter in letters
        ]

    async def all(self, source: Source, *, from_sequence: int = 0) -> AsyncIterator[Seen]:
        """Yield every dead letter from a sequence number on."""
        while found := await self.page(source, from_sequence=from_sequence):
            for each in found:
                yield each
            from_sequence = found[-1].letter.sequence_number + 1

    async def survey(self, source: Source, *, most: int) -> Survey:
        """Count and group a subscription's dead letters, up to a number of them."""
        found: list[Seen] = []
        truncated = False
        async for each in self.all(source):
            if len(found) == most:
                truncated = True
                break
            found.append(each)
        return Survey(source=source, count=len(found), truncated=truncated, groups=grouped(found))


def grouped(found: Iterable[Seen]) -> Sequence[Group]:
    """Put those with the same trouble together, the most frequent first."""
    groups: defaultdict[str, list[Seen]] = defaultdict(list)
    for each in found:
        groups[each.group].append(each)
    return sorted(
        (_group(members) for members in groups.values()), key=lambda group: (-group.count, group.name)
    )


def _group(members: Sequence[Seen]) -> Group:
    newest = members[-1]
    times = [each.letter.enqueued_at for each in members if each.letter.enqueued_at]
    return Group(
        name=newest.group,
        code=newest.code,
        job_type=newest.job_type,
        reason=newest.reason,
        count=len(members),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        sample=newest,
    )
