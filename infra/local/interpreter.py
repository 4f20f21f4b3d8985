"""`python -m infra.local`, whichever Python that is: the checkout's own environment has what is needed."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

_OWN = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "python"


def go_on_in_own_environment() -> None:
    """Start again under the environment that `make` has installed, if this Python lacks its packages."""
    if importlib.util.find_spec("rich") is None and _OWN.exists():
        os.execv(_OWN, [str(_OWN), "-m", "infra.local", *sys.argv[1:]])  # noqa: S606 - our own interpreter
