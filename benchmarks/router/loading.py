"""What it takes until the first answer: imports, lazy ones included, and memory, in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from infra.local.process import ROOT

_PROGRAM = """
import asyncio, json, resource, sys, time

def used():
    return time.process_time()

from benchmarks.router.sides import SIDES
started = used()

async def first_answer():
    async with SIDES[sys.argv[1]].open(*sys.argv[2:4]) as ask:
        opened = used()
        await ask("Hello")
        return opened

opened = asyncio.run(first_answer())
took = {
    "opening_cpu_ms": 1000 * (opened - started),
    "answer_cpu_ms": 1000 * (used() - started),
    "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}
print("\\n" + json.dumps(took))
"""


@dataclass(frozen=True, kw_only=True)
class Loading:
    """What a fresh process used."""

    #: To import and to compose, beyond what Python and this benchmark take.
    opening_cpu_ms: float
    #: To have answered once, whatever was loaded only then.
    answer_cpu_ms: float
    #: The most memory that it ever had, the interpreter's included.
    rss_mib: float


def load(name: str, *arguments: str) -> Loading:
    """Load a side in a process of its own."""
    argv = [sys.executable, "-c", _PROGRAM, name, *arguments]
    run = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return Loading(**json.loads(run.stdout.splitlines()[-1]))
