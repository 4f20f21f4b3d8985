"""A creator's upload on its way through the running app: what the front end sends, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from infra.local.process import ROOT
from tests.e2e.app import App, Event
from tests.e2e.videos import VideoApp, publish_video
from tests.video_world import HEAVY, VideoServices, clip

#: Real files are looked into, on machines that may be busy.
pytestmark = pytest.mark.timeout(400)

SCHEMAS = ROOT / "docs" / "contracts" / "schemas"
_JPEG, _MP4 = b"\xff\xd8\xff", b"ftyp"
#: A video without people or words would prove little.
_METADATA = {"title": "Morning in the studio", "platform": "onlyfans", "language": "en"}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's clips are."""
    return tmp_path_factory.mktemp("clips")


def test_a_video_is_analysed_and_its_words_follow(video_app: VideoApp, clips: Path) -> None:
    """From the front end's message to `job.completed`, and to `job.enriched` when the words are there."""
    app, services = video_app.app, video_app.services
    paid, spoken = services.model_calls(), len(services.transcriptions()["submitted"])
    job_id = publish_video(app, services.upload(clip(clips)), metadata=_METADATA)
    app.wait_for_job(job_id, within_seconds=120)
    *told, completed = _events(app, job_id, until="job.completed")
    _check_progress(told)
    result = completed.body["result"]
    _check_contract(completed)
    _check_pictures(services, result)
    assert result["transcript"]["status"] == "pending"
    assert (result["model"], result["synthesisModel"]) != (None, None)
    assert all(scene["description"] for scene in result["scenes"])
    assert result["costs"]["inputTokens"] > 0 < result["costs"]["cpuSeconds"]
    assert [skipped["part"] for skipped in result["skipped"]] == []

    enriched = _events(app, job_id, until="job.enriched")[-1]
    _check_contract(enriched)
    words = enriched.body["result"]["transcript"]
    assert (words["status"], words["way"]) == ("ready", "batch")
    assert words["phrases"]
    row = app.wait_for_job(job_id)
    assert row["result"] == {**result, **enriched.body["result"]}
    assert (services.model_calls() - paid).total() == 2
    assert services.transcriptions()["submitted"][spoken:] == [f"{job_id}.transcript"]
    _check_nothing_left(video_app)


def test_the_same_upload_is_paid_once(video_app: VideoApp, clips: Path) -> None:
    """A second job about the same file asks no model and orders no words; it has them at once.

    Another creator's job does: nothing that was found for one is given to another.
    """
    app, services = video_app.app, video_app.services
    path = clips / "same.mp4"
    path.write_bytes(services.fetch(services.upload(clip(clips))))
    first = publish_video(app, services.upload(path, unique=False), creator_id="777")
    _events(app, first, until="job.enriched")
    ledger, calls = app.rows(_LEDGER, "777"), services.model_calls()
    orders = services.transcriptions()["submitted"]
    second = publish_video(app, services.upload(path, unique=False), creator_id="777")
    row = app.wait_for_job(second)
    assert row["state"] == "completed"
    assert row["result"]["transcript"]["status"] == "ready"
    assert row["result"]["summary"]
    assert [(each["task"], each["job_id"]) for each in ledger] == [
        ("video.vision", first),
        ("video.synthesis", first),
        ("video.transcribe", f"{first}.transcript"),
    ]
    assert app.rows(_LEDGER, "777") == ledger
    assert services.model_calls() == calls
    assert services.transcriptions()["submitted"] == orders
    costs = row["result"]["costs"]
    assert (costs["inputTokens"], costs["downloadedBytes"], costs["cpuSeconds"]) == (0, 0, 0)
    assert not app.rows("SELECT FROM huntaze_workers.jobs WHERE job_id = %s", f"{second}.transcript")

    other = publish_video(app, services.upload(path, unique=False), creator_id="778")
    assert app.wait_for_job(other)["result"]["costs"]["inputTokens"] > 0
    assert (services.model_calls() - calls).total() == 2


_LEDGER = "SELECT * FROM huntaze_workers.ai_calls WHERE creator_id = %s ORDER BY id"


@pytest.mark.parametrize("style", ["hevc_hlg", "rotated", "vfr"])
def test_what_phones_record_is_analysed(video_app: VideoApp, clips: Path, style: str) -> None:
    """10-bit HDR, a picture that is turned by its header, and a frame rate that varies."""
    app = video_app.app
    job_id = publish_video(app, video_app.services.upload(clip(clips, style)))
    row = app.wait_for_job(job_id, within_seconds=120)
    result = row["result"]
    assert row["state"] == "completed"
    assert (result["video"]["width"], result["video"]["height"]) == (540, 960)
    assert result["video"]["durationSeconds"] == pytest.approx(8.0, abs=0.2)
    assert len(result["scenes"]) > 1
    assert result["summary"]
    assert all(scene["description"] for scene in result["scenes"])
    _check_pictures(video_app.services, result)


def test_a_large_video_gets_a_smaller_copy(video_app: VideoApp, clips: Path) -> None:
    """Within the job, when its deadline allows."""
    app, services = video_app.app, video_app.services
    path = clip(clips, HEAVY.name)
    job_id = publish_video(app, services.upload(path), deadlineMs=300_000)
    row = app.wait_for_job(job_id, within_seconds=120)
    _check_copy(services, row["result"]["compressedCopy"], path.stat().st_size)


def test_a_copy_that_takes_too_long_follows(video_app: VideoApp, clips: Path) -> None:
    """The analysis is never late because of it."""
    app, services = video_app.app, video_app.services
    path = clip(clips, HEAVY.name)
    job_id = publish_video(app, services.upload(path), deadlineMs=41_000)
    result = app.wait_for_job(job_id, within_seconds=120)["result"]
    assert "compressedCopy" not in result
    assert [each["part"] for each in result["skipped"]] == ["compressed_copy"]
    app.wait_for_job(f"{job_id}.copy", within_seconds=120)
    app.until(
        lambda: any("compressedCopy" in (event.body.get("result") or {}) for event in _enriched(app, job_id)),
        "the copy is told",
    )
    row = app.rows("SELECT result FROM huntaze_workers.jobs WHERE job_id = %s", job_id)[0]
    _check_copy(services, row["result"]["compressedCopy"], path.stat().st_size)
    _check_nothing_left(video_app)


def test_what_cannot_be_analysed_says_why(video_app: VideoApp, clips: Path) -> None:
    """With a code and a reason for the creator; dead-lettered; no part of a presigned URL is told."""
    app, services = video_app.app, video_app.services
    (clips / "text.mp4").write_text("This is no video, whatever its name says.\n" * 40)
    (clips / "list.mp4").write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    (clips / "cut.mp4").write_bytes(clip(clips).read_bytes()[:20_000])
    (clips / "empty.mp4").write_bytes(b"")
    urls = {
        services.presigned("uploads/x.mp4", bucket="somebody-elses"): "FORBIDDEN_URL",
        "https://example.com/uploads/x.mp4?X-Amz-Signature=marked-secret": "FORBIDDEN_URL",
        services.presigned("uploads/not-there.mp4"): "VIDEO_NOT_FOUND",
        **{
            services.upload(clips / f"{name}.mp4", unique=False): "UNSUPPORTED_MEDIA"
            for name in ("text", "list", "cut", "empty")
        },
    }
    jobs = {publish_video(app, url): (url, code) for url, code in urls.items()}
    for job_id, (url, code) in jobs.items():
        row = app.wait_for_job(job_id, within_seconds=120)
        event = app.events_of(job_id)[-1]
        assert (row["state"], event.body["error"]["code"]) == ("failed", code), url
        assert 10 < len(event.body["error"]["message"]) <= 300
        _check_no_secret(app, job_id, url)
    app.until(lambda: jobs.keys() <= _dead(app), "they are dead letters")
    _check_nothing_left(video_app)


def _check_no_secret(app: App, job_id: str, url: str) -> None:
    """What makes a URL an access right is in the message that was sent, and nowhere else."""
    secrets = [part.partition("=")[2] for part in urlsplit(url).query.split("&") if "Signature" in part]
    secrets.append(urlsplit(url).path)
    events = json.dumps([event.body for event in app.events_of(job_id)])
    for secret in secrets:
        assert secret.encode() not in app.log
        assert secret not in events


def _dead(app: App) -> set[str]:
    """Return the jobs whose messages are dead letters; the SDK hands properties over as bytes."""
    found: list[Any] = [message.application_properties for message in app.dead_letters("video-analysis")]
    return {properties[b"jobId"].decode() for properties in found}


def _events(app: App, job_id: str, *, until: str) -> Sequence[Event]:
    """Return the job's events up to the first of a type."""

    def so_far() -> Sequence[Event]:
        events = app.events_of(job_id)
        ends = [number for number, event in enumerate(events, 1) if event.body["eventType"] == until]
        return events[: ends[0]] if ends else []

    return app.until(so_far, f"{job_id}: {until}", within_seconds=120)


def _enriched(app: App, job_id: str) -> Sequence[Event]:
    return [event for event in app.events_of(job_id) if event.body["eventType"] == "job.enriched"]


def _check_progress(told: Sequence[Event]) -> None:
    """Every step that a person would notice, in order, each with what happens."""
    percents = [event.body["progress"] for event in told]
    assert {event.body["eventType"] for event in told} == {"job.processing"}
    assert percents == sorted(set(percents))
    assert percents[0] <= 5
    assert {2, 5, 20, 60, 85} <= set(percents)
    assert all(event.body["message"] for event in told)
    assert percents[-1] < 100


def _check_contract(event: Event) -> None:
    for name, value in (("event", event.body), ("video.analysis.result", event.body["result"])):
        if event.body["eventType"] == "job.enriched" and name != "event":
            continue  # a part of a result, whose schema asks for the whole
        Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text())).validate(value)
    assert event.body["progress"] == 100


def _check_pictures(services: VideoServices, result: Mapping[str, Any]) -> None:
    """Scenes without gaps, each with a picture that can be fetched; and the sheet that the model saw."""
    scenes = result["scenes"]
    ends = [scene["endSeconds"] for scene in scenes]
    assert [scene["startSeconds"] for scene in scenes] == [0, *ends[:-1]]
    assert ends[-1] == pytest.approx(result["video"]["durationSeconds"], abs=0.2)
    urls = [scene["keyFrameUrl"] for scene in scenes if scene["keyFrameUrl"]]
    urls += [each["url"] for each in result["thumbnailCandidates"]] + list(result["contactSheetUrls"])
    assert result["thumbnail"]["url"] in urls
    assert len(result["contactSheetUrls"]) >= 1
    assert all(services.fetch(url).startswith(_JPEG) for url in urls)


def _check_copy(services: VideoServices, copy: Mapping[str, Any], original_bytes: int) -> None:
    made = services.fetch(copy["url"])
    assert made[4:8] == _MP4
    assert len(made) == copy["sizeBytes"] <= 0.42 * original_bytes


def _check_nothing_left(video_app: VideoApp) -> None:
    app, services = video_app.app, video_app.services
    app.until(lambda: not services.directories(), "no private directory is left")
    app.until(lambda: not services.staged(), "no sound is left")
