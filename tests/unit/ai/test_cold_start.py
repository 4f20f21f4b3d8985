"""Adapters are cheap to import: their SDKs are loaded when they are first used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
import shared.ai.azure_inference, shared.ai.caching, shared.ai.redis_spending
import shared.cache.memory, shared.cache.redis
import workers.chat_suggestions.handler
print(*sorted({"aiohttp", "azure", "hiredis"} & set(sys.modules)))
"""


def test_importing_loads_no_sdk() -> None:
    """A function app is imported far more often than it is needed."""
    run = subprocess.run(  # noqa: S603 - this interpreter, this program
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""
