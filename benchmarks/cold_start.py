"""What importing the app costs, beside importing `azure.functions` alone, which every app has to.

Python starts anew for each import, the two in turns; an interpreter times its own import in CPU seconds.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measurement import Measurement, Promise, compare

ROUNDS = 21
ROOT = Path(__file__).resolve().parents[1]
#: What only an invocation may load.
HEAVY = (
    "cv2",
    "boto3",
    "azure.cognitiveservices",
    "azure.storage.blob",
    "azure.servicebus",
    "azure.ai.inference",
    "opentelemetry",
    "psycopg",
    "redis",
    "aiohttp",
    "pydantic",
)

_PROMISE = Promise(text="ratio ≤ 1.5", holds=lambda ratio: ratio <= 1.5)  # noqa: PLR2004 - the promise itself
_PROGRAM = """
import sys, time
started = time.process_time()
import {module}
took = time.process_time() - started
print(took, *(name for name in sys.argv[1:] if name in sys.modules))
"""


def measure() -> Iterator[Measurement]:
    """Import both in fresh interpreters, in turns."""
    _import("function_app"), _import("azure.functions")  # the compiler's and the disk's turn
    rounds = [(_import("function_app"), _import("azure.functions")) for _ in range(ROUNDS)]
    loaded = sorted({name for ours, _ in rounds for name in ours[1]})
    yield compare(
        "cold_start",
        [ours[0] * 1000 for ours, _ in rounds],
        [peer[0] * 1000 for _, peer in rounds],
        unit="CPU ms",
        peer_name="import azure.functions",
        promise=_PROMISE,
        details={"loaded": loaded},
    )


def _import(module: str) -> tuple[float, list[str]]:
    """Return the CPU seconds of an import, and what heavy modules came with it."""
    argv = [sys.executable, "-c", _PROGRAM.format(module=module), *HEAVY]
    run = subprocess.run(argv, cwd=ROOT, env={}, capture_output=True, text=True, check=True)  # noqa: S603
    seconds, *loaded = run.stdout.split()
    return float(seconds), loaded
