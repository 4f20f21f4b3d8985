"""The commands of the runbook, as an operator would paste them, on the running app."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.model_simulator import Endpoint
from shared.access.operators import Role
from tests.e2e.app import App
from tests.e2e.model import Model
from tests.e2e.operators import KEYS, ask

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "runbook.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
[PRELUDE] = re.findall(r"<!-- prelude -->\s*```sh\n(.*?)```", PAGE, re.DOTALL)
_PARTS = re.split(r"^#+ ", PAGE, flags=re.MULTILINE)[1:]
SITUATIONS = {part.partition("\n")[0]: _BLOCK.findall(part) for part in _PARTS}


_CREATOR = "runbook-7"


@pytest.fixture(scope="module")
def failed_job(app: App, model_endpoint: Endpoint) -> str:
    """A job whose message is dead, as the content filter refused it."""
    model = Model(model_endpoint)
    model.fail("content_filter")
    job_id = app.publish(f"You are {uuid4().hex}?", creatorId=_CREATOR)
    assert app.wait_for_job(job_id)["state"] == "failed"
    model.forgive()
    path = f"dead-letters/chat-suggestions?text={job_id}"
    app.until(lambda: ask(app.hosted, path).body["messages"], "its message is dead")
    return job_id


@pytest.mark.parametrize("situation", SITUATIONS)
def test_its_commands_work(app: App, failed_job: str, situation: str) -> None:
    """Each ends well and answers JSON, line by line."""
    for block in SITUATIONS[situation]:
        script = block if block == PRELUDE else PRELUDE + _told_apart(block)
        done = subprocess.run(  # noqa: S603 - the repository's own page
            ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - the machine's own shell
            env={
                **os.environ,
                "FUNCTIONS_URL": app.hosted.url,
                "FUNCTIONS_KEY": app.hosted.key,
                "OPERATOR_KEY": KEYS[Role.OPERATOR],
                "JOB_ID": failed_job,
                "CREATOR_ID": _CREATOR,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        for answer in filter(str.strip, done.stdout.split(_MARK)):
            assert json.loads(answer.partition("It had ended")[0]), block


_MARK = "\n--- next ---\n"


def _told_apart(block: str) -> str:
    """Have a line between the answers."""
    return "\n".join(
        f"{line}\nprintf '%s' '{_MARK}'" if re.match(r"(ask|curl) ", line) else line
        for line in block.splitlines()
    )
