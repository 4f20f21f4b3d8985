"""The embedded stack with its host on one core."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import speech_webhook
from infra.local import azurite, broker, host, model_simulator, postgres, redis, s3, speech_simulator
from infra.local.broker import PRODUCTION_TOPOLOGY
from infra.local.events import Events, watching
from infra.local.process import ROOT
from infra.local.publishing import Publisher, publisher
from infra.local.uploads import Bucket
from shared.contracts import Topic
from shared.persistence.migrations import upgrade

_WITNESS = "benchmark"
#: What the log says of a child that is done.
_CHILD = re.compile(rb"action=media_child_done .*?task=(\w+) .*?seconds=([\d.]+) .*?peakBytes=(\d+)")
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True, kw_only=True)
class Child:
    """A child process that looked into a video."""

    task: str
    seconds: float
    peak_bytes: int


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The running stack, from outside."""

    bucket: Bucket
    publisher: Publisher
    events: Events
    pid: int
    log: Path

    def worker_peak_bytes(self) -> int:
        """Return the most physical memory that the host, in whose process the worker runs, has used."""
        found = _PEAK.search(Path(f"/proc/{self.pid}/status").read_text("ascii"))
        return int(found[1]) * 1024 if found else 0

    def children(self) -> list[Child]:
        """Return the children that are done, in order."""
        return [
            Child(task=task.decode(), seconds=float(seconds), peak_bytes=int(peak))
            for task, seconds, peak in _CHILD.findall(self.log.read_bytes())
        ]


@contextmanager
def running(directory: Path, *, core: int) -> Iterator[Stack]:
    """Run the stack for as long as the block lasts."""
    with ExitStack() as stack:
        settings = _services(stack, directory)
        with pinned(core):
            hosted = stack.enter_context(host.running(directory, settings, ROOT))
        asyncio.run(speech_webhook.register(hosted.url, settings))
        yield Stack(
            bucket=Bucket({**settings, "S3_BUCKET": s3.BUCKET}),
            publisher=stack.enter_context(publisher(settings["SERVICEBUS_CONNECTION"])),
            events=stack.enter_context(watching(settings["SERVICEBUS_CONNECTION"], _WITNESS)),
            pid=hosted.pid,
            log=directory / "host.log",
        )


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """Let whatever is started in the block, and all that it starts, run on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def decoding_seconds(clip: Path, *, core: int) -> float:
    """Return what the peer takes."""
    argv = [sys.executable, "-m", "benchmarks.video_job.decoding", str(clip)]
    with pinned(core):
        told = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ours
    return float(told.stdout.split()[0])


def _services(stack: ExitStack, directory: Path) -> Mapping[str, str]:
    topology = directory / "topology.json"
    topology.write_text(json.dumps(_watched_topology()))
    database_url = stack.enter_context(postgres.running(directory))
    upgrade(database_url)
    model = stack.enter_context(model_simulator.running(directory))
    speech = stack.enter_context(speech_simulator.running(directory))
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": stack.enter_context(redis.running(directory)),
        "SERVICEBUS_CONNECTION": stack.enter_context(broker.running(directory, topology=topology)),
        "AZURE_AI_ENDPOINT": model.url,
        "AZURE_AI_KEY": model.key,
        "AZURE_SPEECH_ENDPOINT": speech.url,
        "AZURE_SPEECH_KEY": speech.key,
        "AZURE_SPEECH_WEBHOOK_SECRET": "webhook-secret",
        "AZURE_STORAGE_CONNECTION_STRING": stack.enter_context(azurite.running(directory)),
        "S3_ENDPOINT_URL": stack.enter_context(s3.running(directory)),
        "VIDEO_BUCKETS": s3.BUCKET,
        **s3.CREDENTIALS,
    }


def _watched_topology() -> Any:
    """Return production's topology with a subscription of our own to every event."""
    topology = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        if topic["Name"] == Topic.EVENTS:
            like = topic["Subscriptions"][0]["Properties"]
            topic["Subscriptions"].append({"Name": _WITNESS, "Properties": like, "Rules": []})
    return topology
