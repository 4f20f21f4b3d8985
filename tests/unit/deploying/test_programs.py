"""Programs are tried again when it may help, and only then."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from infra.deploying.programs import ProgramError, Programs
from infra.deploying.progress import Progress
from infra.deploying.stopping import Status, StopError

#: Fails as it is told until it has been called so many times.
FAILS = "echo >> {0}; test $(wc -l < {0}) -ge {2} || {{ echo '{1}' >&2; exit 1; }}"


def _programs(pauses: list[float]) -> Programs:
    progress = Progress(console=Console(file=io.StringIO()))
    return Programs(progress=progress, pause_seconds=1.0, sleep=pauses.append)


@pytest.mark.parametrize(
    "said", ["(409) Conflict", "TooManyRequests", "Throttling: Rate exceeded", "(PrincipalNotFound)"]
)
def test_what_passes_is_waited_for_longer_and_longer(tmp_path: Path, said: str) -> None:
    pauses: list[float] = []
    _programs(pauses).run("sh", "-c", FAILS.format(tmp_path / "n", said, 4))
    assert len(pauses) == 3
    assert 0.5 <= pauses[0] <= 1.0 <= pauses[1] <= 2.0 <= pauses[2] <= 4.0


def test_what_does_not_pass_is_told_at_once(tmp_path: Path) -> None:
    pauses: list[float] = []
    with pytest.raises(ProgramError, match="InvalidTemplate"):
        _programs(pauses).run("sh", "-c", FAILS.format(tmp_path / "n", "InvalidTemplate", 9))
    assert pauses == []


def test_a_missing_tool_is_named() -> None:
    with pytest.raises(StopError, match="no-such-program") as stopped:
        _programs([]).require("no-such-program")
    assert stopped.value.status is Status.USAGE
