"""The commands work with any Python of the machine."""

from __future__ import annotations

import subprocess
import sys

from infra.local.process import ROOT


def test_a_python_without_packages_hands_over_to_the_checkouts_own() -> None:
    """As when a person types `python -m infra.local` without activating anything."""
    bare = [sys.executable, "-S", "-m", "infra.local", "--help"]  # without site-packages
    shown = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - our own command
    assert "publish" in shown.stdout
