"""What the page for developers says is so: its programs verify, and its tables are the code's."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.process import ROOT
from shared.fetching.transport import MAX_HEADERS
from shared.webhooks.port import DEFAULT_EVENTS
from shared.webhooks.posting import MAX_BODY_BYTES
from shared.webhooks.register import MAX_ENDPOINTS
from shared.webhooks.schedule import ATTEMPT_SECONDS, DELAYS_SECONDS
from shared.webhooks.signing import new_secret, signature_headers

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODY = '{"type":"job.completed","data":{"text":"Hé 💋"}}'.encode()

Verified = Callable[[str, dict[str, str], bytes], bool]


def _program(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def _python(_: Path) -> Verified:
    names: dict[str, Any] = {}
    exec(_program("python"), names)  # noqa: S102 - the page's own program
    verified: Verified = names["verified"]
    return verified


def _node(directory: Path) -> Verified:
    (directory / "verified.mjs").write_text(_program("js"), encoding="utf-8")
    run = directory / "run.mjs"
    run.write_text(
        'import { verified } from "./verified.mjs";\n'
        "const [secret, headers, body] = process.argv.slice(2);\n"
        'console.log(verified(secret, JSON.parse(headers), Buffer.from(body, "base64")));\n'
    )

    def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
        arguments = [secret, json.dumps(headers), base64.b64encode(body).decode()]
        done = subprocess.run(  # noqa: S603 - the page's own program
            ["node", str(run), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return {"true": True, "false": False}[done.stdout.strip()]

    return verified


@pytest.mark.parametrize("language", [_python, _node])
def test_the_pages_program_verifies(language: Callable[[Path], Verified], tmp_path: Path) -> None:
    """Either secret of a rotation, and nothing that was changed or is old."""
    verified = language(tmp_path)
    old, new, now = new_secret(), new_secret(), int(time.time())
    headers = dict(signature_headers([new, old], webhook_id="msg_1", timestamp=now, body=BODY))
    assert verified(old, headers, BODY)
    assert verified(new, headers, BODY)
    assert not verified(new_secret(), headers, BODY)
    assert not verified(new, headers, BODY + b" ")
    assert not verified(new, {**headers, "webhook-id": "msg_2"}, BODY)
    assert not verified(new, {}, BODY)
    stale = dict(signature_headers([new], webhook_id="msg_1", timestamp=now - 400, body=BODY))
    assert not verified(new, stale, BODY)


def test_the_pages_schedule_is_the_codes() -> None:
    rows = re.findall(r"^\| (\d+) \| (at once|[^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, len(DELAYS_SECONDS) + 1))
    assert [_seconds(pause) for _, pause, _ in rows] == list(DELAYS_SECONDS)
    totals = [sum(DELAYS_SECONDS[: number + 1]) for number in range(len(DELAYS_SECONDS))]
    assert [_seconds(total) for _, _, total in rows] == totals


def _seconds(text: str) -> float:
    if text == "at once":
        return 0.0
    units = {"h": 3_600, "min": 60, "s": 1}
    return float(sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (h|min|s)", text)))


def test_the_pages_limits_are_the_codes() -> None:
    assert f"within {ATTEMPT_SECONDS:g} s" in PAGE
    assert f"at most {MAX_HEADERS} lines" in PAGE
    assert f"{MAX_BODY_BYTES // 1024} KB are read" in PAGE
    assert MAX_ENDPOINTS == 10
    assert "You may have ten endpoints" in PAGE
    assert all(f"`{event}`" in PAGE for event in DEFAULT_EVENTS)
    corpus = (ROOT / "tests" / "integration" / "ssrf" / "corpus.jsonl").read_text("utf-8")
    assert f"holds {len(corpus.splitlines())} attacks" in PAGE
