"""The operator's console: what goes on now, a dry run, a job's story, and a month's costs.

Everything on the pictures is the real thing on an embedded stack, but for the costs of the days before today:
these are made up, in the ledger, as a stack is as old as its picture.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.request import Request, urlopen

import psycopg

from infra.local import samples, stack
from infra.local.pictures.camera import Camera, Window
from infra.local.process import ServiceError
from infra.local.publishing import Publisher, publisher
from shared.contracts import JobType

#: The keys under which the page keeps its keys; see `workers/operations/console/keys.js`.
_PLATFORM, _OPERATOR = "huntaze.console.platform-key", "huntaze.console.operator-key"
_BUDGET_USD = "200"
_PATIENCE_SECONDS = 60.0
_FILTERED = 8
#: What a day costs, at most, with each model, in micro-dollars.
_DAYS = {
    "Mistral-Large-3": 2_600_000,
    "DeepSeek-V3.2": 1_900_000,
    "Phi-4-multimodal-instruct": 700_000,
    "Phi-4-mini-instruct": 120_000,
}
_LEDGER = """
INSERT INTO huntaze_workers.ai_calls (job_id, epoch, attempt, creator_id, task, role, deployment,
    input_tokens, output_tokens, reasoning_tokens, cost_usd_micros, at)
SELECT job_id, 0, 0, creator_id, 'made.up', 'creative', %s, 0, 0, 0, %s, %s FROM huntaze_workers.jobs
WHERE job_type <> 'video.analysis' ORDER BY md5(job_id || %s) LIMIT 1
"""
_ENDED = "SELECT count(*) FROM huntaze_workers.jobs WHERE due_at IS NULL"
_STORY = """
SELECT job_id FROM huntaze_workers.jobs WHERE job_type = 'video.analysis' AND state = 'completed' LIMIT 1
"""
_SHOWN = "document.querySelector({!r}) && !document.querySelector('.loading')"
_REHEARSED = """(() => {
    const dialog = document.querySelector('dialog')
    if (!dialog) document.querySelector('main .rows td') && document.querySelector('.actions .primary')?.click()
    else if (!dialog.querySelector('.rows') && !dialog.querySelector('[aria-busy]')) dialog.querySelector('[type=submit]').click()
    return dialog?.querySelector('.rows')
})()"""  # noqa: E501 - JavaScript


def take(camera: Camera, target: Path) -> None:
    """Run a stack of our own on which something has failed."""
    with tempfile.TemporaryDirectory(prefix="huntaze-picture-") as name:
        directory = Path(name)
        directory.chmod(0o711)  # PostgreSQL's own user may enter it
        os.environ["AI_MONTHLY_BUDGET_USD"] = _BUDGET_USD  # which the host's process inherits
        with stack.running(directory, os.environ, lambda _started: None) as variables:
            _live(variables, directory)
            _shoot(camera, target, variables)


def _shoot(camera: Camera, target: Path, variables: Mapping[str, str]) -> None:
    page = f"{variables['FUNCTIONS_URL']}/api/console"
    session = {_PLATFORM: variables["FUNCTIONS_KEY"], _OPERATOR: variables["OPERATOR_KEY"]}
    group = _group(variables)
    with psycopg.connect(variables["DATABASE_URL"]) as connection:
        [job_id] = connection.execute(_STORY).fetchone() or [""]

    def shoot(name: str, place: str, until: str, *, phone: bool = False, dark: bool = False) -> None:
        width, height = (390, 844) if phone else (1280, 860)
        language = "fr-FR" if phone and dark else "en-US"
        window = Window(width=width, height=height, language=language, dark=dark, session=session)
        file = target.with_name(f"{target.stem}{name}.png")
        camera.take(f"{page}#{place}", file, window=window, until=until)

    live = f"{_SHOWN.format('.listening.on')} && {{}}"
    calm = live.format("document.querySelector('.budget') && !document.querySelector('.dot.bad')")
    shoot("", "now", calm)
    shoot("-now-phone", "now", calm, phone=True, dark=True)
    shoot("-dry-run", f"dead-letters/chat-suggestions/{group}", _REHEARSED, dark=True)
    shoot("-dry-run-phone", f"dead-letters/chat-suggestions/{group}", _REHEARSED, phone=True)
    shoot("-story", f"jobs/{job_id}", live.format("document.querySelector('.timeline')"))
    shoot("-story-phone", f"jobs/{job_id}", live.format("document.querySelector('.timeline')"), phone=True)
    shoot("-costs", "costs", live.format("document.querySelector('.chart')"), dark=True)
    shoot("-costs-phone", "costs", live.format("document.querySelector('.chart')"), phone=True, dark=True)


def _live(variables: Mapping[str, str], directory: Path) -> None:
    """Have jobs done, and some fail: the model refuses them, or they are none."""
    with publisher(variables["SERVICEBUS_CONNECTION"]) as jobs:
        count = _publish_samples(jobs, variables, directory)
        _wait(variables, count)
        _simulator(variables, "POST", {"kind": "content_filter", "count": 1_000})
        for number in range(_FILTERED):
            text = f"Would you do it {number + 2} times, just for me?"
            jobs.publish(JobType.CHAT_SUGGEST, str(101 + number % 3), {"fanMessage": text})
        for number in range(2):
            jobs.publish(JobType.CHAT_SUGGEST, "104", {"fanMessage": number})
        jobs.publish(JobType.VIDEO_ANALYSIS, "105", {"videoUrl": "s3://huntaze-content/105/gone.mp4"})
        _wait(variables, count + _FILTERED + 3)
    _simulator(variables, "DELETE")
    _make_up(variables["DATABASE_URL"])


def _publish_samples(jobs: Publisher, variables: Mapping[str, str], directory: Path) -> int:
    from infra.local.uploads import Bucket

    for sample in samples.SAMPLES:
        payload = dict(sample.payload)
        if sample.file:
            file = sample.file(directory)
            payload[sample.url_field] = Bucket(variables).upload(file, creator_id=sample.creator_id)
        jobs.publish(sample.job_type, sample.creator_id, payload)
    return len(samples.SAMPLES)


def _wait(variables: Mapping[str, str], count: int) -> None:
    """Wait until so many jobs are over.

    Raises:
        ServiceError: they are not, in a minute.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with psycopg.connect(variables["DATABASE_URL"], autocommit=True) as connection:
        while time.monotonic() < deadline:
            [ended] = connection.execute(_ENDED).fetchone() or [0]
            if ended >= count:
                return
            time.sleep(0.2)
    raise ServiceError("The jobs for the pictures did not end.")


def _make_up(database_url: str) -> None:
    """Write down what the days before today might have cost."""
    chance, now = Random(7), datetime.now(UTC)  # noqa: S311 - a picture's
    with psycopg.connect(database_url) as connection:
        for day in range(1, now.day):
            for deployment, most in _DAYS.items():
                at = now.replace(day=day, hour=12)
                weekend = 0.6 if at.weekday() > 4 else 1.0  # noqa: PLR2004 - Saturday and Sunday
                cost = int(most * chance.uniform(0.5, 1.0) * weekend)
                connection.execute(_LEDGER, (deployment, cost, at, f"{day}{deployment}"))


def _group(variables: Mapping[str, str]) -> str:
    """Return the name of the largest group of dead letters."""
    headers = {"x-functions-key": variables["FUNCTIONS_KEY"], "x-operator-key": variables["OPERATOR_KEY"]}
    url = f"{variables['FUNCTIONS_URL']}/api/dead-letters?subscription=chat-suggestions"
    with urlopen(Request(url, headers=headers), timeout=60) as answer:  # noqa: S310 - our own host
        found = json.load(answer)
    return str(found["subscriptions"][0]["groups"][0]["group"])


def _simulator(variables: Mapping[str, str], method: str, body: Mapping[str, object] | None = None) -> None:
    url = f"{variables['AZURE_AI_ENDPOINT'].removesuffix('/models')}/simulator/faults"
    data = json.dumps(body).encode() if body else None
    with urlopen(Request(url, data=data, method=method), timeout=10):  # noqa: S310 - our own simulator
        """Nothing to read."""
