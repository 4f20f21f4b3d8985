"""The running app with all that videos need, and the front end's message about one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra import speech_webhook
from tests import video_world
from tests.e2e import site
from tests.e2e.app import App, message_of, running
from tests.e2e.site import Site
from tests.video_world import VideoServices

CREATOR = "654"


@dataclass(frozen=True, kw_only=True)
class VideoApp:
    """The app, and what stands around it."""

    app: App
    services: VideoServices
    #: Somebody else's host that content may be fetched from.
    site: Site


@contextmanager
def running_with_videos(directory: Path, *, database_url: str, redis_url: str) -> Iterator[VideoApp]:
    """Run the app with storage, sound and simulators of its own; the speech service calls it back."""
    with (
        video_world.running(directory) as services,
        site.running() as elsewhere,
        running(
            directory,
            database_url=database_url,
            redis_url=redis_url,
            model=services.model,
            settings={**services.settings, "CONTENT_HOSTS": elsewhere.origin},
        ) as app,
    ):
        asyncio.run(speech_webhook.register(app.hosted.url, services.settings))
        yield VideoApp(app=app, services=services, site=elsewhere)


def publish_video(app: App, video_url: str, *, creator_id: str = CREATOR, **fields: Any) -> str:
    """Publish a job as the front end does, with further fields of the body or payload; return its id."""
    payload = {"videoUrl": video_url, "videoId": f"vid_{uuid4().hex[:8]}", "metadata": {}}
    payload |= {name: fields.pop(name) for name in ("metadata", "videoId") if name in fields}
    body = {
        "jobId": f"job_{uuid4().hex}",
        "jobType": "video.analysis",
        "creatorId": creator_id,
        "payload": payload,
        "attempt": 0,
        "createdAt": datetime.now(UTC).isoformat(),
        "deadlineMs": 120_000,
        **fields,
    }
    properties = {name: body[name] for name in ("jobType", "jobId", "creatorId")}
    app.send(message_of(json.dumps(body).encode(), properties))
    return str(body["jobId"])
