"""A small stand-in for Azure's control plane, on loopback: enough for `az` and for infra/deploy.sh.

It keeps what it is given, answers in Azure's forms, writes down every request, and fails when it is told to.
It judges nothing: that a request passes here does not mean that Azure would take it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.process import python_module, spawn


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """What a client needs."""

    url: str
    #: The certificate that it signs for itself.
    certificate: Path
    #: One JSON line for each request: method, path, body.
    requests: Path


@contextmanager
def running(directory: Path) -> Iterator[ControlPlane]:
    """Run it, with an empty subscription, for as long as the block lasts.

    Raises:
        ServiceError: it did not start.
    """
    argv = python_module(__name__, "--directory", str(directory))
    with spawn(argv, directory=directory, name="control-plane") as service:
        yield ControlPlane(
            url=service.ready["url"],
            certificate=Path(service.ready["certificate"]),
            requests=Path(service.ready["requests"]),
        )
