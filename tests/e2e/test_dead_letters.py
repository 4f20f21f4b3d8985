"""Dead letters over HTTP: what the operator sees, asks for and gets, on the running app."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Any
from uuid import uuid4

import pytest

from infra.local.process import ROOT
from shared.access.operators import Role
from tests.e2e.app import App, message_of
from tests.e2e.model import Model
from tests.e2e.operators import KEYS, Answer, ask

CHAT = "dead-letters/chat-suggestions"


def _failed(app: App, model: Model) -> str:
    """Have a job fail for good, and wait until its message is dead."""
    model.fail("content_filter")
    job_id = app.publish(f"You are {uuid4().hex}?")
    assert app.wait_for_job(job_id)["state"] == "failed"
    app.until(lambda: _letter(app, job_id), "its message is dead")
    return job_id


def _letter(app: App, job_id: str, **asked: str) -> Any:
    query = "&".join([f"text={job_id}", *(f"{name}={value}" for name, value in asked.items())])
    role = Role.ADMIN if asked else Role.VIEWER
    messages = ask(app.hosted, f"{CHAT}?{query}", role=role).body["messages"]
    return messages[0] if messages else None


def _replay(app: App, job_id: str, **asked: Any) -> Answer:
    body = {"selector": {"jobIds": [job_id]}, "limit": 10, **asked}
    return ask(app.hosted, f"{CHAT}/replay", method="POST", role=Role.OPERATOR, body=body)


def test_a_failed_job_from_its_group_to_its_end(app: App, model: Model) -> None:
    """It is seen with its reason, rehearsed, replayed, and done; a body only an administrator reads."""
    job_id = _failed(app, model)
    letter = _letter(app, job_id)
    assert (letter["errorCode"], letter["jobType"], letter["job"]) == (
        "CONTENT_FILTERED",
        "chat.suggest",
        {"state": "failed", "epoch": 0},
    )
    assert letter["replay"] == {"outcome": "sent", "reason": None}
    assert "body" not in letter
    assert "You are" in _letter(app, job_id, includeBody="true")["body"]
    overview = ask(app.hosted, "dead-letters?subscription=chat-suggestions").body
    [found] = overview["subscriptions"]
    assert letter["group"] in {group["group"] for group in found["groups"]}

    rehearsed = _replay(app, job_id, dryRun=True)
    assert rehearsed.body["counts"] == [{"outcome": "sent", "reason": None, "count": 1}]
    model.forgive()
    replayed = _replay(app, job_id, waitSeconds=30)
    assert (replayed.status, replayed.body["state"]) == (200, "completed")
    assert replayed.body["counts"] == rehearsed.body["counts"]
    row = app.wait_for_job(job_id)
    assert (row["state"], row["epoch"]) == ("completed", 1)
    assert _letter(app, job_id) is None
    told = ask(app.hosted, f"replays/{replayed.body['id']}").body
    assert [(each["jobId"], each["outcome"], each["sentAs"]) for each in told["messages"]] == [
        (job_id, "sent", f"{job_id}:r1")
    ]


def test_the_same_request_again_is_the_same_replay(app: App, model: Model) -> None:
    """By its id, in the body or the header; another request under that id is refused."""
    job_id, name = _failed(app, model), uuid4().hex
    model.forgive()
    first, second = (_replay(app, job_id, id=name, waitSeconds=30) for _ in range(2))
    assert (first.body["id"], second.body["state"], second.body["sent"]) == (name, "completed", 1)
    assert _replay(app, job_id, id=name, ratePerSecond=1).status == 409
    assert app.wait_for_job(job_id)["epoch"] == 1


def test_an_edited_letter_becomes_a_new_job(app: App) -> None:
    """A message that was no job is mended; what is not valid is refused with its reason."""
    job_id = f"job_{uuid4().hex}"
    app.send(
        message_of(
            f'{{"jobId": "{job_id}", "jobType": "chat.suggest", "creatorId": "7", "payload": {{}}}}'.encode(),
            {"jobType": "chat.suggest", "jobId": job_id, "creatorId": "7"},
        )
    )
    letter = app.until(lambda: _letter(app, job_id), "it is dead")
    assert letter["errorCode"] == "INVALID_PAYLOAD"
    assert letter["replay"] == {"outcome": "refused", "reason": "invalid_payload"}
    asked = {"id": uuid4().hex, "sequenceNumber": letter["sequenceNumber"], "payload": {"fanMessage": 3}}
    wrong = ask(app.hosted, f"{CHAT}/edit-replay", method="POST", role=Role.ADMIN, body=asked)
    assert (wrong.status, wrong.body["error"]["code"]) == (400, "INVALID_PAYLOAD")
    asked["payload"] = {"fanMessage": "Good night babe 😘"}
    edited, again = (
        ask(app.hosted, f"{CHAT}/edit-replay", method="POST", role=Role.ADMIN, body=asked) for _ in range(2)
    )
    assert edited.status == 200, edited.body
    assert again.body["jobId"] == edited.body["jobId"]
    row = app.wait_for_job(edited.body["jobId"])
    assert (row["state"], row["properties"]["editOf"]) == ("completed", job_id)
    assert _letter(app, job_id) is None


def test_what_is_archived_is_away_and_can_be_had_back(app: App, model: Model) -> None:
    job_id = _failed(app, model)
    body = {"selector": {"jobIds": [job_id]}, "limit": 1, "waitSeconds": 30}
    archived = ask(app.hosted, f"{CHAT}/archive", method="POST", role=Role.OPERATOR, body=body)
    assert (archived.body["state"], archived.body["cleared"]) == ("completed", 1)
    assert _letter(app, job_id) is None
    kept = ask(app.hosted, f"{CHAT}/archive?limit=200").body["messages"]
    assert [each["archivedBy"] for each in kept if each["jobId"] == job_id] == ["e2e-operator"]
    model.forgive()
    restored = ask(app.hosted, f"{CHAT}/restore", method="POST", role=Role.OPERATOR, body=body)
    assert restored.body["counts"] == [{"outcome": "sent", "reason": None, "count": 1}]
    assert app.wait_for_job(job_id)["state"] == "completed"


_ROUTES = [
    ("GET", "dead-letters", Role.VIEWER),
    ("GET", "dead-letters/metrics", Role.VIEWER),
    ("GET", "dead-letters/metrics?includeBody=true", Role.ADMIN),
    ("GET", "dead-letters/metrics/archive", Role.VIEWER),
    ("GET", "dead-letters/metrics/archive?includeBody=1", Role.ADMIN),
    ("POST", "dead-letters/metrics/replay", Role.OPERATOR),
    ("POST", "dead-letters/metrics/archive", Role.OPERATOR),
    ("POST", "dead-letters/metrics/restore", Role.OPERATOR),
    ("POST", "dead-letters/metrics/edit-replay", Role.ADMIN),
    ("GET", "replays", Role.VIEWER),
    ("GET", "replays/none", Role.VIEWER),
    ("DELETE", "replays/none", Role.OPERATOR),
]


@pytest.mark.parametrize(("method", "path", "needed"), _ROUTES)
def test_nobody_gets_further_than_their_role(app: App, method: str, path: str, needed: Role) -> None:
    """A missing or wrong key gets 401, a role that does not suffice 403, and all of it is written down."""
    for role in (None, *Role):
        answer = ask(app.hosted, path, method=method, role=role, body={} if method == "POST" else None)
        if role is None:
            assert (answer.status, answer.body["error"]["code"]) == (401, "OPERATOR_KEY_NEEDED")
        elif not role.covers(needed):
            assert (answer.status, answer.body["error"]["code"]) == (403, "ROLE_TOO_LOW")
        else:
            assert answer.status in {200, 400, 404}
            action = f"{method} /api/{path.partition('?')[0]}"
            [row] = app.rows(
                "SELECT status FROM huntaze_workers.audit WHERE operator = %s AND action = %s"
                " ORDER BY at DESC LIMIT 1",
                f"e2e-{role}",
                action,
            )
            assert row["status"] == answer.status
    wrong = ask(app.hosted, path, method=method, role=None, headers={"x-operator-key": "hzo_wrong"})
    assert wrong.status == 401


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("dead-letters/nowhere/replay", {"limit": 1}, 404, "SUBSCRIPTION_NOT_FOUND"),
        ("dead-letters/metrics/replay", {}, 400, "INVALID_REQUEST"),
        ("dead-letters/metrics/replay", {"limit": 0}, 400, "INVALID_REQUEST"),
        ("dead-letters/metrics/replay", {"limit": 1, "limits": 2}, 400, "INVALID_REQUEST"),
        ("dead-letters/metrics/replay", {"limit": 1, "ratePerSecond": 0}, 400, "INVALID_REQUEST"),
        ("dead-letters/metrics/replay", {"limit": 1, "id": "no spaces"}, 400, "INVALID_REQUEST"),
        ("dead-letters/metrics/replay", [], 400, "INVALID_REQUEST"),
    ],
)
def test_what_is_not_understood_is_said_so(app: App, path: str, body: Any, status: int, code: str) -> None:
    answer = ask(app.hosted, path, method="POST", role=Role.ADMIN, body=body)
    assert (answer.status, answer.body["error"]["code"]) == (status, code)


def test_the_documents_commands_work(app: App, model: Model) -> None:
    """Each block of `docs/dead-letters.md` that is marked as tested, as an operator would paste it."""
    _failed(app, model)
    model.forgive()
    page = (ROOT / "docs" / "dead-letters.md").read_text()
    blocks = re.findall(r"<!-- tested.*?-->\s*```sh\n(.*?)```", page, re.DOTALL)
    assert blocks
    for block in blocks:
        done = subprocess.run(  # noqa: S603 - the repository's own page
            ["bash", "-euo", "pipefail", "-c", block],  # noqa: S607 - the machine's own shell
            env={
                **os.environ,
                "FUNCTIONS_URL": app.hosted.url,
                "FUNCTIONS_KEY": app.hosted.key,
                "OPERATOR_KEY": KEYS[Role.OPERATOR],
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
