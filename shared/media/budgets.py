"""How much work looking into a video may cost: hostile files ask for more than anybody has."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class WorkBudget:
    """Counts work down; what was found until it is spent still counts."""

    #: Wall clock, from now on.
    seconds: float
    #: Three minutes of 1080 by 1920 at 30 frames a second, decoded twice over.
    pixels: int = 24_000_000_000
    #: Read, decoded or not: edit lists make a file of seconds into one of millions of packets.
    packets: int = 600_000
    #: A file with more of them is not worth reading on.
    errors: int = 50
    clock: Callable[[], float] = time.monotonic
    _ends: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._ends = self.clock() + self.seconds

    def decoded(self, pixels: int) -> None:
        """Count a decoded picture."""
        self.pixels -= pixels

    def read(self) -> bool:
        """Count a packet; tell whether more may be read."""
        self.packets -= 1
        return self.packets > 0

    def failed(self) -> None:
        """Count an error."""
        self.errors -= 1

    @property
    def spent(self) -> str | None:
        """Return what ran out, in plain English, or `None`."""
        if self.clock() >= self._ends:
            return "the time given ran out"
        if self.pixels <= 0 or self.packets <= 0:
            return "it has too many pictures for one job"
        return "too much of it is damaged" if self.errors <= 0 else None
