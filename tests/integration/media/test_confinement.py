"""What the child process can no longer do once it parses: reach a network, program, secret or other video."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from infra.local.process import ROOT

_ATTEMPTS = """
    import ctypes, json, os, socket, sys, threading
    from pathlib import Path
    from shared.media.child.filesystem import confine
    from shared.media.child.system_calls import refuse_dangerous_calls

    own, other, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    confined = confine(readable=[own / "video"], writable=[own / "job"]), refuse_dangerous_calls()

    def attempt(work):
        try:
            return f"done: {work()!r}"
        except Exception as error:
            return type(error).__name__

    libc = ctypes.CDLL(None, use_errno=True)
    print(json.dumps({
        "confined": confined,
        "read the video": attempt(lambda: (own / "video").read_text()),
        "write to the job": attempt(lambda: (own / "job" / "frame").write_text("x")),
        "remove from the job": attempt(lambda: (own / "job" / "frame").unlink()),
        "change the video": attempt(lambda: (own / "video").write_text("x")),
        "link in the job": attempt(lambda: (own / "job" / "link").symlink_to("/etc/hostname")),
        "read another's video": attempt(lambda: (other / "video").read_text()),
        "list the directory": attempt(lambda: os.listdir(own)),
        "read the parent's environment": attempt(lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes()),
        "connect": attempt(lambda: socket.create_connection(("127.0.0.1", port), 1)),
        "make a socket": attempt(lambda: socket.socket()),
        "make a local socket": attempt(lambda: socket.socketpair()),
        "fork": attempt(os.fork),
        "run a program": attempt(lambda: os.execv("/bin/true", ["true"])),
        "signal the parent": attempt(lambda: os.kill(os.getppid(), 0)),
        "trace the parent": libc.ptrace(16, os.getppid(), 0, 0),
    }))
    thread = threading.Thread(target=lambda: print("threads still start", file=sys.stderr))
    thread.start()
    thread.join()
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a confined process says of its attempts."""
    own, other = tmp_path_factory.mktemp("own"), tmp_path_factory.mktemp("other")
    for directory in (own, other):
        (directory / "video").write_text("pictures")
        (directory / "job").mkdir()
    return asyncio.run(_attempted(own, other))


async def _attempted(own: Path, other: Path) -> dict[str, Any]:
    visitors: list[object] = []
    server = await asyncio.start_server(lambda *visitor: visitors.append(visitor), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        command = [sys.executable, "-c", textwrap.dedent(_ATTEMPTS), str(own), str(other), str(port)]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        answer, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return {**json.loads(answer), "visitors": len(visitors), "stderr": errors.decode()}


def test_the_kernel_confines(outcome: dict[str, Any]) -> None:
    assert outcome["confined"] == [True, True]


@pytest.mark.parametrize(
    ("attempt", "result"),
    [
        ("read the video", "done: 'pictures'"),
        ("write to the job", "done: 1"),
        ("remove from the job", "done: None"),
        ("change the video", "PermissionError"),
        ("link in the job", "PermissionError"),
        ("read another's video", "PermissionError"),
        ("list the directory", "PermissionError"),
        ("read the parent's environment", "PermissionError"),
        ("connect", "PermissionError"),
        ("make a socket", "PermissionError"),
        ("make a local socket", "PermissionError"),
        ("fork", "PermissionError"),
        ("run a program", "PermissionError"),
        ("signal the parent", "PermissionError"),
        ("trace the parent", -1),
    ],
)
def test_it_may_do_its_work_and_nothing_else(
    outcome: dict[str, Any], attempt: str, result: str | int
) -> None:
    assert outcome[attempt] == result


def test_nobody_was_visited_and_threads_still_start(outcome: dict[str, Any]) -> None:
    assert outcome["visitors"] == 0
    assert "threads still start" in outcome["stderr"]


_ENDURED = """
    import resource, sys, os
    from pathlib import Path
    from shared.media.child.limits import restrict
    restrict(address_space_bytes=400_000_000, cpu_seconds=1, file_bytes=1000, open_files=16)
    match sys.argv[1]:
        case "memory":
            try:
                bytearray(500_000_000)
            except MemoryError:
                sys.exit(7)
        case "file":
            try:
                Path(sys.argv[2]).write_bytes(bytes(2000))
            except OSError:
                sys.exit(7)
        case "files":
            try:
                [os.open("/dev/null", os.O_RDONLY) for _ in range(20)]
            except OSError:
                sys.exit(7)
        case "core":
            sys.exit(7 if resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) else 1)
        case "time":
            while True:
                pass
"""


@pytest.mark.parametrize(
    ("what", "status"), [("memory", 7), ("file", 7), ("files", 7), ("core", 7), ("time", -24)]
)
def test_the_kernel_holds_it_to_its_limits(tmp_path: Path, what: str, status: int) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_ENDURED), what, os.fspath(tmp_path / "file")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == status  # noqa: S603 - our own code
