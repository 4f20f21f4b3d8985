"""Starting a service as a child process that is ready when we go on, and gone when we are.

Each of our own services says `READY {json}` on its standard output when it accepts work. For a foreign
program a probe is asked instead. Either way the child runs under `infra.local.guard`.
"""

from __future__ import annotations

import json
import logging
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

from infra.local import guard
from shared.errors import HuntazeError

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
LOCALHOST = "127.0.0.1"

#: Below the range from which kernels take the ports of outgoing connections, so that nobody takes ours in
#: the moment between choosing and listening.
_PORTS = range(15_000, 32_000)
_POLL_SECONDS = 0.01
_TAIL_LINES = 20
_READY = b"READY "


class ServiceError(HuntazeError):
    """A service of the embedded stack did not start."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A child process that accepts work."""

    #: The JSON of its READY line; empty for a foreign program.
    ready: Mapping[str, Any]
    #: The service's own process, not its guard's.
    pid: int


@contextmanager
def spawn(
    argv: Sequence[str],
    *,
    directory: Path,
    name: str,
    environment: Mapping[str, str] | None = None,
    ready_timeout_seconds: float = 120.0,
    ready: Callable[[], bool] | None = None,
    stop_signal: Signals = Signals.SIGTERM,
) -> Iterator[Service]:
    """Run a program from the checkout's root for as long as the block lasts.

    Args:
        argv: the program and its arguments.
        directory: where `name.log` takes its standard output and error, this start's alone.
        name: what errors and the log call it.
        environment: variables on top of this process's own.
        ready_timeout_seconds: how long it may take to accept work.
        ready: says whether a foreign program accepts work; without it, its READY line does.
        stop_signal: what asks it to end cleanly; after a grace time it is killed.

    Raises:
        ServiceError: it ended or stayed silent instead of becoming ready; the message has its log's tail.
    """
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / f"{name}.log"
    with _guarded(argv, ["--signal", stop_signal.name], log, environment) as (process, pid):
        waiting = _Waiting(name, process, log, ready)
        service = Service(ready=waiting.until_ready(ready_timeout_seconds), pid=pid)
        with _watched(name, process, log):
            yield service


def python_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our modules with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens, for a program that can't choose one itself."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind((LOCALHOST, port))
            except OSError:
                continue
            return port


def accepts_connections(port: int) -> bool:
    """Say whether somebody listens on a port of 127.0.0.1."""
    try:
        with socket.create_connection((LOCALHOST, port), timeout=1.0):
            return True
    except OSError:
        return False


@contextmanager
def _guarded(
    argv: Sequence[str], options: Sequence[str], log: Path, environment: Mapping[str, str] | None
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the guard, yield it with its child's pid, and end both."""
    pid_from, pid_to = os.pipe()
    with os.fdopen(pid_from) as pid, log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - the callers are ours
                [sys.executable, "-P", guard.__file__, "--pid-to", str(pid_to), *options, "--", *argv],
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=[pid_to],
                start_new_session=True,
            )
        finally:
            os.close(pid_to)
        try:
            yield process, int(pid.readline() or 0)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the guard end its child, as it would if we died."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(guard.GRACE_SECONDS * 2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _watched(name: str, process: subprocess.Popen[bytes], log: Path) -> Iterator[None]:
    """Say so when a service ends before anybody asked it to."""
    leaving = threading.Event()

    def watch() -> None:
        status = process.wait()
        if not leaving.is_set():
            details = {"action": "service_ended", "service": name, "status": status, "log": str(log)}
            logger.error("A service of the embedded stack ended by itself.", extra=details)

    threading.Thread(target=watch, name=f"watch-{name}", daemon=True).start()
    try:
        yield
    finally:
        leaving.set()


class _Waiting:
    """Waits for one service to become ready."""

    def __init__(
        self, name: str, process: subprocess.Popen[bytes], log: Path, probe: Callable[[], bool] | None
    ) -> None:
        self._name = name
        self._process = process
        self._log = log
        self._probe = probe

    def until_ready(self, timeout_seconds: float) -> Mapping[str, Any]:
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if (status := self._process.poll()) is not None:
                raise ServiceError(f"{self._name} ended with status {status} at once.{self._tail()}")
            if (answer := self._answer()) is not None:
                return answer
            time.sleep(_POLL_SECONDS)
        raise ServiceError(f"{self._name} was not ready after {timeout_seconds:g} seconds.{self._tail()}")

    def _answer(self) -> Mapping[str, Any] | None:
        if self._probe:
            return {} if self._probe() else None
        for line in self._log.read_bytes().splitlines(keepends=True):
            if line.startswith(_READY) and line.endswith(b"\n"):
                answer: Mapping[str, Any] = json.loads(line.removeprefix(_READY))
                return answer
        return None

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return f" Its log, {self._log}, ends so:\n" + "\n".join(f"  {line}" for line in lines)
