"""A simulator of Azure AI: the same HTTP API, no model. Everything it writes is labelled as simulated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.process import python_module, spawn


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """What a client of the simulator needs."""

    #: The `/models` route, as `AZURE_AI_ENDPOINT` takes it.
    url: str
    key: str


@contextmanager
def running(directory: Path, *, port: int = 0, latency_ms: float = 150.0) -> Iterator[Endpoint]:
    """Run the simulator for as long as the block lasts.

    Raises:
        ServiceError: it did not start.
    """
    argv = python_module(__name__, "--port", str(port), "--latency-ms", str(latency_ms))
    with spawn(argv, directory=directory, name="model-simulator") as service:
        yield Endpoint(url=service.ready["AZURE_AI_ENDPOINT"], key=service.ready["AZURE_AI_KEY"])
