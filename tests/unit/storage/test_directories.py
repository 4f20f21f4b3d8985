"""Private directories: made, removed, and swept when their process is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shared.storage import directories
from shared.storage.directories import PrivateDirectories

_LEAVING = """
import pathlib, sys
from shared.storage.directories import PrivateDirectories
(PrivateDirectories(pathlib.Path(sys.argv[1]))._make("dead") / "video").touch()
"""


def _left_by_a_dead_process(root: Path) -> None:
    command = [sys.executable, "-c", _LEAVING, str(root)]
    subprocess.run(command, check=True, cwd=Path(directories.__file__).parents[2])  # noqa: S603 - our own code


async def test_a_directory_is_private_and_removed_with_all_it_holds(tmp_path: Path) -> None:
    async with PrivateDirectories(tmp_path).directory("job/../7 é") as directory:
        assert directory.parent == tmp_path
        assert directory.stat().st_mode & 0o777 == 0o700
        (directory / "deep").mkdir()
        (directory / "deep" / "video").write_bytes(b"x")
    assert not any(tmp_path.iterdir())


async def test_a_directory_is_removed_when_the_job_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        async with PrivateDirectories(tmp_path).directory("job"):
            raise RuntimeError
    assert not any(tmp_path.iterdir())


async def test_the_same_name_gives_another_directory(tmp_path: Path) -> None:
    places = PrivateDirectories(tmp_path)
    async with places.directory("job") as one, places.directory("job") as other:
        assert one != other


async def test_a_sweep_takes_dead_processes_leavings_only(tmp_path: Path) -> None:
    places = PrivateDirectories(tmp_path)
    _left_by_a_dead_process(tmp_path)
    (tmp_path / "somebody-elses").mkdir()
    (tmp_path / "huntaze-job-odd").mkdir()
    async with places.directory("living") as living:
        assert await places.sweep() == 1
        assert living.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["huntaze-job-odd", "somebody-elses"]


async def test_a_process_with_a_reused_id_does_not_own_an_old_directory(tmp_path: Path) -> None:
    places = PrivateDirectories(tmp_path)
    async with places.directory("job") as directory:
        boot, pid, started, rest = directory.name.removeprefix("huntaze-job-").split("-", 3)
        (tmp_path / f"huntaze-job-{boot}-{pid}-{int(started) - 1}-{rest}").mkdir()
        (tmp_path / f"huntaze-job-{'0' * len(boot)}-{pid}-{started}-{rest}").mkdir()
        assert await places.sweep() == 2
        assert list(tmp_path.iterdir()) == [directory]


async def test_a_sweep_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "huntaze-job-00000000-1-0-x").symlink_to(outside)
    assert await PrivateDirectories(root).sweep() == 0
    assert outside.exists()
