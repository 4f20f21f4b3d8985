"""Clouds to deploy to; templates are compiled once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.cloud import REAL, Cloud, both_clouds, cloud
from tests.infra.stacks import Stacks

#: Every scenario; without it, those that show most in the least time.
ALL = bool(REAL) or os.environ.get("SCRIPTS") == "all"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the template is kept once it is compiled."""
    return tmp_path_factory.mktemp("compiled") / "template.json"


@pytest.fixture
def azure(tmp_path: Path, compiled: Path) -> Iterator[Cloud]:
    """An empty subscription."""
    with cloud(tmp_path) as found:
        found.environment["BICEP_SHIM_KEPT"] = str(compiled)
        yield found


@pytest.fixture
def clouds(tmp_path: Path, compiled: Path) -> Iterator[tuple[Cloud, Stacks]]:
    """An empty subscription and an empty account."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with both_clouds(tmp_path, f"http://{host}:{port}") as (found, stacks):
            found.environment["BICEP_SHIM_KEPT"] = str(compiled)
            yield found, stacks
    finally:
        server.stop()
