"""What `tests/sharing.py` knows of the tests is still so."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from infra.local.process import ROOT
from tests.sharing import _LONG, _TOGETHER, _Queue

FILES = [str(path.relative_to(ROOT)) for path in Path(ROOT, "tests").rglob("test_*.py")]


@pytest.mark.parametrize("beginning", [*_LONG, *chain(*_TOGETHER)])
def test_every_beginning_is_that_of_a_file(beginning: str) -> None:
    assert any(file.startswith(beginning) for file in FILES)


def test_kills_go_first_and_units_last() -> None:
    queue = _Queue({file: {} for file in FILES})
    handed_out = [queue.popitem(last=False)[0] for _ in FILES]
    assert handed_out[0].startswith("tests/chaos/")
    assert handed_out[-1].startswith(("tests/unit/", "tests/local/"))
    assert sorted(handed_out) == sorted(FILES)
