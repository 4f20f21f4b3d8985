"""How large a main run is, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proof.accounts import Accounts


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How large the run is; the same seed makes the same jobs, deaths and faults."""

    seed: int
    jobs: int = 10_000
    kills: int = 320
    waves: int = 10
    hosts: int = 2
    #: After that nobody is killed any more.
    most_seconds: float = 1_500.0
    #: How long unharmed hosts may take then; what is not over by that time is counted as lost.
    settle_seconds: float = 600.0
    broker_kills: int = 3
    fault_every_seconds: tuple[float, float] = (3.0, 7.0)


@dataclass
class Deaths:
    """Who died where."""

    at: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All of them."""
        return self.at.total()


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of it."""

    plan: Plan
    accounts: Accounts
    deaths: Mapping[str, int]
    faults: Mapping[str, int]
    seconds: float
    published: int
    duplicates: int
    doubtful: int
    evicted_keys: int
    commits_hit: int
    #: (seconds since the start, jobs that have ended, kills so far).
    timeline: list[tuple[float, int, int]]

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "seed": self.plan.seed,
            "jobs": self.plan.jobs,
            "messagesPublished": self.published,
            "duplicates": self.duplicates,
            "doubtful": self.doubtful,
            "seconds": round(self.seconds, 1),
            "kills": sum(self.deaths.values()),
            "deaths": dict(self.deaths),
            "faults": dict(self.faults),
            "evictedKeys": self.evicted_keys,
            "crashesInCommit": self.commits_hit,
            "timeline": self.timeline,
            **self.accounts.as_json(),
        }
