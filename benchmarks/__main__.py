"""Run benchmarks: `python -m benchmarks [NAME…]`; exits with 1 when a promise does not hold."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measurement import Measurement

#: Each names a module of this package with `measure() -> Iterator[Measurement]`.
BENCHMARKS = ("cold_start", "job_engine")
RESULTS = Path(__file__).resolve().parents[1] / ".local" / "bench"


def main() -> int:
    """Measure, print, keep, and say whether every promise holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default"
    )
    names = parser.parse_args().names or BENCHMARKS
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    found = [measurement for name in names for measurement in _kept(name)]
    Console(stderr=True).print(_summary(found))
    return int(any(measurement.holds is False for measurement in found))


def _kept(name: str) -> Iterator[Measurement]:
    """Run one benchmark; its lines are printed as they come, and replace those of its last run."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / f"{name}.jsonl").open("w", encoding="utf-8") as kept:
        for measurement in importlib.import_module(f"benchmarks.{name}").measure():
            line = json.dumps(measurement.as_json(), ensure_ascii=False)
            print(line, flush=True)
            kept.write(f"{line}\n")
            yield measurement


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
