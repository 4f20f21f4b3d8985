"""`infra/topology.json` is the table that the front end was given."""

from __future__ import annotations

import json

import pytest

from docs.contracts.topology import PATH, Subscription, duration_seconds, subscriptions
from shared.contracts import JobType, Topic
from shared.messaging.policy import POLICIES

MINUTE = 60
DAY = 86_400

#: Subscription: filter, deliveries, lock and time to live in seconds.
JOBS = {
    "video-analysis": ("jobType = 'video.analysis'", 3, 2 * MINUTE, 30 * MINUTE),
    "chat-suggestions": ("jobType = 'chat.suggest'", 5, MINUTE, 10 * MINUTE),
    "content-suggestions": ("jobType = 'content.suggest'", 5, MINUTE, 10 * MINUTE),
    "content-analysis": ("jobType = 'content.analyze'", 8, 2 * MINUTE, 20 * MINUTE),
}
#: Our own.
INTERNAL = {
    "video-transcripts": ("jobType = 'video.transcript'", 5, 2 * MINUTE, DAY),
    "video-compressions": ("jobType = 'video.compress'", 3, 2 * MINUTE, DAY),
}
EVENTS = {
    "notify-signalr": (10, MINUTE, DAY),
    "notify-email": (10, MINUTE, DAY),
    "notify-webhook": (10, MINUTE, DAY),
    "metrics": (5, MINUTE, 7 * DAY),
}
#: Job type: deadline in milliseconds, pauses in seconds.
PATIENCE = {
    "video.analysis": (120_000, (15, 45, 120)),
    "chat.suggest": (90_000, (3, 10, 30, 120)),
    "content.suggest": (90_000, (3, 10, 30, 120)),
    "content.analyze": (120_000, (3, 10, 30, 120)),
    "video.transcript": (60_000, (60,) * 10 + (600,) * 143),
    "video.compress": (540_000, (60, 300)),
}


def _on(topic: Topic) -> dict[str, Subscription]:
    return {entry.name: entry for entry in subscriptions() if entry.topic == topic}


@pytest.mark.parametrize("name", [*JOBS, *INTERNAL])
def test_a_job_subscription_is_as_published(name: str) -> None:
    """Filter, deliveries, lock and time to live."""
    found = _on(Topic.JOBS)[name]
    published = (found.filter, found.max_deliveries, found.lock_seconds, found.time_to_live_seconds)
    assert published == {**JOBS, **INTERNAL}[name]


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_subscription_is_as_published(name: str) -> None:
    """And a replayed event reaches only the one it is meant for."""
    found = _on(Topic.EVENTS)[name]
    assert (found.max_deliveries, found.lock_seconds, found.time_to_live_seconds) == EVENTS[name]
    assert found.filter == f"replayTarget IS NULL OR replayTarget = '{name}'"


def test_there_are_no_other_subscriptions_than_our_own_three() -> None:
    """Those of the internal jobs, and `unrouted`."""
    assert set(_on(Topic.JOBS)) == {*JOBS, *INTERNAL, "unrouted"}
    assert set(_on(Topic.EVENTS)) == set(EVENTS)


def test_every_job_type_has_exactly_one_subscription() -> None:
    """A job is neither lost nor done twice by routing."""
    taken = [entry.job_type for entry in _on(Topic.JOBS).values() if entry.job_type]
    assert sorted(taken) == sorted(JobType)


def test_what_no_filter_takes_is_unrouted() -> None:
    """The catch-all excludes exactly what the others take, and takes messages without a job type."""
    taken = [entry.job_type for entry in _on(Topic.JOBS).values() if entry.job_type]
    listed = ", ".join(f"'{job_type}'" for job_type in taken)
    assert _on(Topic.JOBS)["unrouted"].filter == f"jobType IS NULL OR jobType NOT IN ({listed})"


def test_nothing_vanishes_when_it_expires() -> None:
    """Every subscription dead-letters what it could not deliver in time."""
    assert all(entry.dead_letters_expired for entry in subscriptions())


def test_deadlines_and_pauses_are_as_published() -> None:
    """The figures that the broker doesn't know."""
    found = {
        job_type.value: (policy.deadline_ms, policy.retry_delays_seconds)
        for job_type, policy in POLICIES.items()
    }
    assert found == PATIENCE


def test_it_is_the_official_emulators_format() -> None:
    """One namespace of the name that the emulator demands, and locks that it and the service allow."""
    config = json.loads(PATH.read_text())["UserConfig"]
    (namespace,) = config["Namespaces"]
    assert namespace["Name"] == "sbemulatorns"
    assert config["Logging"] == {"Type": "Console"}
    assert [topic["Name"] for topic in namespace["Topics"]] == list(Topic)
    assert all(entry.lock_seconds <= 5 * MINUTE for entry in subscriptions())


@pytest.mark.parametrize(
    ("iso", "seconds"),
    [("PT1M", 60), ("PT2M", 120), ("P1D", DAY), ("P14D", 14 * DAY), ("PT1H30M5S", 5405)],
)
def test_durations_are_iso_8601(iso: str, seconds: int) -> None:
    """Days to seconds, which is all that a broker takes."""
    assert duration_seconds(iso) == seconds


def test_what_is_no_duration_is_refused() -> None:
    """A typing error in the topology is not zero seconds."""
    with pytest.raises(ValueError, match="2 minutes is not a duration"):
        duration_seconds("2 minutes")
