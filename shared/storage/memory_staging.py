"""The in-memory twin of the staging area."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shared.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A file that waits."""

    data: bytes
    content_type: str
    at: datetime


class MemoryStagingArea:
    """Keeps staged files in this process: a `StagingArea`. Its links lead nowhere."""

    def __init__(self, clock: Clock) -> None:
        #: What waits, by name.
        self.staged: dict[str, Staged] = {}
        self._clock = clock

    async def stage(self, name: str, path: Path, *, content_type: str, readable_seconds: float) -> str:
        """See `StagingArea.stage`."""
        data = await asyncio.to_thread(path.read_bytes)
        self.staged[name] = Staged(data=data, content_type=content_type, at=self._clock.now())
        return await self.link(name, readable_seconds=readable_seconds)

    async def link(self, name: str, *, readable_seconds: float) -> str:
        """See `StagingArea.link`."""
        until = self._clock.now() + timedelta(seconds=readable_seconds)
        return f"https://staging.invalid/{name}?until={until:%Y%m%dT%H%M%SZ}"

    async def remove(self, name: str) -> None:
        """See `StagingArea.remove`."""
        self.staged.pop(name, None)

    async def staged_before(self, age_seconds: float) -> AsyncIterator[str]:
        """See `StagingArea.staged_before`."""
        oldest = self._clock.now() - timedelta(seconds=age_seconds)
        for name, file in tuple(self.staged.items()):
            if file.at < oldest:
                yield name
