"""Publishing jobs as the front end does: the same body, the same properties."""

from __future__ import annotations

import json
import random
import string
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender

from shared.clock import SystemClock, iso_milliseconds
from shared.contracts import Topic

_ALPHABET = string.digits + string.ascii_lowercase


class Publisher:
    """Publishes jobs over one sender."""

    def __init__(self, sender: ServiceBusSender) -> None:
        self._sender = sender

    def publish(self, job_type: str, creator_id: str, payload: Mapping[str, Any]) -> str:
        """Publish one job and return its id."""
        job_id = new_job_id()
        body = {
            "jobId": job_id,
            "jobType": job_type,
            "creatorId": creator_id,
            "payload": payload,
            "attempt": 0,
            "createdAt": iso_milliseconds(SystemClock().now()),
        }
        self._sender.send_messages(
            ServiceBusMessage(
                json.dumps(body, ensure_ascii=False),
                content_type="application/json",
                message_id=job_id,
                application_properties={"jobType": job_type, "jobId": job_id, "creatorId": creator_id},
            )
        )
        return job_id


@contextmanager
def publisher(connection_string: str) -> Iterator[Publisher]:
    """Open a sender to the topic of jobs."""
    with (
        ServiceBusClient.from_connection_string(connection_string) as client,
        client.get_topic_sender(Topic.JOBS) as sender,
    ):
        yield Publisher(sender)


def new_job_id() -> str:
    """Return an id as the front end makes them: milliseconds, then nine random characters."""
    suffix = "".join(random.SystemRandom().choices(_ALPHABET, k=9))
    return f"job_{time.time_ns() // 1_000_000}_{suffix}"
