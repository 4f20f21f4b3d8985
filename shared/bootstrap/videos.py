"""Videos, composed: where they are read, what looks into them, and where their parts are kept."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from shared.clock import Clock
from shared.media.isolated import IsolatedMedia
from shared.media.locating import VideoLocator
from shared.media.port import MediaInspector
from shared.settings import Settings
from shared.storage.directories import PrivateDirectories
from shared.storage.port import ObjectStore, TemporaryDirectories
from shared.storage.s3 import S3Objects


@dataclass(frozen=True, kw_only=True)
class VideoDesk:
    """All that gets at a creator's video, but for models and speech."""

    locator: VideoLocator
    objects: ObjectStore
    media: MediaInspector
    directories: TemporaryDirectories
    clock: Clock


def video_desk(settings: Settings, clock: Clock, opened: AsyncExitStack) -> VideoDesk:
    """Compose what videos need; it connects on first use.

    Without buckets every video is refused, as one that is none of ours.
    """
    buckets, distributions = settings.video_buckets, settings.video_distributions
    objects = S3Objects(
        region=settings.aws_region,
        output_bucket=settings.video_output_bucket or next(iter(buckets), ""),
        distributions=distributions,
        endpoint_url=settings.s3_endpoint_url,
        max_bytes=settings.video_max_bytes,
    )
    opened.push_async_callback(objects.close)
    return VideoDesk(
        locator=VideoLocator(
            buckets=buckets,
            region=settings.aws_region,
            distributions=distributions,
            endpoint_url=settings.s3_endpoint_url,
        ),
        objects=objects,
        media=IsolatedMedia(clock=clock, at_once=settings.video_inspections_at_once),
        directories=PrivateDirectories(),
        clock=clock,
    )
