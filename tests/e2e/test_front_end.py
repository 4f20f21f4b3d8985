"""What the front end's developer relies on: jobs in, events out, results over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from infra.local.process import ROOT
from tests.e2e.app import FOLLOWED_CREATOR, FOLLOWER, App, Event, message_of
from tests.e2e.model import Model

EXAMPLES = ROOT / "docs" / "examples" / "typescript"
SCHEMAS = ROOT / "docs" / "contracts" / "schemas"
#: Whole numbers of 64 bits: JavaScript's milliseconds since 1970.
_LONG = {"TYPE": "LONG", "VALUE": 1_766_400_000_000}


def test_a_job_from_javascript_completes_and_is_announced_to_javascript(app: App) -> None:
    """The published examples, run as they are: one publishes, the other follows."""
    with _following(app) as follower:
        job_id = _run_example(app, "publish.ts", f"Hey! {uuid4().hex}").strip()
        announced = json.loads(_line(follower))
    row = app.wait_for_job(job_id)
    [event] = app.events_of(job_id)
    assert announced == event.body
    assert row["state"] == "completed"
    assert len({each["text"] for each in row["result"]["suggestions"]}) == 3
    _check_contract(event)
    assert event.properties == {
        "jobId": job_id,
        "jobType": "chat.suggest",
        "creatorId": FOLLOWED_CREATOR,
        "status": "completed",
        "eventType": "job.completed",
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": event.message_id,
        "cloudEvents:source": "urn:huntaze:workers",
        "cloudEvents:type": "com.huntaze.job.completed",
        "cloudEvents:subject": job_id,
        "cloudEvents:time": event.body["updatedAt"],
        "cloudEvents:sequence": f"{event.body['version']:016}",
    }


def test_a_creator_may_be_a_number(app: App) -> None:
    """In the body and in the property; to everybody else it is text."""
    job_id = app.publish(_unheard_of(), creatorId=456)
    assert app.wait_for_job(job_id)["creator_id"] == "456"
    [event] = app.events_of(job_id)
    assert event.body["creatorId"] == event.properties["creatorId"] == "456"


def test_unknown_fields_are_kept(app: App) -> None:
    """The message that a job came with stays as it was, whatever else the front end wrote into it."""
    job_id = app.publish(_unheard_of(), clientVersion="9.1", experiment={"arm": "b"})
    kept = json.loads(app.wait_for_job(job_id)["body"])
    assert (kept["clientVersion"], kept["experiment"]) == ("9.1", {"arm": "b"})


@pytest.mark.parametrize("properties", [{"jobType": "image.draw"}, {}, {"jobtype": ""}])
def test_a_message_that_nobody_takes_is_kept(app: App, properties: dict[str, object]) -> None:
    """With an unknown job type, or with none."""
    name = uuid4().hex
    app.send(message_of(b"{}", properties, message_id=name))
    app.until(lambda: name in {each.message_id for each in app.waiting("unrouted")}, "it lies in unrouted")
    assert name not in {each.message_id for each in app.waiting("chat-suggestions")}


def test_a_result_can_be_fetched(app: App) -> None:
    """With the key, and only with it."""
    job_id = app.publish(_unheard_of())
    row = app.wait_for_job(job_id)
    status, answer = _get(app, f"/api/jobs/{job_id}")
    assert (status, answer["status"], answer["result"]) == (200, "completed", row["result"])
    assert answer["version"] == app.events_of(job_id)[-1].body["version"]
    assert _get(app, f"/api/jobs/{job_id}", key=None)[0] == 401
    assert _get(app, f"/api/jobs/{job_id}", key="wrong")[0] == 401


@pytest.mark.parametrize(
    "job_id",
    [
        "job_unknown",
        "%00",
        "job%00",
        "a%2Fb",
        "..%2F..%2Fetc",
        "%F0%9F%AB%B6",
        "%FF",
        "%",
        "'%20OR%201=1--",
        "x" * 10_240,
        "%20",
        "%0d%0aX:y",
        "{jobId}",
    ],
)
def test_an_id_that_names_no_job_is_not_found(app: App, job_id: str) -> None:
    """However odd: it is the asker's mistake, never ours."""
    status, _ = _get(app, f"/api/jobs/{job_id}")
    assert status in ({404} if job_id == "job_unknown" else {400, 404, 414})


@pytest.mark.parametrize("kind", ["rate_limit", "server_error", "garbage", "disconnect"])
def test_a_model_in_trouble_is_passed_over(app: App, model: Model, kind: str) -> None:
    """Another one answers within the same attempt, and the creator notices nothing."""
    model.fail(kind)
    job_id = app.publish(_unheard_of())
    assert app.wait_for_job(job_id)["state"] == "completed"
    assert app.states(job_id) == ["running", "completed"]


def test_when_no_model_answers_the_job_is_tried_again(app: App, model: Model) -> None:
    """After a pause, as a further attempt; what travels along comes back as it was, however large it is."""
    model.fail("server_error", count=1_000)
    job_id = f"job_{uuid4().hex}"
    body = {**_job(job_id), "notes": "🫶" * 60_000}
    raw = json.dumps(body, ensure_ascii=False).encode()
    app.send(message_of(raw, {"jobType": "chat.suggest", "publishedAt": _LONG}))
    app.until(lambda: "retry_wait" in app.states(job_id), "no model answers")
    model.forgive()
    row = app.wait_for_job(job_id)
    assert row["state"] == "completed"
    assert row["attempt"] >= 1
    assert app.states(job_id)[:2] == ["running", "retry_wait"]
    assert [event.body["status"] for event in app.events_of(job_id)] == ["completed"]


@pytest.mark.parametrize("kind", ["invalid_json", "truncated"])
def test_an_answer_that_is_none_is_mended_at_once(app: App, model: Model, kind: str) -> None:
    """The model is asked once more within the same attempt."""
    calls = model.calls
    model.fail(kind)
    job_id = app.publish(_unheard_of())
    app.wait_for_job(job_id)
    assert app.states(job_id) == ["running", "completed"]
    assert model.calls == calls + 2


def test_what_the_provider_filters_has_failed(app: App, model: Model) -> None:
    """At once, for a reason of its own; the message is a dead letter."""
    model.fail("content_filter")
    job_id = app.publish(_unheard_of())
    row = app.wait_for_job(job_id)
    assert (row["state"], row["error_code"]) == ("failed", "CONTENT_FILTERED")
    _check_failure(app, job_id, "CONTENT_FILTERED")


def test_a_job_that_comes_too_late_is_not_begun(app: App, model: Model) -> None:
    """Nobody waits for it any more, so nothing is spent on it."""
    calls = model.calls
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    job_id = app.publish(_unheard_of(), createdAt=long_ago.isoformat(), deadlineMs=1_000)
    assert app.wait_for_job(job_id)["state"] == "timeout"
    _check_failure(app, job_id, "TIMEOUT")
    assert model.calls == calls


def test_the_same_message_again_costs_nothing(app: App, model: Model) -> None:
    """The first answer is paid and in the ledger; the second comes from the cache."""
    fan_message, calls = _unheard_of(), model.calls
    first = app.publish(fan_message)
    assert app.wait_for_job(first)["result"]["cached"] is False
    second = app.publish(fan_message)
    assert app.wait_for_job(second)["result"]["cached"] is True
    ledger = "SELECT deployment, cost_usd_micros FROM huntaze_workers.ai_calls WHERE job_id = %s"
    [paid] = app.rows(ledger, first)
    assert paid["cost_usd_micros"] > 0
    assert sum(row["cost_usd_micros"] for row in app.rows(ledger, second)) == 0
    assert model.calls == calls + 1


def test_another_creator_does_not_see_the_answer(app: App, model: Model) -> None:
    """An answer is cached for the creator it was written for."""
    fan_message, calls = _unheard_of(), model.calls
    app.wait_for_job(app.publish(fan_message, creatorId="one"))
    assert app.wait_for_job(app.publish(fan_message, creatorId="other"))["result"]["cached"] is False
    assert model.calls == calls + 2


def test_the_same_job_twice_runs_once(app: App, model: Model) -> None:
    """A duplicate is completed; if it sends the first one's event again, then under the same id."""
    calls, job_id = model.calls, f"job_{uuid4().hex}"
    message = json.dumps(_job(job_id)).encode()
    properties = {"jobType": "chat.suggest", "jobId": job_id, "creatorId": "321"}
    app.send(*[message_of(message, properties) for _ in range(5)])
    app.wait_for_job(job_id)
    app.until(lambda: not app.waiting("chat-suggestions"), "the duplicates are gone")
    assert app.states(job_id) == ["running", "completed"]
    assert len({event.message_id for event in app.events_of(job_id)}) == 1
    assert model.calls == calls + 1


def test_the_same_id_for_another_job_is_refused(app: App) -> None:
    """The first one keeps its result; the second is kept aside and told so to the operator only."""
    job_id = app.publish(_unheard_of())
    row = app.wait_for_job(job_id)
    app.publish(_unheard_of(), jobId=job_id)
    app.until(
        lambda: app.rows("SELECT FROM huntaze_workers.quarantine WHERE job_id = %s", job_id), "kept aside"
    )
    app.until(lambda: not app.waiting("chat-suggestions"), "it is a dead letter")
    assert app.wait_for_job(job_id)["result"] == row["result"]
    assert len(app.events_of(job_id)) == 1


def _unheard_of() -> str:
    """Return a fan's message that no cache knows."""
    return f"Hey there, {uuid4().hex}!"


def _job(job_id: str) -> dict[str, Any]:
    return {
        "jobId": job_id,
        "jobType": "chat.suggest",
        "creatorId": "321",
        "payload": {"fanMessage": _unheard_of()},
        "deadlineMs": 90_000,
    }


def _check_contract(event: Event) -> None:
    assert event.content_type == "application/json"
    for name, value in (("event", event.body), ("chat.suggest.result", event.body["result"])):
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
        Draft202012Validator(schema).validate(value)


def _check_failure(app: App, job_id: str, code: str) -> None:
    """One event with the code, and a dead letter."""
    [event] = app.events_of(job_id)
    assert event.body["error"]["code"] == code
    status, answer = _get(app, f"/api/jobs/{job_id}")
    assert (status, answer["error"]) == (200, event.body["error"])
    app.until(
        lambda: any(_names(each, job_id) for each in app.dead_letters("chat-suggestions")), "it is dead"
    )


def _names(message: Any, job_id: str) -> bool:
    return bool((message.application_properties or {}).get(b"jobId") == job_id.encode())


def _get(app: App, path: str, *, key: str | None = "") -> tuple[int, Any]:
    """Ask the app over HTTP, with its key unless told otherwise; the path is sent as it stands."""
    headers = {} if key is None else {"x-functions-key": key or app.hosted.key}
    connection = HTTPConnection(urlsplit(app.hosted.url).netloc, timeout=10)
    try:
        connection.request("GET", quote(path, safe="%/{}'=:-_."), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        is_json = (answer.getheader("Content-Type") or "").startswith("application/json")
        return answer.status, json.loads(body) if is_json else body
    finally:
        connection.close()


def _run_example(app: App, name: str, *arguments: str) -> str:
    ended = subprocess.run(  # noqa: S603 - our own example
        _command(name, *arguments),
        cwd=ROOT,
        env=_environment(app),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@contextmanager
def _following(app: App) -> Iterator[subprocess.Popen[str]]:
    """Follow the next event with the published example."""
    command = _command("follow.ts", FOLLOWER, "1")
    options: dict[str, Any] = {"cwd": ROOT, "env": _environment(app), "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **options) as process:  # noqa: S603 - our own example
        try:
            yield process
            assert process.wait(10) == 0
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _command(name: str, *arguments: str) -> list[str]:
    return [str(ROOT / "node_modules" / ".bin" / "tsx"), str(EXAMPLES / name), *arguments]


def _environment(app: App) -> dict[str, str]:
    return {**os.environ, "SERVICEBUS_CONNECTION": app.connection}
