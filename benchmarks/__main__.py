"""Run benchmarks: `python -m benchmarks [NAME…]`; exits with 1 when a promise does not hold.

`NAME=FILE` gives a benchmark that can use one a file of its own: `money=messages.jsonl`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measurement import Measurement

#: Each names a module of this package with `measure() -> Iterator[Measurement]`.
BENCHMARKS = (
    "bank_hit",
    "cold_start",
    "job_engine",
    "money",
    "router",
    "video",
    "video_compression",
    "video_job",
)
RESULTS = Path(__file__).resolve().parents[1] / ".local" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep, and say whether every promise holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default"
    )
    names = parser.parse_args(arguments).names or BENCHMARKS
    if unknown := {name.partition("=")[0] for name in names} - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    found = [measurement for name in names for measurement in _measured(name)]
    Console(stderr=True).print(_summary(found))
    return int(any(measurement.holds is False for measurement in found))


def _measured(name: str) -> list[Measurement]:
    """Run one benchmark: print its lines as they come, and keep them in place of its last run's."""
    name, _, path = name.partition("=")
    files = [Path(path)] if path else []
    found, lines = [], []
    for measurement in importlib.import_module(f"benchmarks.{name}").measure(*files):
        found.append(measurement)
        lines.append(json.dumps(measurement.as_json(), ensure_ascii=False) + "\n")
        print(lines[-1], end="", flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    return found


def _summary(found: Sequence[Measurement]) -> Table:
    table = Table("measured", "ours", "peer", "ratio", "promise", "holds")
    for one in found:
        table.add_row(
            one.name,
            f"{one.ours:.4g} {one.unit}",
            f"{one.peer:.4g} ({one.peer_name})",
            f"{one.ratio:.3g} ({one.ratio_low:.3g} to {one.ratio_high:.3g})",
            one.promise or "",
            {True: "yes", False: "NO", None: ""}[one.holds],
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
