"""What a client shows in the end does not depend on the order in which updates come, nor on how often."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from infra.local.process import ROOT
from shared.contracts import JobType
from shared.messaging.versions import end_version, enrichment_version, progress_version

_PROGRAM = Path(__file__).with_name("any_order.mts")
_CLIENTS = (
    ROOT / "docs" / "examples" / "typescript" / "updates.ts",
    ROOT / "infra" / "local" / "signalr" / "page" / "updates.js",
)


def _event(kind: str, version: int, result: dict[str, Any] | None = None) -> dict[str, Any]:
    status = kind.replace("enriched", "completed")
    told = {"eventType": f"job.{kind}", "jobId": "job_1", "status": status, "version": version}
    return {**told, "result": result}


#: Its first worker dies and goes on talking; both follow-ups add to the result.
_ONE_RUN = [
    _event("processing", progress_version(0, 1, 90)),
    _event("processing", progress_version(0, 2, 10)),
    _event("completed", end_version(0, 2), {"summary": "A beach.", "transcript": "pending"}),
    _event("enriched", enrichment_version(0, 1, JobType.VIDEO_TRANSCRIPT), {"transcript": "Hello!"}),
    _event("enriched", enrichment_version(0, 1, JobType.VIDEO_COMPRESS), {"copy": "small.mp4"}),
]
#: Then it is replayed, and fails.
_REPLAYED = [*_ONE_RUN, _event("processing", progress_version(1, 3, 0)), _event("failed", end_version(1, 3))]


_ENDS = [
    {
        "version": end_version(0, 2),
        "status": "completed",
        "result": {"summary": "A beach.", "transcript": "Hello!", "copy": "small.mp4"},
    },
    {"version": end_version(1, 3), "status": "failed", "result": None},
]


def test_every_order_ends_the_same() -> None:
    """All 120 and 5,040 of them, with the published example and with the stack's own page."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [ROOT / "node_modules" / ".bin" / "tsx", _PROGRAM, *_CLIENTS, json.dumps([_ONE_RUN, _REPLAYED])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == [[[end] for end in _ENDS]] * len(_CLIENTS)
