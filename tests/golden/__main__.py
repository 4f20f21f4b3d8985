"""`python -m tests.golden [WORKER…]`: ask the golden sets, and report under `.local/golden/`.

The endpoint is that of `AZURE_AI_ENDPOINT` and `AZURE_AI_KEY`, with the deployments that the other settings
choose; where none is set, the simulator answers, which shows that everything works and nothing more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra.local import model_simulator
from infra.local.process import ROOT
from tests.golden.asked import router
from tests.golden.report import as_json, markdown
from tests.golden.running import Outcome, run
from tests.golden.subjects import SUBJECTS

REPORTS = ROOT / ".local" / "golden"
#: A provider's rate limits are met by more.
_AT_ONCE = 8


def main() -> int:
    """Ask, report, and say by the status whether every check passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("workers", nargs="*", metavar="WORKER", help=f"of {', '.join(SUBJECTS)}")
    parser.add_argument("--at-once", type=int, default=_AT_ONCE)
    arguments = parser.parse_args()
    if unknown := set(arguments.workers) - set(SUBJECTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    with _endpoint() as (url, key, name):
        found = asyncio.run(_asked(url, key, arguments.workers or list(SUBJECTS), arguments.at_once))
    report = markdown(found, name)
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "report.md").write_text(report, encoding="utf-8")
    (REPORTS / "report.json").write_text(
        json.dumps(as_json(found, name), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    sys.stdout.write(report)
    return int(any(not _is_good(outcome) for outcomes in found.values() for outcome in outcomes))


async def _asked(url: str, key: str, workers: Sequence[str], at_once: int) -> Mapping[str, Sequence[Outcome]]:
    async with router(url, key) as model:
        return {name: await run(SUBJECTS[name], model, at_once=at_once) for name in workers}


def _is_good(outcome: Outcome) -> bool:
    return outcome.answer is not None and not any(outcome.problems.values())


@contextmanager
def _endpoint() -> Iterator[tuple[str, str, str]]:
    url, key = os.environ.get("AZURE_AI_ENDPOINT"), os.environ.get("AZURE_AI_KEY", "")
    if url:
        yield url, key, "the endpoint that AZURE_AI_ENDPOINT names"
        return
    with (
        tempfile.TemporaryDirectory(prefix="huntaze-golden-") as name,
        model_simulator.running(Path(name), latency_ms=0) as simulator,
    ):
        yield simulator.url, simulator.key, "the simulator, since no AZURE_AI_ENDPOINT is set"


if __name__ == "__main__":
    sys.exit(main())
