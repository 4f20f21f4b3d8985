"""What a creator's video stands on in tests: clips, a bucket, sound storage, and simulators that count."""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

from azure.storage.blob import ContainerClient

from infra.local import azurite, model_simulator, s3, speech_simulator
from infra.local.clips import STYLES, make_clip
from infra.local.clips.styles import RateControl
from shared.storage.blobs import CONTAINER

#: So many bits that a short clip is an upload that gets a smaller copy.
HEAVY = replace(STYLES["phone"], name="heavy", bits_per_second=100_000_000, rate_control=RateControl.CONSTANT)
_SEED = 11
_PRESIGNED_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True)
class VideoServices:
    """Everything beside queue and database that the video worker talks to."""

    #: App settings.
    settings: Mapping[str, str]
    model: model_simulator.Endpoint
    #: Where the worker's private directories are.
    temporary: Path

    def upload(self, path: Path, *, unique: bool = True, name: str | None = None) -> str:
        """Put a file up and return its presigned URL; `unique` makes it content that was never seen."""
        key = f"uploads/{name or uuid4().hex}{path.suffix}"
        data = path.read_bytes() + (unique_box() if unique else b"")
        self._client().put_object(Bucket=s3.BUCKET, Key=key, Body=data)
        return self.presigned(key)

    def presigned(self, key: str, *, bucket: str = s3.BUCKET) -> str:
        """Return the URL that a front end's SDK makes for a key, whether or not anything is there."""
        url: str = self._client().generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=_PRESIGNED_SECONDS
        )
        return url

    def fetch(self, url: str) -> bytes:
        """Return what lies at a URL of the bucket, which is private."""
        key = urlsplit(url).path.removeprefix(f"/{s3.BUCKET}/")
        found = self._client().get_object(Bucket=s3.BUCKET, Key=key)
        return bytes(found["Body"].read())

    def model_calls(self) -> Counter[str]:
        """Return how often each deployment has answered."""
        told = self._ask(f"{self.model.url.removesuffix('/models')}/simulator/requests")
        return Counter(told["deployments"])

    def transcriptions(self) -> Any:
        """Return what was ordered of the speech service: `submitted`, `kept`, `deleted`, `audio_seconds`."""
        return self._ask(f"{self.settings['AZURE_SPEECH_ENDPOINT']}/simulator/transcriptions")

    def staged(self) -> list[str]:
        """Return the sound that waits in the staging area."""
        connection = self.settings["AZURE_STORAGE_CONNECTION_STRING"]
        with ContainerClient.from_connection_string(connection, CONTAINER) as container:
            return list(container.list_blob_names()) if container.exists() else []

    def directories(self) -> list[str]:
        """Return the jobs' private directories that are there."""
        return [path.name for path in self.temporary.glob("huntaze-job-*")]

    def _client(self) -> Any:
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.settings["S3_ENDPOINT_URL"],
            region_name=self.settings["AWS_REGION"],
            aws_access_key_id=self.settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.settings["AWS_SECRET_ACCESS_KEY"],
        )

    @staticmethod
    def _ask(url: str) -> Any:
        with urlopen(url, timeout=10) as answer:  # noqa: S310 - the simulator's own URL
            return json.loads(answer.read())


@contextmanager
def running(directory: Path, *, model_latency_ms: float = 0) -> Iterator[VideoServices]:
    """Run them for as long as the block lasts."""
    temporary = directory / "temporary"
    temporary.mkdir()
    with ExitStack() as stack:
        model = stack.enter_context(model_simulator.running(directory, latency_ms=model_latency_ms))
        speech = stack.enter_context(speech_simulator.running(directory))
        settings = {
            "AZURE_AI_ENDPOINT": model.url,
            "AZURE_AI_KEY": model.key,
            "AZURE_SPEECH_ENDPOINT": speech.url,
            "AZURE_SPEECH_KEY": speech.key,
            "AZURE_SPEECH_WEBHOOK_SECRET": "webhook-secret",
            "AZURE_STORAGE_CONNECTION_STRING": stack.enter_context(azurite.running(directory)),
            "S3_ENDPOINT_URL": stack.enter_context(s3.running(directory)),
            "VIDEO_BUCKETS": s3.BUCKET,
            "TMPDIR": str(temporary),
            "HOST_DRAIN_SECONDS": "1",
            **s3.CREDENTIALS,
        }
        yield VideoServices(settings=settings, model=model, temporary=temporary)


def clip(directory: Path, style: str = "phone") -> Path:
    """Return a short vertical clip of a style, with speech."""
    path = directory / f"{style}.mp4"
    made, seconds = (HEAVY, 5.0) if style == HEAVY.name else (STYLES[style], 8.0)
    make_clip(path, made, seed=_SEED, seconds=seconds, width=540, height=960)
    return path


def unique_box() -> bytes:
    """Return a box that players skip, so that an upload differs from all others."""
    content = uuid4().bytes
    return struct.pack(">I4s", 8 + len(content), b"free") + content
