"""An AMQP 1.0 broker with Azure Service Bus semantics, for development and tests.

The official SDKs talk to it unchanged. Beside the service it is small: messages live in memory and end with
the process; there are no sessions, transactions, partitions, rule actions, TLS, or HTTP administration API;
any key is accepted. Where Microsoft documents no answer, it chose one: deferring counts as a delivery, and a
dead-lettered message keeps its sequence number and its delivery count.
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
