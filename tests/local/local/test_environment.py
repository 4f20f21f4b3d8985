"""Who finds which service: the caller's own variable first, then a stack that is really running."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from infra.local.environment import (
    Environment,
    StackNotRunningError,
    StackRunningError,
    locked,
    published,
    stack_directory,
)
from infra.local.process import ROOT


def environment(directory: Path, **variables: str) -> Environment:
    return Environment({"HUNTAZE_LOCAL_DIRECTORY": str(directory), **variables})


def test_a_running_stack_says_where_its_services_are(tmp_path: Path) -> None:
    with locked(tmp_path), published(tmp_path, {"REDIS_URL": "redis://a", "CONNECTION": "Endpoint=x;Key=y="}):
        assert environment(tmp_path)["REDIS_URL"] == "redis://a"
        assert environment(tmp_path)["CONNECTION"] == "Endpoint=x;Key=y="
        assert environment(tmp_path).get("OTHER") is None


def test_the_callers_own_service_wins(tmp_path: Path) -> None:
    with locked(tmp_path), published(tmp_path, {"REDIS_URL": "redis://a"}):
        assert environment(tmp_path, REDIS_URL="redis://mine")["REDIS_URL"] == "redis://mine"


def test_without_a_stack_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StackNotRunningError, match="make run"):
        environment(tmp_path)["REDIS_URL"]


def test_the_file_of_a_killed_stack_is_not_believed(tmp_path: Path) -> None:
    with published(tmp_path, {"REDIS_URL": "redis://gone"}), pytest.raises(StackNotRunningError):
        environment(tmp_path)["REDIS_URL"]


def test_the_file_is_private_and_goes_with_the_stack(tmp_path: Path) -> None:
    with published(tmp_path, {"REDIS_URL": "redis://a"}) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_has_one_stack(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(StackRunningError, match=r"already running in this checkout \(process \d+\)"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        pass


def test_the_stack_lives_in_the_checkout_unless_the_caller_says_otherwise(tmp_path: Path) -> None:
    assert stack_directory({}) == ROOT / ".local"
    assert stack_directory({"HUNTAZE_LOCAL_DIRECTORY": str(tmp_path)}) == tmp_path
