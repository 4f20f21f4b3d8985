"""One job, what it took, and where the time went."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.measurement import Measurement, Promise, compare
from benchmarks.video_job.stack import Stack, decoding_seconds, running
from infra.local.clips import STYLES, make_clip
from shared.contracts import JobType

CORE = 0
SECONDS, WIDTH, HEIGHT, SEED = 60.0, 1080, 1920, 60
LIMIT_SECONDS, MEMORY_MB = 60.0, 600.0

#: What begins with the event of a percentage.
_STEPS = {2: "look_at_header", 5: "fetch", 20: "inspect", 60: "vision_and_staging", 85: "advice"}
_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 200.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """A job from outside."""

    #: From the message to `job.completed`.
    seconds: float
    #: From one event to the next.
    steps: Mapping[str, float]
    #: Until the words and the smaller copy had joined the result; a copy that fits the job is in it from the
    #: beginning.
    words_seconds: float
    copy_seconds: float
    result: Mapping[str, Any]


def measure() -> Iterator[Measurement]:
    """Make the clip, analyse it, decode it, and compare."""
    with tempfile.TemporaryDirectory(prefix="huntaze-bench-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        clip = directory / "clip.mp4"
        make_clip(clip, STYLES["phone"], seed=SEED, seconds=SECONDS, width=WIDTH, height=HEIGHT)
        with running(directory, core=CORE) as stack:
            run = _analysed(stack, clip)
            peak_bytes = {"worker": stack.worker_peak_bytes()}
            for child in stack.children():
                peak_bytes[child.task] = max(peak_bytes.get(child.task, 0), child.peak_bytes)
        decoding = [decoding_seconds(clip, core=CORE)]
    yield from _times(run, decoding, clip_bytes=run.result["video"]["sizeBytes"])
    yield _memory(peak_bytes)


def _times(run: Run, decoding: Sequence[float], *, clip_bytes: int) -> Iterator[Measurement]:
    details = {
        "steps_s": run.steps,
        "words_joined_s": run.words_seconds,
        "copy_joined_s": run.copy_seconds,
        "copy_MB": (run.result.get("compressedCopy") or {}).get("sizeBytes", 0) / 1e6,
        "scenes": len(run.result["scenes"]),
        "clip_MB": clip_bytes / 1e6,
        "costs": run.result["costs"],
    }
    yield compare(
        "video_job",
        [run.seconds],
        [LIMIT_SECONDS],
        unit="s from message to job.completed",
        peer_name="the promise",
        promise=Promise(text="ratio < 1", holds=lambda ratio: ratio < 1),
        details=details,
    )
    yield compare(
        "video_job_beside_decoding",
        [run.seconds],
        decoding,
        unit="s",
        peer_name="PyAV, bare decoding of every frame of the clip, on the same core",
    )


def _memory(peak_bytes: Mapping[str, int]) -> Measurement:
    together = peak_bytes["worker"] + max(peak for name, peak in peak_bytes.items() if name != "worker")
    return compare(
        "video_job_memory",
        [together / 1e6],
        [MEMORY_MB],
        unit="MB at peak, worker and child",
        peer_name="what a worker may use",
        promise=Promise(text="ratio < 1", holds=lambda ratio: ratio < 1),
        details={f"{name}_MB": peak / 1e6 for name, peak in peak_bytes.items()},
    )


def _analysed(stack: Stack, clip: Path) -> Run:
    """Publish a job about the clip, and wait for its end and for what joins it."""
    url = stack.bucket.upload(clip, creator_id="1")
    published = time.time()
    payload = {"videoUrl": url, "videoId": "vid_1", "metadata": {"title": "A minute", "language": "en"}}
    stack.publisher.publish(JobType.VIDEO_ANALYSIS, "1", payload)
    seen: list[Mapping[str, Any]] = []

    def until(happened: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            seen.extend(stack.events.so_far())
            if found := [event for event in seen if happened(event)]:
                return found[0]
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"The job did not get that far: {[event['eventType'] for event in seen]}")

    completed = until(lambda event: event["progress"] == 100)  # noqa: PLR2004 - per cent
    if completed["status"] != "completed":
        raise RuntimeError(f"The job ended otherwise: {completed['error']}")
    words = until(lambda event: "transcript" in _added(event))
    later = "compressedCopy" not in completed["result"]
    copy = until(lambda event: "compressedCopy" in _added(event)) if later else completed
    first = [event for event in seen if event["eventType"] != "job.enriched"]
    begins = {event["progress"]: _moment(event) - published for event in first}
    return Run(
        seconds=begins[100],
        steps=_steps(begins),
        words_seconds=_moment(words) - published,
        copy_seconds=_moment(copy) - published,
        result=completed["result"],
    )


def _added(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an enriching event adds."""
    added: Mapping[str, Any] = event.get("result") or {}
    return added if event["eventType"] == "job.enriched" else {}


def _moment(event: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(event["updatedAt"]).timestamp()


def _steps(begins: Mapping[int, float]) -> Mapping[str, float]:
    """Return what each step took."""
    marks = [*_STEPS, 100]
    steps = {"queue_and_look_up": begins[marks[0]]}
    for first, last in pairwise(marks):
        steps[_STEPS[first]] = begins[last] - begins[first]
    return steps
