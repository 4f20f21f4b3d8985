"""Content on its way through the running app: what the front end sends, and what the creator is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from infra.local.clips.photo import sample_photo
from infra.local.process import ROOT
from tests.e2e import site
from tests.e2e.app import App, message_of
from tests.e2e.videos import VideoApp
from tests.video_world import clip

SCHEMAS = ROOT / "docs" / "contracts" / "schemas"
SECRET = "X-Amz-Signature=abc"


_LEDGER = "SELECT * FROM huntaze_workers.ai_calls WHERE job_id = %s ORDER BY id"


def publish(app: App, payload: Mapping[str, Any], *, creator_id: str = "871") -> str:
    """Publish a job as the front end does; return its id."""
    body = {
        "jobId": f"job_{uuid4().hex}",
        "jobType": "content.analyze",
        "creatorId": creator_id,
        "payload": payload,
        "attempt": 0,
        "createdAt": datetime.now(UTC).isoformat(),
        "deadlineMs": 120_000,
    }
    properties = {name: body[name] for name in ("jobType", "jobId", "creatorId")}
    app.send(message_of(json.dumps(body).encode(), properties))
    return str(body["jobId"])


def completed(app: App, job_id: str) -> dict[str, Any]:
    """Return the result of a job that completed, as its event tells it, within the contract."""
    app.wait_for_job(job_id, within_seconds=120)

    def done() -> list[Any]:
        return [event for event in app.events_of(job_id) if event.body["eventType"] == "job.completed"]

    event = app.until(done, f"{job_id} is announced")[0]
    for name, value in (("event", event.body), ("content.analyze.result", event.body["result"])):
        Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text())).validate(value)
    result: dict[str, Any] = event.body["result"]
    return result


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture that nobody has seen before."""
    path = sample_photo(tmp_path)
    path.write_bytes(path.read_bytes() + uuid4().bytes)
    return path


def test_a_text_is_judged(video_app: VideoApp) -> None:
    """Nothing is fetched; one call of the cheapest model."""
    app, services = video_app.app, video_app.services
    paid = services.model_calls()
    job_id = publish(app, {"contentType": "post", "text": f"New set on Friday! {uuid4()}", "contentId": 5})
    result = completed(app, job_id)
    assert result["contentKind"] == "text"
    assert result["summary"]
    assert result["model"].startswith("Phi-4-mini")
    assert (services.model_calls() - paid) == {result["model"]: 1}
    assert result["skipped"] == []


def test_a_picture_is_looked_at_and_judged(video_app: VideoApp, photo: Path) -> None:
    """From a presigned URL; figures of the past make it worth thinking through.

    The creator is new: to the models the fixture's pictures are all the same, and their answers are kept.
    """
    app, services = video_app.app, video_app.services
    creator = str(uuid4().int % 10**9)
    past = [{"views": views, "likes": views // 10} for views in (900, 1_400, 1_150, 2_300)]
    payload = {
        "contentId": "content_9",
        "contentType": "photo",
        "contentUrl": services.upload(photo, unique=False),
        "analysisType": "engagement",
        "caption": "Last light.",
        "metrics": {"past": past},
    }
    paid = services.model_calls()
    job_id = publish(app, payload, creator_id=creator)
    result = completed(app, job_id)
    assert result["contentKind"] == "image"
    assert (result["media"]["width"], result["media"]["height"]) == (1_512, 2_016)
    assert result["media"]["faces"] == 1
    assert result["description"]
    assert result["visionModel"].startswith("Phi-4-multimodal")
    assert result["model"].startswith("DeepSeek-")  # whichever reasons now
    assert result["deep"] is True
    assert [each["metric"] for each in result["engagement"]["expected"]] == [
        "views",
        "likes",
        "engagement_rate",
    ]
    calls = services.model_calls()
    assert len(calls - paid) == 2, app.rows(_LEDGER, job_id)  # one deployment that sees, one that judges
    percents = [event.body["progress"] for event in app.events_of(job_id)]
    assert percents == sorted(percents)
    again = completed(app, publish(app, payload, creator_id=creator))
    assert (again["cached"], again["score"]) == (True, result["score"])
    assert services.model_calls() == calls
    app.until(lambda: not services.directories(), "no private directory is left")


def test_a_video_is_looked_at_by_its_key_frames(video_app: VideoApp, tmp_path: Path) -> None:
    app, services = video_app.app, video_app.services
    url = services.upload(clip(tmp_path))
    result = completed(app, publish(app, {"contentType": "video", "contentUrl": url}))
    assert result["contentKind"] == "video"
    assert result["media"]["durationSeconds"] == pytest.approx(8.0, abs=0.2)
    assert result["media"]["sound"] == "speech"
    assert result["description"]
    assert result["skipped"] == []
    app.until(lambda: not services.directories(), "no private directory is left")


def test_a_listed_host_is_fetched_from(video_app: VideoApp, photo: Path) -> None:
    """Whatever the path calls it."""
    url = video_app.site.serve(f"/{uuid4().hex}.txt", photo.read_bytes())
    result = completed(video_app.app, publish(video_app.app, {"contentType": "photo", "contentUrl": url}))
    assert result["contentKind"] == "image"
    assert video_app.site.asked.count(url.removeprefix(video_app.site.origin)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.org/a.jpg",
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "https://169.254.169.254/metadata/identity/oauth2/token",
        "https://10.0.0.1/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://localhost/a.jpg",
        "https://0x7f000001/a.jpg",
        "https://[::ffff:127.0.0.1]/a.jpg",
        "https://evil-bucket.s3.us-east-2.amazonaws.com/a.jpg",
        "file:///etc/passwd",
    ],
)
def test_other_places_are_forbidden(video_app: VideoApp, url: str) -> None:
    app, services = video_app.app, video_app.services
    paid = services.model_calls()
    job_id = publish(app, {"contentType": "photo", "contentUrl": f"{url}?{SECRET}", "caption": "Look!"})
    row = app.wait_for_job(job_id)
    assert (row["state"], row["error_code"]) == ("failed", "FORBIDDEN_URL")
    assert row["attempt"] == 0
    assert services.model_calls() == paid
    told = json.dumps([event.body for event in app.events_of(job_id)])
    assert SECRET not in told
    assert SECRET.encode() not in app.log


def test_a_service_on_the_machine_itself_is_never_asked(video_app: VideoApp) -> None:
    """One that listens, beside the one that is listed."""
    with site.running() as hidden:
        for url in (hidden.serve("/a.jpg", b"x"), hidden.origin.replace("127.0.0.1", "localhost") + "/a.jpg"):
            row = video_app.app.wait_for_job(
                publish(video_app.app, {"contentType": "photo", "contentUrl": url})
            )
            assert row["error_code"] == "FORBIDDEN_URL"
        assert hidden.asked == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"contentType": "photo"}, "INVALID_PAYLOAD"),
        ({"contentType": "photo", "caption": "  "}, "INVALID_PAYLOAD"),
        ({"contentUrl": "https://example.com/a.jpg"}, "INVALID_PAYLOAD"),
        ({"contentType": "photo", "contentUrl": 5}, "INVALID_PAYLOAD"),
    ],
)
def test_a_job_about_nothing_is_refused(video_app: VideoApp, payload: dict[str, Any], code: str) -> None:
    row = video_app.app.wait_for_job(publish(video_app.app, payload))
    assert (row["state"], row["error_code"]) == ("failed", code)


def test_what_is_gone_or_no_content_is_told(video_app: VideoApp, tmp_path: Path) -> None:
    app, services = video_app.app, video_app.services
    page = tmp_path / "page.jpg"
    page.write_bytes(b"<html><script>alert(1)</script></html>")
    expected = {
        services.presigned("uploads/gone.jpg"): "VIDEO_NOT_FOUND",
        video_app.site.origin + "/gone.jpg": "VIDEO_NOT_FOUND",
        services.upload(page, unique=False): "UNSUPPORTED_MEDIA",
        video_app.site.serve("/archive.jpg", b"PK\x03\x04\0\0"): "UNSUPPORTED_MEDIA",
    }
    for url, code in expected.items():
        row = app.wait_for_job(publish(app, {"contentType": "photo", "contentUrl": url}))
        assert row["error_code"] == code
