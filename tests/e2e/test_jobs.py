"""Jobs over HTTP: what the front end polls, pages of them, the story of one, and calling one off."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from shared.access.operators import Role
from tests.e2e.app import App
from tests.e2e.model import Model
from tests.e2e.operators import ask


def _done(app: App, creator_id: str) -> str:
    job_id = app.publish(f"You are {uuid4().hex}?", creatorId=creator_id)
    assert app.wait_for_job(job_id)["state"] == "completed"
    return job_id


def test_what_the_front_end_polls_is_not_sent_twice(app: App) -> None:
    job_id = _done(app, "jobs-1")
    first = ask(app.hosted, f"jobs/{job_id}", role=None)
    assert (first.status, first.body["status"]) == (200, "completed")
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, max-age=30"
    again = ask(app.hosted, f"jobs/{job_id}", role=None, headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, None)
    assert ask(app.hosted, f"jobs/{job_id}", role=None, headers={"If-None-Match": '"other"'}).status == 200
    unknown = ask(app.hosted, "jobs/job_unknown", role=None)
    assert (unknown.status, unknown.body["error"]["code"]) == (404, "JOB_NOT_FOUND")


def test_a_creators_jobs_come_in_pages_and_nobody_elses(app: App) -> None:
    creator_id = f"pages-{uuid4().hex[:8]}"
    wanted = [_done(app, creator_id) for _ in range(5)]
    _done(app, "somebody-else")
    found: list[str] = []
    query = f"jobs?creatorId={creator_id}&limit=2"
    page = ask(app.hosted, query, role=None).body
    while page["next"]:
        found += [job["jobId"] for job in page["jobs"]]
        assert len(page["jobs"]) == 2
        page = ask(app.hosted, f"{query}&cursor={page['next']}", role=None).body
    found += [job["jobId"] for job in page["jobs"]]
    assert found == wanted[::-1]
    failed = ask(app.hosted, f"jobs?creatorId={creator_id}&state=failed,timeout", role=None).body
    assert failed == {"jobs": [], "next": None}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1000", "state=gone", "cursor=AAAA", "cursor=%00", "creatorId=%00", "colour=red"],
)
def test_a_question_without_sense_is_refused(app: App, query: str) -> None:
    answer = ask(app.hosted, f"jobs?{query}")
    assert (answer.status, answer.body["error"]["code"]) == (400, "INVALID_REQUEST")


def test_the_story_of_a_job_has_every_part_and_no_words_of_a_fan(app: App) -> None:
    job_id = _done(app, "jobs-2")
    told: Any = ask(app.hosted, f"jobs/{job_id}/story").body
    assert [each["state"] for each in told["history"]] == ["running", "completed"]
    assert [call["task"] for call in told["calls"]] == ["chat.suggest"]
    assert told["costUsdMicros"] == told["calls"][0]["costUsdMicros"] > 0
    assert [(each["topic"], each["eventType"]) for each in told["messages"]] == [
        ("huntaze-events", "job.completed")
    ]
    assert told["messages"][0]["sentAt"]
    assert "You are" not in str({**told, "result": None})


def test_only_operators_read_all_jobs_and_stories(app: App) -> None:
    job_id = _done(app, "jobs-3")
    assert ask(app.hosted, "jobs", role=None).status == 401
    assert ask(app.hosted, f"jobs/{job_id}/story", role=None).status == 401
    assert ask(app.hosted, f"jobs/{job_id}/cancel", method="POST", role=Role.VIEWER).status == 403
    assert ask(app.hosted, "jobs?limit=1").status == 200


def test_a_job_that_is_called_off_ends_so_and_leaves_no_dead_letter(app: App, model: Model) -> None:
    """Its worker is at it: it loses the job, and the message is completed."""
    model.fail("hang", count=20)
    job_id = app.publish(f"You are {uuid4().hex}?", creatorId="jobs-4")
    app.until(lambda: app.states(job_id) == ["running"], "it runs")
    body = {"creatorId": "somebody-else"}
    foreign = ask(app.hosted, f"jobs/{job_id}/cancel", method="POST", role=None, body=body)
    assert (foreign.status, foreign.body["error"]["code"]) == (404, "JOB_NOT_FOUND")
    body = {"creatorId": "jobs-4"}
    cancelled = ask(app.hosted, f"jobs/{job_id}/cancel", method="POST", role=None, body=body)
    assert (cancelled.status, cancelled.body["error"]["code"]) == (200, "CANCELLED")
    model.forgive()
    [event] = app.until(lambda: app.events_of(job_id), "it is announced")
    assert (event.body["status"], event.body["error"]["code"]) == ("failed", "CANCELLED")
    letters = ask(app.hosted, f"dead-letters/chat-suggestions?text={job_id}").body["messages"]
    assert letters == []
    again = ask(app.hosted, f"jobs/{job_id}/cancel", method="POST", role=Role.OPERATOR)
    assert (again.status, again.body["error"]["code"]) == (200, "CANCELLED")
    late = ask(app.hosted, f"jobs/{_done(app, 'jobs-4')}/cancel", method="POST", role=Role.OPERATOR)
    assert (late.status, late.body["status"]) == (409, "completed")


def test_the_app_says_that_it_lives_and_whether_it_can_work(app: App) -> None:
    """Strangers learn one word; operators learn how each service stands."""
    assert ask(app.hosted, "health", role=None, headers={"x-functions-key": ""}).body == {"status": "alive"}
    told = ask(app.hosted, "health/ready", role=None, headers={"x-functions-key": ""})
    assert (told.status, told.body) == (200, {"status": "ready"})
    services = ask(app.hosted, "health/ready").body["services"]
    assert services.keys() == {"postgresql", "service_bus", "models", "redis"}
    assert all(answer["ok"] and answer["problem"] is None for answer in services.values())
    assert ask(app.hosted, "health/ready", role=None, headers={"x-operator-key": "wrong"}).status == 401


def test_the_month_is_told_by_day_model_worker_and_creator(app: App) -> None:
    creator_id = f"costs-{uuid4().hex[:8]}"
    job_id = _done(app, creator_id)
    cost: Any = ask(app.hosted, f"jobs/{job_id}/story").body["costUsdMicros"]
    told = ask(app.hosted, "costs").body
    [mine] = [each for each in told["creators"] if each["creatorId"] == creator_id] or [None]
    assert mine is None or (mine["usdMicros"], mine["jobs"]) == (cost, 1)
    for part in ("days", "models", "workers"):
        assert sum(each["usdMicros"] for each in told[part]) == told["spentUsdMicros"] >= cost > 0
    assert told["forecastUsdMicros"] >= told["spentUsdMicros"]
    assert ask(app.hosted, "costs?month=2020-01").body["spentUsdMicros"] == 0
    assert ask(app.hosted, "costs?month=soon").status == 400
    assert ask(app.hosted, "costs", role=None).status == 401


def test_what_needs_the_operator_is_told_to_operators(app: App) -> None:
    told = ask(app.hosted, "alerts")
    assert told.status == 200
    assert {each["event"] for each in told.body["alerts"]} <= {"dead_letters_high", "error_rate_high"}
    assert ask(app.hosted, "alerts", role=None).status == 401
