"""A database that restarts under load, in order or by a crash: what it had committed is still there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGQUIT

import pytest

from infra.local import postgres
from shared.persistence.migrations import upgrade
from tests.chaos.checker import Findings
from tests.integration.engine.site import Site

#: See `forgotten_sockets`: the collector may come by sooner.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:loop is closed:ResourceWarning"),
]


class Server:
    """A PostgreSQL that can be stopped and started again; each time it listens elsewhere."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running = ExitStack()
        self.url = ""

    def start(self) -> None:
        """Start it on the data it left."""
        self.url = self._running.enter_context(postgres.running(self._directory))

    def stop(self) -> None:
        """Let it end in order: its clients are disconnected, what they had not committed is undone."""
        self._running.close()

    def crash(self) -> None:
        """Let it end where it stands, to recover at its next start."""
        pid = (self._directory / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), SIGQUIT)
        self._running.close()


@pytest.fixture(scope="module")
def server(stack_directory: Path) -> Iterator[Server]:
    """One of the module's own; it keeps its promises, as production's does."""
    server = Server(stack_directory / "restarting")
    server.start()
    upgrade(server.url)
    yield server
    server.stop()


@pytest.fixture
def database_url(server: Server) -> str:
    """Its database, instead of the session's."""
    return server.url


async def test_a_database_that_restarts_loses_nothing(site: Site, server: Server) -> None:
    """Stopped in order, and crashed, each time under load."""
    for end in (server.stop, server.crash):
        loading = asyncio.create_task(_load(site))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(end)
        await asyncio.to_thread(server.start)
        site.wires.postgres.retarget(server.url)
        site.database_url = server.url
        await loading
        await site.settled(within_seconds=120)
    assert site.findings() == Findings()
    assert set(site.states()) == {"completed"}


async def _load(site: Site) -> None:
    for _ in range(20):
        await site.publish(8)
        await asyncio.sleep(0.1)
