"""`python -m infra.local`, as a person uses it: up, the other commands beside it, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

import psutil
import pytest

from infra.local.environment import stack_directory
from infra.local.parts import HOST, SERVICES
from infra.local.process import ROOT, python_module

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def surroundings() -> Iterator[Mapping[str, str]]:
    """A caller's environment: no service of its own, and a directory that every test here shares."""
    with tempfile.TemporaryDirectory(prefix="huntaze-stack-") as name:
        own = {part.variable for part in (*SERVICES, HOST)}
        inherited = {name: value for name, value in os.environ.items() if name not in own}
        yield {**inherited, "HUNTAZE_LOCAL_DIRECTORY": name}


def run(surroundings: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - our own program
        python_module("infra.local", *arguments),
        env=surroundings,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=400,
    )
    return done.returncode, done.stdout


@contextmanager
def up(surroundings: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A stack in a process group of its own, as a terminal has it, once its samples are done."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        python_module("infra.local", "up"),
        env={**surroundings, "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )
    with process, process.stdout or nullcontext():
        try:
            lines: list[str] = []
            for line in process.stdout or ():
                lines.append(line)
                if "Ctrl-C ends everything" in line:
                    break
            assert process.poll() is None, "".join(lines)
            yield process
        finally:
            process.kill()


def left_behind(surroundings: Mapping[str, str]) -> list[psutil.Process]:
    """Every process that descends from a stack in this directory: they inherit the variable."""
    directory = surroundings["HUNTAZE_LOCAL_DIRECTORY"]
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("HUNTAZE_LOCAL_DIRECTORY") == directory:
                found.append(process)
        except psutil.Error:
            continue  # it has just ended, or is somebody else's
    return found


def nothing_left_within(surroundings: Mapping[str, str], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while left := left_behind(surroundings):
        if time.monotonic() > deadline:
            return not left
        time.sleep(0.05)
    return True


def test_once_runs_every_sample_to_its_end_and_leaves_nothing(surroundings: Mapping[str, str]) -> None:
    status, output = run(surroundings, "up", "--once")
    assert status == 0, output
    assert "sample jobs completed" in output
    assert "simulated" in output
    assert not (stack_directory(surroundings) / "stack.env").exists()
    assert left_behind(surroundings) == []


def test_the_other_commands_work_beside_it_and_a_kill_leaves_nothing(surroundings: Mapping[str, str]) -> None:
    with up(surroundings) as stack:
        assert len(left_behind(surroundings)) > len(SERVICES)

        status, output = run(surroundings, "publish", "chat.suggest", "--message", "Ciao bella!", "--wait")
        assert status == 0, output
        job_id = output.split()[0]

        status, output = run(surroundings, "jobs", job_id)
        assert (status, "completed" in output) == (0, True), output

        status, output = run(surroundings, "events", "--no-follow", "--json")
        events = [json.loads(line) for line in output.splitlines()]
        assert [event["status"] for event in events if event["jobId"] == job_id][-1:] == ["completed"]

        status, output = run(surroundings, "up", "--once")
        assert (status, "already running" in output) == (1, True), output

        stack.send_signal(signal.SIGKILL)
        assert nothing_left_within(surroundings, 60)


def test_ctrl_c_ends_everything_and_is_no_failure(surroundings: Mapping[str, str], redis_url: str) -> None:
    """The signal goes to the terminal's foreground group; a service of the caller's own is left alone."""
    with up({**surroundings, "REDIS_URL": redis_url}) as stack:
        assert "redis-server" not in {process.name() for process in left_behind(surroundings)}
        os.killpg(stack.pid, signal.SIGINT)
        assert stack.wait(120) == 0
        assert left_behind(surroundings) == []


def test_a_service_of_ours_that_does_not_answer_is_a_clear_failure(surroundings: Mapping[str, str]) -> None:
    status, output = run({**surroundings, "DATABASE_URL": "postgresql://me@127.0.0.1:1/x"}, "up", "--once")
    assert (status, "DATABASE_URL names does not answer" in output) == (1, True), output
    assert left_behind(surroundings) == []
