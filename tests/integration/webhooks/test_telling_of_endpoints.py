"""An operator keeps endpoints on behalf of creators."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import psycopg
import pytest
from cryptography.fernet import Fernet

from infra.local.process import ROOT
from infra.webhooks import keep_lines
from shared.clock import ManualClock
from shared.errors import ConfigurationError
from shared.webhooks.memory import MemoryPoster
from shared.webhooks.memory_table import MemoryWebhooks
from shared.webhooks.register import Register
from shared.webhooks.sealing import Seal
from shared.webhooks.signing import new_secret

LINE = {"creatorId": 101, "name": "crm", "url": "https://hooks.example.com/huntaze?key=private"}
OWN = new_secret()


def _register(*keys: str) -> tuple[Register, MemoryWebhooks]:
    table = MemoryWebhooks(ManualClock())
    return Register(endpoints=table, poster=MemoryPoster(), seal=Seal(keys)), table


async def test_what_can_be_used_is_kept_and_the_rest_is_named_and_not_quoted() -> None:
    register, table = _register(Fernet.generate_key().decode())
    lines = [
        json.dumps(LINE),
        "",
        json.dumps({**LINE, "name": "own", "secret": OWN, "events": ["job.failed"], "enabled": False}),
        json.dumps({**LINE, "url": "https://10.0.0.1/private"}),
        json.dumps({**LINE, "secret": "whsec_private"}),
        json.dumps({**LINE, "events": ["private"]}),
        json.dumps({**LINE, "name": "a b"}),
        "private",
        json.dumps([LINE]),
        json.dumps(LINE),
    ]
    secrets, complaints = io.StringIO(), io.StringIO()
    assert await keep_lines(lines, register, secrets=secrets, complaints=complaints) == (3, 6)
    told = [json.loads(line) for line in secrets.getvalue().splitlines()]
    assert [(each["creatorId"], each["name"]) for each in told] == [("101", "crm"), ("101", "own")]
    assert told[1]["secret"] == OWN
    named = [line.partition(":")[0] for line in complaints.getvalue().splitlines()]
    assert named == [f"line {number}" for number in (4, 5, 6, 7, 8, 9)]
    assert "private" not in complaints.getvalue()
    crm, own = await table.of("101")
    assert (crm.enabled, own.enabled, own.events) == (True, False, ("job.failed",))


async def test_without_a_key_nothing_is_kept() -> None:
    register, table = _register()
    with pytest.raises(ConfigurationError):
        await keep_lines([json.dumps(LINE)], register, secrets=io.StringIO(), complaints=io.StringIO())
    assert list(await table.of("101")) == []


def _run(*arguments: str, lines: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "infra.webhooks", *arguments],
        input=lines,
        text=True,
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "", "WEBHOOK_SECRETS_KEYS": "", **environment},
        timeout=240,
    )


def test_the_command_makes_a_key_and_keeps_endpoints_with_it(database_url: str) -> None:
    """The secret is printed once, and lies sealed in the database."""
    key = _run("--new-key").stdout.strip()
    settings = {"DATABASE_URL": database_url, "WEBHOOK_SECRETS_KEYS": key}
    first = _run(lines=json.dumps(LINE), **settings)
    assert (first.returncode, first.stderr) == (0, "1 endpoints are kept now as they were told.\n")
    secret = json.loads(first.stdout)["secret"]
    with psycopg.connect(database_url) as connection:
        ((sealed,),) = connection.execute("SELECT secret FROM huntaze_workers.webhook_endpoints").fetchall()
    assert secret not in sealed
    assert Seal([key]).opened(sealed) == secret
