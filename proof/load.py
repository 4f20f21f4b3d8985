"""Part 4: the days of 50, 100, 500 and 1,000 users on one worker process on one core, and where that ends.

The founding document's day of 50 users has 5,000 messages and 100 videos. A day's shape, evening peak and
all, is played in about a minute, at `COMPRESSION` times the rate at which jobs really come in. The host is
the whole function app, as one process on one core; the services and this process have the others.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from benchmarks.money.traffic import day
from infra.local import host
from infra.local.clips import STYLES, make_clip
from infra.local.parts import SERVICES
from infra.local.publishing import Publisher, publisher
from infra.local.uploads import Bucket
from proof.load_page import Burst, Measured, load_part
from proof.load_watch import Watch, cost_of, rate_of
from proof.parts import Part, Setting
from shared.contracts import JobType
from tests.video_world import unique_box

#: How many times faster than in reality jobs come in.
COMPRESSION = 4.0
#: The founding document's: 5,000 messages and 100 videos of 50 users a day.
MESSAGES_PER_USER, VIDEOS_PER_USER = 100.0, 2.0
USERS = (50, 100, 500, 1_000)
ROUNDS = 5
_DAY_SECONDS = 86_400.0
_HOST_CORE = {0}
_CLIP_SECONDS = 6.0


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A job that comes in."""

    #: Seconds since the day began, as it is played.
    at: float
    job_type: JobType
    creator_id: str
    payload: Mapping[str, Any]


async def load(setting: Setting) -> Part:
    """Play the days, then find the end of one process, and what a second one adds."""
    return await asyncio.to_thread(_load, setting)


def _load(setting: Setting) -> Part:
    seconds, burst, videos = (20.0, 60, 2) if setting.quick else (75.0, 500, 8)
    sizes = USERS[-1:] if setting.quick else USERS
    before = os.getloadavg()[0]
    with ExitStack() as opened:
        services = _Services.started(opened, setting.directory / "load")
        with services.host("host-1", _HOST_CORE) as pid:
            services.burst(burst // 4, setting.seed)  # warm
            days = []
            for users in sizes:
                setting.tell(f"the day of {users:,} users")
                days.append(services.play(users, seconds, pid, setting.seed + users))
            setting.tell(f"{ROUNDS} times {burst} messages at once, one process")
            soak = Watch(services.database_url, pid)
            rounds = [services.burst(burst, setting.seed + number, soak) for number in range(ROUNDS)]
            setting.tell(f"{videos} videos at once")
            video_rate = services.videos(videos)
        with services.host("host-2", _HOST_CORE), services.host("host-3", _others()):
            services.burst(burst // 4, setting.seed)
            setting.tell(f"{burst} messages at once, two processes")
            two = services.burst(burst, setting.seed + ROUNDS)
    bursts = Burst(
        messages=burst,
        one_per_second=median(rounds),
        two_per_second=two,
        videos_per_second=video_rate,
        soak=soak.samples,
        soaked=burst * ROUNDS,
    )
    return load_part(days, bursts, compression=COMPRESSION, load_before=before)


def _others() -> set[int]:
    return set(range(os.cpu_count() or 1)) - _HOST_CORE or _HOST_CORE


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """Start children on these cores only: they inherit this thread's."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class _Services:
    """The stack without its host, and a clip that everybody uploads."""

    def __init__(self, directory: Path, variables: Mapping[str, str], sender: Publisher) -> None:
        self._directory = directory
        self._variables = variables
        self.database_url = variables["DATABASE_URL"]
        self._sender = sender
        self._clip = directory / "clip.mp4"
        make_clip(self._clip, STYLES["phone"], seed=7, seconds=_CLIP_SECONDS, width=360, height=640)

    @classmethod
    def started(cls, opened: ExitStack, directory: Path) -> _Services:
        """Start everything that is no host, away from the host's core."""
        directory.mkdir(parents=True)
        directory.chmod(0o711)
        variables: dict[str, str] = {}
        with pinned(_others()):
            for part in SERVICES:
                variables.update(opened.enter_context(part.start(directory, variables)))
        sender = opened.enter_context(publisher(variables["SERVICEBUS_CONNECTION"]))
        return cls(directory, variables, sender)

    @contextmanager
    def host(self, name: str, cores: set[int]) -> Iterator[int]:
        """Run the whole app in one process on some cores; yield its pid."""
        environment = {**self._variables, "FUNCTIONS_KEY": "unused", "AI_MONTHLY_BUDGET_USD": "500"}
        with pinned(cores), host.running(self._directory, environment, name=name) as hosted:
            yield hosted.pid

    def play(self, users: int, seconds: float, pid: int, seed: int) -> Measured:
        """Publish a day's jobs as they come in, and watch the host until all have ended."""
        arrivals = arrivals_of(users, seconds, seed)
        urls = [self._upload() for each in arrivals if each.job_type is JobType.VIDEO_ANALYSIS]
        watch, jobs = Watch(self.database_url, pid), list[str]()
        for each in arrivals:
            while (left := each.at - watch.elapsed) > 0:
                watch.sample(jobs)
                time.sleep(min(left, 0.5))
            payload = {"videoUrl": urls.pop()} if each.job_type is JobType.VIDEO_ANALYSIS else each.payload
            jobs.append(self._sender.publish(each.job_type, each.creator_id, payload))
        ended = watch.until_ended(jobs)
        calls, usd_micros = cost_of(self.database_url, jobs)
        return Measured(
            users=users,
            seconds=seconds,
            published=len(jobs),
            ended=ended,
            waits=watch.waits(jobs),
            calls=calls,
            usd_micros=usd_micros,
            samples=watch.samples,
        )

    def burst(self, count: int, seed: int, watch: Watch | None = None) -> float:
        """Publish messages at once; return how many a second are done."""
        arrivals = [_message(each) for each in day(seed, messages=count)]
        jobs = [self._sender.publish(JobType.CHAT_SUGGEST, creator, body) for creator, body in arrivals]
        (watch or Watch(self.database_url, None)).until_ended(jobs)
        return rate_of(self.database_url, jobs)

    def videos(self, count: int) -> float:
        """Publish videos at once; return how many a second are done."""
        urls = [self._upload() for _ in range(count)]
        jobs = [self._sender.publish(JobType.VIDEO_ANALYSIS, "creator-1", {"videoUrl": url}) for url in urls]
        Watch(self.database_url, None).until_ended(jobs)
        return rate_of(self.database_url, jobs)

    def _upload(self) -> str:
        """Upload the clip with a few bytes more, so that nobody has seen it before."""
        unique = self._directory / f"{uuid4().hex}.mp4"
        unique.write_bytes(self._clip.read_bytes() + unique_box())
        try:
            return Bucket(self._variables).upload(unique, creator_id="creator-1")
        finally:
            unique.unlink()


def arrivals_of(users: int, seconds: float, seed: int) -> Sequence[Arrival]:
    """Return what comes in of a day that is played in so many seconds."""
    chance = random.Random(seed)  # noqa: S311 - a seed makes a run repeatable
    share = seconds * COMPRESSION / _DAY_SECONDS
    messages = day(seed, messages=max(1, round(users * MESSAGES_PER_USER * share)))
    scale = seconds / _DAY_SECONDS
    arrivals = []
    for each in messages:
        creator_id, payload = _message(each)
        arrivals.append(
            Arrival(at=each.at * scale, job_type=JobType.CHAT_SUGGEST, creator_id=creator_id, payload=payload)
        )
    for _ in range(max(1, round(users * VIDEOS_PER_USER * share))):
        at = chance.choice(messages).at * scale
        arrivals.append(Arrival(at=at, job_type=JobType.VIDEO_ANALYSIS, creator_id="creator-1", payload={}))
    return sorted(arrivals, key=lambda each: each.at)


def _message(message: Any) -> tuple[str, Mapping[str, Any]]:
    payload = {
        "fanMessage": message.text,
        "conversationId": message.conversation_id,
        "context": {"fanName": message.fan_id},
    }
    return message.creator_id, payload
