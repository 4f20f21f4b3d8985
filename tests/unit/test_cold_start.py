"""Importing the app is cheap and touches nothing: the platform does it at every cold start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_PROGRAM = """
import sys

def refuse(event, _arguments):
    if event.startswith("socket."):
        raise PermissionError(event)

sys.addaudithook(refuse)
import function_app
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""
#: What only an invocation may load.
_HEAVY = (
    *(
        "cv2",
        "boto3",
        "azure.cognitiveservices",
        "azure.storage.blob",
        "azure.servicebus",
        "azure.ai.inference",
    ),
    *("aiohttp", "opentelemetry", "psycopg", "hiredis", "pydantic", "tenacity", "shared.settings"),
    *("litellm", "openai"),  # never: they are peers of a benchmark
)


def test_importing_the_app_loads_no_sdk_reads_no_setting_and_opens_no_socket() -> None:
    """It works in an empty environment, with the network refused."""
    run = subprocess.run(  # noqa: S603 - this interpreter, this program
        [sys.executable, "-c", _PROGRAM, *_HEAVY],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, "", "")
