"""The host as a child process, for tests and for the embedded stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.process import python_module, spawn


@dataclass(frozen=True, kw_only=True)
class Hosted:
    """A running host."""

    url: str
    key: str
    pid: int


@contextmanager
def running(
    directory: Path, environment: Mapping[str, str], root: Path = Path(), *, name: str = "host"
) -> Iterator[Hosted]:
    """Run the app in `root` for as long as the block lasts.

    Args:
        directory: where the log `host.log` goes.
        environment: app settings, on top of this process's own environment.
        root: the folder of `function_app.py` and `host.json`.
        name: the log's name, when there are several hosts.

    Raises:
        ServiceError: the host did not start.
    """
    argv = python_module("infra.local.host", "--root", str(root.resolve()), "--port", "0")
    with spawn(argv, directory=directory, name=name, environment=environment) as service:
        yield Hosted(url=service.ready["FUNCTIONS_URL"], key=service.ready["FUNCTIONS_KEY"], pid=service.pid)
