"""Children start when they are ready, and never outlive whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from infra.local.process import ROOT, ServiceError, accepts_connections, free_port, python_module, spawn

READY_THEN_WAIT = "import time; print('READY {\"answer\": 42}', flush=True); time.sleep(60)"


def python(program: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(program)]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone_within(pids: Sequence[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_service_is_yielded_when_it_is_ready_and_gone_after_the_block(tmp_path: Path) -> None:
    with spawn(python(READY_THEN_WAIT), directory=tmp_path, name="service") as service:
        assert service.ready == {"answer": 42}
        assert alive(service.pid)
    assert not alive(service.pid)


def test_its_output_is_in_its_log(tmp_path: Path) -> None:
    program = "import sys; sys.stderr.write('hello\\n'); " + READY_THEN_WAIT
    with spawn(python(program), directory=tmp_path, name="service"):
        assert "hello" in (tmp_path / "service.log").read_text()


def test_variables_are_added_to_our_own(tmp_path: Path) -> None:
    program = "import os, time; print('READY {\"v\": \"%s\"}' % os.environ['V'], flush=True); time.sleep(60)"
    with spawn(python(program), directory=tmp_path, name="service", environment={"V": "x"}) as service:
        assert service.ready == {"v": "x"}


def test_a_service_that_ends_instead_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with (
        pytest.raises(ServiceError, match=r"(?s)broken ended with status 3.*no disk"),
        spawn(
            python("import os; os.write(2, b'no disk\\n'); os._exit(3)"), directory=tmp_path, name="broken"
        ),
    ):
        pass


def test_a_program_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(ServiceError, match=r"(?s)status 127.*No such file"),
        spawn([str(tmp_path / "missing")], directory=tmp_path, name="missing"),
    ):
        pass


def test_a_silent_service_is_an_error_and_gone(tmp_path: Path) -> None:
    program = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    with (
        pytest.raises(ServiceError, match=r"not ready after 0.3 seconds"),
        spawn(python(program), directory=tmp_path, name="silent", ready_timeout_seconds=0.3),
    ):
        pass
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_foreign_program_is_asked_by_a_probe(tmp_path: Path) -> None:
    port = free_port()
    program = f"""
        import socket, time
        time.sleep(0.1)
        with socket.create_server(("127.0.0.1", {port})):
            time.sleep(60)
    """
    with spawn(python(program), directory=tmp_path, name="foreign", ready=lambda: accepts_connections(port)):
        assert accepts_connections(port)
    assert not accepts_connections(port)


def test_grandchildren_are_gone_too(tmp_path: Path) -> None:
    program = """
        import json, subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print("READY " + json.dumps({"child": child.pid}), flush=True)
        time.sleep(60)
    """
    with spawn(python(program), directory=tmp_path, name="family") as service:
        pass
    assert gone_within([service.pid, service.ready["child"]], 60)


def test_a_service_may_end_in_its_own_way(tmp_path: Path) -> None:
    program = f"""
        import signal, sys, time
        def stop(*_):
            open({str(tmp_path / "stopped")!r}, "w").close()
            sys.exit()
        signal.signal(signal.SIGINT, stop)
        print("READY {{}}", flush=True)
        time.sleep(60)
    """
    with spawn(python(program), directory=tmp_path, name="polite", stop_signal=signal.SIGINT):
        pass
    assert (tmp_path / "stopped").exists()


def test_a_service_that_ends_by_itself_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with spawn(python(READY_THEN_WAIT), directory=tmp_path, name="service") as service:
        os.kill(service.pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while not caplog.records and time.monotonic() < deadline:
            time.sleep(0.01)
    (record,) = caplog.records
    assert (vars(record)["service"], vars(record)["status"]) == ("service", 137)


def test_a_service_that_is_asked_to_end_is_not(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with spawn(python(READY_THEN_WAIT), directory=tmp_path, name="service"):
        pass
    assert not caplog.records


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nested_children_die_with_their_parent_however_it_dies(tmp_path: Path, how: signal.Signals) -> None:
    """Parent → guard → service → guard → service: killing the first leaves none of them."""
    parent = tmp_path / "parent.py"
    inner = [sys.executable, "-c", READY_THEN_WAIT]
    middle = f"""
import sys, time, json
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from infra.local.process import spawn
with spawn({inner!r}, directory=Path({str(tmp_path)!r}), name="inner") as service:
    print("READY " + json.dumps({{"inner": service.pid}}), flush=True)
    time.sleep(60)
"""
    parent.write_text(f"""
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests in the background ignores it
from infra.local.process import spawn
with spawn([sys.executable, "-c", {middle!r}], directory=Path({str(tmp_path)!r}), name="middle") as service:
    print(service.pid, service.ready["inner"], flush=True)
    time.sleep(60)
""")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, str(parent)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout
        pids = [int(word) for word in process.stdout.readline().split()]
        assert all(alive(pid) for pid in pids)
        process.send_signal(how)
        assert gone_within(pids, 60)


def test_the_guard_passes_the_childs_status_on() -> None:
    for program, status in [("raise SystemExit(5)", 5), ("import os; os.kill(os.getpid(), 9)", 137)]:
        guard = subprocess.Popen(  # noqa: S603 - our own interpreter
            [*python_module("infra.local.guard"), "--", *python(program)], stdin=subprocess.PIPE, cwd=ROOT
        )
        with guard:
            assert guard.wait(10) == status


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_killing_the_guard_itself_leaves_nothing_behind(tmp_path: Path) -> None:
    with spawn(python(READY_THEN_WAIT), directory=tmp_path, name="service") as service:
        status = Path(f"/proc/{service.pid}/status").read_text()
        guard = int(status.partition("PPid:")[2].split()[0])
        os.kill(guard, signal.SIGKILL)
        assert gone_within([service.pid], 60)
