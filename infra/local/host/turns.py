"""What one turn of the event loop has to send, sent at once.

Functions that wait for the same answer end in the same turn: their settlements fit into one frame, and all
frames into one call of the operating system, which costs more than everything else about them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Return the first and last of each run of consecutive numbers: 1 2 3 7 8 gives (1, 3) and (7, 8)."""
    first = last = None
    for number in sorted(numbers):
        if first is None or last is None:
            first = last = number
        elif number == last + 1:
            last = number
        else:
            yield first, last
            first = last = number
    if first is not None and last is not None:
        yield first, last


class Writes:
    """Stands for an SDK transport's `write`: keeps frames until the turn ends, then writes them together."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._frames: list[bytes] = []

    async def write(self, frame: bytes) -> None:
        """Take a frame, without waiting for whoever is reading."""
        if not self._frames:
            asyncio.get_running_loop().call_soon(self.flush)
        self._frames.append(frame)

    def flush(self) -> None:
        """Write what has been taken; on a closed transport it is lost, as it would be on the wire."""
        frames, self._frames = self._frames, []
        if frames and self._transport.writer:
            self._transport.writer.write(b"".join(frames))
