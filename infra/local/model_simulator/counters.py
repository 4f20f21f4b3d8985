"""What the simulator counts: calls by deployment and outcome, and how many were under way at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Counters:
    """The calls since the start, or since they were last forgotten."""

    def __init__(self) -> None:
        self._outcomes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._streamed: Counter[str] = Counter()
        self._under_way: Counter[str] = Counter()
        self._most_at_once: Counter[str] = Counter()

    def add(self, deployment: str, outcome: str, *, streamed: bool) -> None:
        """Count a call."""
        self._outcomes[deployment][outcome] += 1
        self._streamed[deployment] += streamed

    @contextmanager
    def under_way(self, deployment: str) -> Iterator[None]:
        """Count a call as under way for as long as the block lasts."""
        self._under_way[deployment] += 1
        self._most_at_once[deployment] = max(self._most_at_once[deployment], self._under_way[deployment])
        try:
            yield
        finally:
            self._under_way[deployment] -= 1

    def clear(self) -> None:
        """Forget the calls so far."""
        for counter in (self._outcomes, self._streamed, self._most_at_once):
            counter.clear()

    def as_json(self) -> dict[str, Any]:
        """Return all counts."""
        deployments = {name: outcomes.total() for name, outcomes in self._outcomes.items()}
        return {
            "deployments": deployments,
            "total": sum(deployments.values()),
            "outcomes": self._outcomes,
            "streamed": self._streamed,
            "most_at_once": self._most_at_once,
        }
