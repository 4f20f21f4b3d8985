"""The jobs: everyday conversations, each of which comes up again and again, so that its answer is cached."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusMessage

from infra.local.publishing import new_job_id
from infra.local.samples import SAMPLES
from shared.clock import SystemClock, iso_milliseconds
from shared.contracts import MAX_DEADLINE_MS, JobType, Topic

_BATCH = 50


def conversations() -> Sequence[dict[str, Any]]:
    """Return the jobs' distinct contents."""
    return [
        {"jobType": sample.job_type.value, "creatorId": sample.creator_id, "payload": sample.payload}
        for sample in SAMPLES
        if sample.job_type is JobType.CHAT_SUGGEST
    ]


def envelopes(count: int) -> Iterator[dict[str, Any]]:
    """Return that many new jobs as the front end publishes them."""
    for content in islice(cycle(conversations()), count):
        yield {
            "jobId": new_job_id(),
            **content,
            "attempt": 0,
            "createdAt": iso_milliseconds(SystemClock().now()),
            "deadlineMs": MAX_DEADLINE_MS,
        }


def message(envelope: dict[str, Any]) -> ServiceBusMessage:
    """Return a job's message as the front end sends it."""
    return ServiceBusMessage(
        json.dumps(envelope, ensure_ascii=False),
        content_type="application/json",
        message_id=envelope["jobId"],
        application_properties={name: envelope[name] for name in ("jobType", "jobId", "creatorId")},
    )


def publish(connection: str, jobs: Sequence[dict[str, Any]]) -> None:
    """Send jobs to their topic."""
    with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_topic_sender(Topic.JOBS) as sender,
    ):
        for start in range(0, len(jobs), _BATCH):
            sender.send_messages([message(envelope) for envelope in jobs[start : start + _BATCH]])
