"""Letters as a person sees them: in a real Chromium, on a phone and on a desk, light and dark."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import pytest

from infra.local.pictures.letters import samples
from infra.local.process import ROOT

pytestmark = pytest.mark.timeout(120)

_LETTERS = Path(__file__).parent / "pages" / "letters.mjs"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are."""
    return tmp_path_factory.mktemp("letters")


@pytest.fixture(scope="module")
def seen(pictures: Path) -> Sequence[dict[str, Any]]:
    """Return what is seen of each letter, each time."""
    browser = next(
        found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))
    )
    files = []
    for name, html in samples().items():
        files.append(pictures / f"{name}.html")
        files[-1].write_text(html, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own program
        ["node", str(_LETTERS), browser, str(pictures), *map(str, files)],  # noqa: S607
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(pictures)},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    views: Sequence[dict[str, Any]] = json.loads(done.stdout)
    return views


def _of(view: dict[str, Any]) -> str:
    return f"{view['name']} {view['width']} {view['colorScheme']}"


def test_every_letter_is_seen_four_times(seen: Sequence[dict[str, Any]], pictures: Path) -> None:
    assert len(seen) == 4 * len(samples())
    for view in seen:
        picture = cv2.imread(str(pictures / f"{view['name']}-{view['width']}-{view['colorScheme']}.png"))
        assert picture is not None
        assert picture.shape[1] == view["width"]


def test_nothing_is_wider_than_the_window(seen: Sequence[dict[str, Any]]) -> None:
    assert [_of(view) for view in seen if view["overflows"]] == []


def test_nothing_is_loaded_and_nothing_is_wrong(seen: Sequence[dict[str, Any]]) -> None:
    """No picture from elsewhere tells anybody who reads what."""
    assert {_of(view): view["complaints"] for view in seen if view["complaints"]} == {}


def test_every_text_can_be_read(seen: Sequence[dict[str, Any]]) -> None:
    """WCAG AA, in both schemes; and nothing is smaller than 12 pixels."""
    assert {_of(view): view["least"] for view in seen if view["least"]["contrast"] < 4.5} == {}
    assert min(view["smallest"] for view in seen) >= 12


def test_dark_is_dark_and_light_is_light(seen: Sequence[dict[str, Any]]) -> None:
    grounds = {
        scheme: {view["ground"] for view in seen if view["colorScheme"] == scheme}
        for scheme in ("light", "dark")
    }
    assert grounds == {"light": {"rgb(244, 242, 249)"}, "dark": {"rgb(19, 17, 24)"}}


def test_a_thumb_finds_the_button(seen: Sequence[dict[str, Any]]) -> None:
    assert {len(view["buttons"]) for view in seen} == {1}
    assert min(min(view["buttons"]) for view in seen) >= 44
