"""A host that is killed in any step of a video ends it exactly once all the same, and pays no step twice.

What can't be avoided is one call in flight: a model's answer is paid when the model has written it, and known
to be paid when its step is durable. A host that dies in between, a window of the call's own time and one
statement's, leaves an answer that its successor asks for again; the ledger has the call that was kept. (With
Redis the successor mostly finds even that answer cached; these hosts have none, which is the worst case.)
Orders of transcripts have no such window: they carry the job's name, by which a successor finds them again.
A dying host leaves word of what it was asking; everything else is counted to the call, at the simulators and
in the ledger.

`make test` kills in some of the steps, `make chaos` in every one, twice.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusSender
from psycopg import sql

from infra.local import broker
from infra.local.broker import PRODUCTION_TOPOLOGY
from infra.local.clips import make_clip
from tests import video_world
from tests.chaos import checker
from tests.chaos.checker import Findings
from tests.chaos.scenario import FORKS
from tests.chaos.video_hosting import WILL, Death, When, run_host
from tests.video_world import HEAVY, VideoServices

#: `make chaos` asks for twenty kills at each of the engine's points: that is when every step has its two.
_THOROUGH = int(os.environ.get("CHAOS_KILLS_PER_POINT", "2")) >= 10
_ROUNDS = 2 if _THOROUGH else 1
#: Renewed three times as often: a busy machine must not make a living host look dead.
_LEASE_SECONDS = 6.0
_PATIENCE_SECONDS = 180.0
_VISION, _SYNTHESIS = "video.vision", "video.synthesis"
_EYES = "Phi-4-multimodal-instruct"


def _before(step: str, passes: int = 1) -> Death:
    return Death(when=When.BEFORE, step=step, passes=passes)


def _during(step: str, passes: int = 1, *, seconds: float = 0.2) -> Death:
    return Death(when=When.DURING, step=step, passes=passes, seconds=seconds)


def _after(step: str, passes: int = 1) -> Death:
    return Death(when=When.AFTER, step=step, passes=passes)


#: In the order of a job's life; those of follow-ups, which run side by side, last.
DEATHS = (
    _after("objects.look_up"),
    _during("media.probe", seconds=0.1),
    _after("media.probe"),
    _during("objects.download", seconds=0.01),
    _after("objects.download"),
    _during("media.inspect", seconds=0.6),
    _after("media.inspect"),
    _after("objects.put"),
    _after("objects.put", 4),
    _after("point.kept", 1),
    _before("model.complete"),
    _during("model.complete"),
    _after("model.complete"),
    _after("point.kept", 2),
    _before("staging.stage"),
    _after("staging.stage"),
    _before("model.complete", 2),
    _during("model.complete", 2),
    _after("model.complete", 2),
    _after("point.kept", 3),
    _after("point.handled"),
    _after("point.recorded"),
    _after("point.sent"),
    _before("speech.submit"),
    _during("speech.submit", seconds=0.02),
    _after("speech.submit"),
    _after("point.kept", 4),
    _after("speech.result"),
    _after("point.kept", 5),
    _after("staging.remove"),
    _after("speech.forget"),
    _after("point.recorded", 2),
    _after("objects.download", 2),
    _during("media.compress", seconds=0.4),
    _after("media.compress"),
    _after("objects.put.copy"),
    _after("point.kept", 6),
    _after("point.recorded", 3),
)
#: One of each sort: a child at work, files on the disk, money in flight, an order placed, an outcome unsaid.
_SOME = (
    "during-media.inspect-1",
    "after-model.complete-1",
    "after-point.handled-1",
    "after-speech.submit-1",
    "during-media.compress-1",
)
_CASES = [death for death in DEATHS for _ in range(_ROUNDS) if _THOROUGH or str(death) in _SOME]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The services that outlive every host."""

    services: VideoServices
    sender: ServiceBusSender
    database_url: str
    environment: Mapping[str, str]
    journal: Path
    will: Path
    clip: Path

    async def publish(self) -> str:
        """Publish a job about an upload that nobody has seen before."""
        job_id = f"job_{uuid4().hex}"
        body = {
            "jobId": job_id,
            "jobType": "video.analysis",
            "creatorId": "123",
            "payload": {"videoUrl": self.services.upload(self.clip)},
            "createdAt": datetime.now(UTC).isoformat(),
            "deadlineMs": 500_000,
        }
        properties: Any = {name: body[name] for name in ("jobId", "jobType", "creatorId")}
        message = ServiceBusMessage(json.dumps(body).encode(), application_properties=properties)
        await self.sender.send_messages(message)
        return job_id

    def kill_at(self, death: Death) -> set[str]:
        """Run a host until it dies, see that its children die with it, and return what it was asking."""
        self.will.unlink(missing_ok=True)
        with self.host(death) as process:
            process.join(_PATIENCE_SECONDS)
            assert process.exitcode is not None, f"It never came to {death}."
        will = json.loads(self.will.read_text())
        assert _until(lambda: not any(_lives(*child) for child in will["children"]), 60.0), (
            "A child lives on."
        )
        return set(will["unkept"])

    def settle(self, jobs: set[str]) -> None:
        """Let an unharmed host bring jobs to their end."""
        with self.host(None):
            assert _until(lambda: self._quiet(jobs), _PATIENCE_SECONDS), self.states(jobs)

    @contextmanager
    def host(self, death: Death | None) -> Iterator[ForkServerProcess]:
        """Run a host for as long as the block lasts; it gets no chance to clean up."""
        process = FORKS.Process(target=run_host, args=(self.environment, death), daemon=True)
        process.start()
        try:
            yield process
        finally:
            process.kill()
            process.join()
            process.close()

    def states(self, jobs: set[str]) -> list[tuple[Any, ...]]:
        """Return how far the jobs are."""
        query = "SELECT job_id, state, error_code FROM huntaze_workers.jobs WHERE job_id = ANY(%s)"
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, [list(jobs)]).fetchall()

    def result(self, job_id: str) -> Mapping[str, Any]:
        """Return a job's result."""
        query = "SELECT result FROM huntaze_workers.jobs WHERE job_id = %s"
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query, [job_id]).fetchone()
        assert row is not None
        result: Mapping[str, Any] = row[0]
        return result

    def ledger(self, jobs: set[str]) -> Counter[str]:
        """Return what was paid for jobs, by task."""
        query = "SELECT task FROM huntaze_workers.ai_calls WHERE job_id = ANY(%s)"
        with psycopg.connect(self.database_url) as connection:
            return Counter(task for (task,) in connection.execute(query, [list(jobs)]))

    def findings(self, jobs: set[str]) -> Findings:
        """Return what the checker of the engine's promises says of jobs."""
        history = [row for row in checker.recorded(self.database_url) if row[0] in jobs]
        return checker.judge(
            jobs, history, [row for row in checker.announced(self.journal) if row[0] in jobs]
        )

    def _quiet(self, jobs: set[str]) -> bool:
        """Say whether the jobs have ended, and all is said."""
        query = """
            SELECT (SELECT count(*) FROM huntaze_workers.jobs
                    WHERE job_id = ANY(%(jobs)s) AND due_at IS NULL),
                   (SELECT count(*) FROM huntaze_workers.outbox
                    WHERE job_id = ANY(%(jobs)s) AND sent_at IS NULL)
        """
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query, {"jobs": list(jobs)}).fetchone()
        return row == (len(jobs), 0)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VideoServices]:
    """Storage, sound and simulators; the model takes its time, so that one can die while it writes."""
    with video_world.running(tmp_path_factory.mktemp("videos"), model_latency_ms=400) as services:
        yield services


@pytest.fixture(scope="module")
def video_database_url(postgres_url: str, migrated_template: str) -> str:
    """A migrated database that outlives a test."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier("dying"), sql.Identifier(migrated_template)))
    return f"{postgres_url.rpartition('/')[0]}/dying"


@pytest.fixture(scope="module")
def connection_and_journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A broker of its own, with short locks."""
    directory = tmp_path_factory.mktemp("broker")
    topology = json.loads(PRODUCTION_TOPOLOGY.read_text())
    for topic in topology["UserConfig"]["Namespaces"][0]["Topics"]:
        for subscription in topic["Subscriptions"]:
            subscription["Properties"].update({"LockDuration": "PT5S", "MaxDeliveryCount": 50})
    (directory / "topology.json").write_text(json.dumps(topology))
    journal = directory / "journal"
    with broker.running(directory, topology=directory / "topology.json", log=journal) as connection:
        yield connection, journal


@pytest.fixture
async def scene(
    videos: VideoServices,
    video_database_url: str,
    connection_and_journal: tuple[str, Path],
    tmp_path: Path,
) -> AsyncIterator[Scene]:
    """Everything but a host."""
    connection, journal = connection_and_journal
    small = tmp_path / "clip.mp4"
    make_clip(small, replace(HEAVY, bits_per_second=40_000_000), seed=11, seconds=5.0, width=360, height=640)
    environment = {
        **videos.settings,
        "SERVICEBUS_CONNECTION": connection,
        "DATABASE_URL": video_database_url,
        "FUNCTIONS_KEY": "unused",
        "LEASE_SECONDS": str(_LEASE_SECONDS),
        "SWEEP_AFTER_SECONDS": "0.5",
        "REQUEUE_GRACE_SECONDS": "2",
        "MAX_CLAIMS": "50",
        WILL: str(tmp_path / "will"),
    }
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_topic_sender("huntaze-jobs") as sender,
    ):
        yield Scene(
            services=videos,
            sender=sender,
            database_url=video_database_url,
            environment=environment,
            journal=journal,
            will=tmp_path / "will",
            clip=small,
        )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("death", _CASES, ids=str)
async def test_a_death_in_any_step_pays_nothing_twice_and_leaves_nothing(scene: Scene, death: Death) -> None:
    """One end for the video and for each of its follow-ups; no process, directory or sound remains."""
    calls, ordered = scene.services.model_calls(), len(scene.services.transcriptions()["submitted"])
    job_id = await scene.publish()
    jobs = {job_id, f"{job_id}.transcript", f"{job_id}.copy"}
    lost = scene.kill_at(death)
    scene.settle(jobs)
    assert scene.findings(jobs) == Findings()
    assert {state for _, state, _ in scene.states(jobs)} == {"completed"}
    _check_whole(scene.result(job_id))
    paid = scene.services.model_calls() - calls
    assert paid[_EYES] in {1, 1 + (_VISION in lost)}
    assert paid.total() - paid[_EYES] in {1, 1 + (_SYNTHESIS in lost)}
    assert scene.ledger(jobs) == {_VISION: 1, _SYNTHESIS: 1, "video.transcribe": 1}
    told = scene.services.transcriptions()
    assert told["submitted"][ordered:] == [f"{job_id}.transcript"]
    assert told["kept"] == {}
    assert scene.services.directories() == []
    assert scene.services.staged() == []


def _check_whole(result: Mapping[str, Any]) -> None:
    assert all(scene["description"] for scene in result["scenes"])
    assert result["summary"]
    assert result["transcript"]["status"] == "ready"
    assert result["compressedCopy"]["sizeBytes"] > 0


def _lives(pid: int, created: float) -> bool:
    """Say whether the very process of then still runs; a number may be in use again."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return process.create_time() == created and process.status() != psutil.STATUS_ZOMBIE
    return False


def _until(happened: Any, within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.1)
    return False
