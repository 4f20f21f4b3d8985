"""Benchmarks are measured by hand; what is said of them is tested."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import __main__ as runner
from benchmarks.measurement import Measurement, Promise, compare

FASTER = Promise(text="ratio > 1", holds=lambda ratio: ratio > 1)
Run = Callable[[Measurement], int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a benchmark that measures this."""
    monkeypatch.setattr(runner, "BENCHMARKS", ("sample",))
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "bench")

    def run(measurement: Measurement) -> int:
        def measure() -> Iterator[Measurement]:
            yield measurement

        sample = ModuleType("benchmarks.sample")
        sample.__dict__["measure"] = measure
        monkeypatch.setitem(sys.modules, sample.__name__, sample)
        return runner.main([])

    return run


def sample(ours: list[float], promise: Promise | None = FASTER) -> Measurement:
    """Compare with a peer that is steady but once."""
    return compare("sample", ours, [10.0, 10.0, 40.0], unit="jobs", peer_name="peer", promise=promise)


def test_a_ratio_is_of_rounds_not_of_medians() -> None:
    """What slows a round down slows both of its sides."""
    measurement = sample([20.0, 20.0, 80.0])
    assert (measurement.ratio_low, measurement.ratio, measurement.ratio_high) == (2.0, 2.0, 2.0)


def test_a_line_is_printed_and_kept(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output has nothing but JSON lines."""
    assert run(sample([20.0, 20.0, 80.0])) == 0
    printed = capsys.readouterr().out
    line = json.loads(printed)
    assert {name: line[name] for name in ("name", "ours", "peer", "ratio", "promise", "holds")} == {
        "name": "sample",
        "ours": 20.0,
        "peer": 10.0,
        "ratio": 2.0,
        "promise": "ratio > 1",
        "holds": True,
    }
    assert (tmp_path / "bench" / "sample.jsonl").read_text() == printed


def test_a_broken_promise_is_the_exit_status(run: Run) -> None:
    """What is told for information breaks none."""
    assert run(sample([5.0, 5.0, 20.0])) == 1
    assert run(sample([5.0, 5.0, 20.0], promise=None)) == 0


def test_an_unknown_benchmark_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """And named."""
    assert run(sample([20.0, 20.0, 80.0])) == 0
    with pytest.raises(SystemExit):
        runner.main(["nonsense"])
    assert "nonsense" in capsys.readouterr().err
