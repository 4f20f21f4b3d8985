"""Cached chat jobs beside Celery doing the same work, on the same PostgreSQL and the same Redis.

What is compared is jobs per CPU second of the worker's own processes: brokers and databases work for both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Protocol

from benchmarks.job_engine.celery_side import POOLS, celery_side
from benchmarks.job_engine.our_side import host_side
from benchmarks.job_engine.processor import Run
from benchmarks.job_engine.services import services
from benchmarks.measurement import Measurement, Promise, compare

ROUNDS = 5
JOBS = 1000

_PROMISE = Promise(text="ratio > 1", holds=lambda ratio: ratio > 1)


class _Side(Protocol):
    """A worker that can be measured."""

    def run(self, count: int) -> Run: ...


def measure() -> Iterator[Measurement]:
    """Measure all sides in turns."""
    runs: dict[str, list[Run]] = defaultdict(list)
    with ExitStack() as stack:
        started = stack.enter_context(services())
        sides: dict[str, _Side] = {
            "host": stack.enter_context(host_side(started)),
            **{pool: stack.enter_context(celery_side(started, pool)) for pool in POOLS},
        }
        for side in sides.values():
            side.run(JOBS // 2)
        for _ in range(ROUNDS):
            for name, side in sides.items():
                runs[name].append(side.run(JOBS))
    yield from _report(runs)


def _report(runs: dict[str, list[Run]]) -> Iterator[Measurement]:
    best = max(POOLS, key=lambda pool: median(_per_core(runs[pool])))
    yield compare(
        "job_engine",
        _per_core(runs["host"]),
        _per_core(runs[best]),
        unit="jobs per CPU second",
        peer_name=f"Celery, pool {best}",
        promise=_PROMISE,
        details={
            "jobs_per_second": {
                name: median(run.jobs_per_second for run in found) for name, found in runs.items()
            },
            "jobs_per_cpu_second": {name: median(_per_core(found)) for name, found in runs.items()},
        },
    )


def _per_core(runs: Sequence[Run]) -> list[float]:
    return [run.jobs_per_cpu_second for run in runs]
