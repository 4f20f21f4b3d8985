"""Cached chat jobs beside Celery doing the same work, on the same PostgreSQL and the same Redis.

What is compared is jobs per CPU second of the worker's own processes: brokers and databases work for both.
Our side is the whole app on the development host, which receives and settles in Python what .NET's host
receives and settles in production; the engine alone is told beside it, and the SDK's bare loop as the limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Protocol

from benchmarks.job_engine.celery_side import POOLS, celery_side
from benchmarks.job_engine.engine_alone import EngineSide
from benchmarks.job_engine.limit import LimitSide
from benchmarks.job_engine.our_side import host_side
from benchmarks.job_engine.processor import Run
from benchmarks.job_engine.services import services
from benchmarks.measurement import Measurement, Promise, compare

ROUNDS = 7
JOBS = 1000

_PROMISE = Promise(text="ratio > 1", holds=lambda ratio: ratio > 1)
_UNIT = "jobs per CPU second"


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
            "engine alone": EngineSide(services=started),
            "limit": LimitSide(services=started),
        }
        for side in sides.values():
            side.run(JOBS // 2)
        for _ in range(ROUNDS):
            for name, side in sides.items():
                runs[name].append(side.run(JOBS))
    yield from _report(runs)


def _report(runs: Mapping[str, Sequence[Run]]) -> Iterator[Measurement]:
    per_core = {name: [run.jobs_per_cpu_second for run in found] for name, found in runs.items()}
    best = max(POOLS, key=lambda pool: median(per_core[pool]))
    peer = f"Celery, best pool: {best}"
    details = {name: _details(found) for name, found in runs.items()}
    yield compare(
        "job_engine",
        per_core["host"],
        per_core[best],
        unit=_UNIT,
        peer_name=peer,
        promise=_PROMISE,
        details=details,
    )
    yield compare(
        "job_engine, engine alone", per_core["engine alone"], per_core[best], unit=_UNIT, peer_name=peer
    )
    yield compare(
        "job_engine, limit",
        per_core["host"],
        per_core["limit"],
        unit=_UNIT,
        peer_name="azure-servicebus, receive and complete alone",
    )


def _details(runs: Sequence[Run]) -> Mapping[str, float]:
    """Return medians for one job: CPU time of the worker and of its services, beside jobs in wall time."""
    services = runs[0].services_cpu_seconds
    return {
        "cpu_ms": _median_ms(run.cpu_seconds / run.jobs for run in runs),
        **{
            f"{name}_cpu_ms": _median_ms(run.services_cpu_seconds[name] / run.jobs for run in runs)
            for name in services
        },
        "jobs_per_second": median(run.jobs_per_second for run in runs),
    }


def _median_ms(seconds: Iterable[float]) -> float:
    return 1000 * median(seconds)
