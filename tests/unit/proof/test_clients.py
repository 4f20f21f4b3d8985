"""The same seed, the same jobs; and a log whose last line is a part is read up to there."""

from __future__ import annotations

from pathlib import Path

from proof.clients import asked_for, lines_of


def test_a_seed_makes_a_run() -> None:
    jobs = asked_for(seed=7, count=500, creators=50)
    assert jobs == asked_for(seed=7, count=500, creators=50)
    assert jobs != asked_for(seed=8, count=500, creators=50)
    assert len({job.job_id for job in jobs}) == 500


def test_an_unfinished_line_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "log").write_text('{"a": 1}\n{"a": 2}\n{"a"')
    assert [line["a"] for line in lines_of(tmp_path / "log")] == [1, 2]
    assert list(lines_of(tmp_path / "none")) == []
