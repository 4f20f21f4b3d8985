"""A simulator of Azure Speech's REST API: batch and fast transcription, and webhooks.

It listens to nothing: it fetches the sound, checks its format and length, and makes up words that are
labelled as simulated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.process import python_module, spawn


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What a client of the simulator needs."""

    #: As `AZURE_SPEECH_ENDPOINT` takes it.
    url: str
    key: str


@contextmanager
def running(directory: Path, *, port: int = 0, latency_ms: float = 50.0) -> Iterator[Endpoint]:
    """Run the simulator for as long as the block lasts.

    Raises:
        ServiceError: it did not start.
    """
    argv = python_module(__name__, "--port", str(port), "--latency-ms", str(latency_ms))
    with spawn(argv, directory=directory, name="speech-simulator") as service:
        yield Endpoint(url=service.ready["AZURE_SPEECH_ENDPOINT"], key=service.ready["AZURE_SPEECH_KEY"])
