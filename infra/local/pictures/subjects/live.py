"""A creator's jobs as they happen, on the page of the embedded stack."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from infra.local import samples, stack
from infra.local.commands.live import page, token
from infra.local.pictures.camera import Camera
from infra.local.publishing import publisher
from infra.local.uploads import Bucket
from shared.contracts import JobType

_CREATOR = "101"
_KINDS = (JobType.VIDEO_ANALYSIS, JobType.CONTENT_SUGGEST, JobType.CHAT_SUGGEST)
#: Two have ended while the video is under way.
_LOOK = """(() => {
    const all = [...document.querySelectorAll('article')].map((job) => job.dataset.status)
    return all.includes('processing') && all.filter((status) => status === 'completed').length >= 2
})()"""


def take(camera: Camera, target: Path) -> None:
    """Run a stack of our own, and one job of each kind on it."""
    with tempfile.TemporaryDirectory(prefix="huntaze-picture-") as name:
        directory = Path(name)
        directory.chmod(0o711)  # PostgreSQL's own user may enter it
        with stack.running(directory, os.environ, lambda _started: None) as variables:
            signed = token(_CREATOR, variables["AUTH_JWT_SECRET"])
            address = page(variables["SIGNALR_URL"], variables["FUNCTIONS_URL"], signed)
            camera.take(address, target, until=_LOOK, opened=lambda: _publish(variables, directory))


def _publish(variables: Mapping[str, str], directory: Path) -> None:
    first = {sample.job_type: sample for sample in reversed(samples.SAMPLES)}
    with publisher(variables["SERVICEBUS_CONNECTION"]) as jobs:
        for sample in (first[kind] for kind in _KINDS):
            payload = dict(sample.payload)
            if sample.file:
                video = sample.file(directory)
                payload[sample.url_field] = Bucket(variables).upload(video, creator_id=_CREATOR)
            jobs.publish(sample.job_type, _CREATOR, payload)
