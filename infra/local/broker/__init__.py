"""An AMQP 1.0 broker with Azure Service Bus semantics, for development and tests.

The official SDKs talk to it unchanged. Messages live in memory and end with the process. It does not have
sessions, transactions, partitions, TLS, or the HTTP administration API.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.process import ROOT, python_module, spawn

PRODUCTION_TOPOLOGY = ROOT / "infra" / "topology.json"


@contextmanager
def running(
    directory: Path,
    topology: Path = PRODUCTION_TOPOLOGY,
    *,
    log: Path | None = None,
    port: int = 0,
    link_idle_seconds: float | None = None,
) -> Iterator[str]:
    """Run a broker as a child process and yield its connection string.

    Args:
        directory: where the process's own output goes.
        topology: the entities, in the emulator's Config.json format.
        log: the file that takes one JSON line per enqueue and settlement; none by default.
        port: 0 picks a free one.
        link_idle_seconds: how long a link may do nothing until it is detached; ten minutes by default.

    Raises:
        ServiceError: the broker did not start.
    """
    arguments = ["--port", str(port), "--topology", str(topology)]
    if log is not None:
        arguments += ["--log", str(log)]
    if link_idle_seconds is not None:
        arguments += ["--link-idle-seconds", str(link_idle_seconds)]
    argv = python_module("infra.local.broker", *arguments)
    with spawn(argv, directory=directory, name="broker") as service:
        yield str(service.ready["SERVICEBUS_CONNECTION"])
