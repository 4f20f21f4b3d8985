"""The in-memory twin of the dead letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from shared.dead_letters.letters import DeadLetter, Source
from shared.dead_letters.port import Cleared
from shared.errors import BrokerUnavailableError


class MemoryLetters:
    """Dead letters in this process: `Letters`."""

    def __init__(self) -> None:
        self._lying: defaultdict[str, dict[int, DeadLetter]] = defaultdict(dict)
        #: While true, the broker is away.
        self.unavailable = False
        #: Places and sequence numbers that somebody else has locked.
        self.locked: set[tuple[str, int]] = set()

    def put(self, source: Source, *letters: DeadLetter) -> None:
        """Let letters lie there."""
        self._lying[source.place].update({letter.sequence_number: letter for letter in letters})

    async def peek(self, source: Source, *, from_sequence: int, limit: int) -> Sequence[DeadLetter]:
        """See `Letters.peek`."""
        self._must_be_there()
        lying = self._lying[source.place]
        return [lying[number] for number in sorted(lying) if number >= from_sequence][:limit]

    async def clear(
        self,
        source: Source,
        wanted: Mapping[int, str | None],
        *,
        within_seconds: float,  # noqa: ARG002 - the port's; nothing takes time here
    ) -> Cleared:
        """See `Letters.clear`."""
        self._must_be_there()
        lying = self._lying[source.place]
        left = {number for number in wanted if number in lying and (source.place, number) in self.locked}
        for number, message_id in wanted.items():
            if number not in left and number in lying and lying[number].message_id == message_id:
                del lying[number]
        return Cleared(gone=wanted.keys() - left, left=left)

    def _must_be_there(self) -> None:
        if self.unavailable:
            raise BrokerUnavailableError
