"""Clouds to deploy to; templates are compiled once."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.process import ROOT
from tests.infra.cloud import REAL, Cloud, both_clouds, cloud
from tests.infra.stacks import Stacks

#: Every scenario; without it, those that show most in the least time.
ALL = bool(REAL) or os.environ.get("SCRIPTS") == "all"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for."""
    later = [item for item in items if not ALL and item.get_closest_marker("at_length")]
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the template is kept once it is compiled."""
    return tmp_path_factory.mktemp("compiled") / "template.json"


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A function app that is small, and that nobody changes while the tests run."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("function_app.py", "host.json", "requirements.txt", ".funcignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture
def azure(tmp_path: Path, compiled: Path, source: Path) -> Iterator[Cloud]:
    """An empty subscription."""
    with cloud(tmp_path) as found:
        found.environment.update(BICEP_SHIM_KEPT=str(compiled), DEPLOY_SOURCE=str(source))
        yield found


@pytest.fixture
def clouds(tmp_path: Path, compiled: Path, source: Path) -> Iterator[tuple[Cloud, Stacks]]:
    """An empty subscription and an empty account."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # What moto holds is the process's, not the server's: the test before left its own.
    with urllib.request.urlopen(f"{url}/moto-api/reset", data=b""):  # noqa: S310 - http, on loopback
        pass
    try:
        with both_clouds(tmp_path, url) as (found, stacks):
            found.environment.update(BICEP_SHIM_KEPT=str(compiled), DEPLOY_SOURCE=str(source))
            yield found, stacks
    finally:
        server.stop()
