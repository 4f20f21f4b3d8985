"""A job that fails for good, so that there is a dead letter to try replays on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.request import Request, urlopen

from infra.local.publishing import publisher
from infra.local.records import reading
from shared.contracts import JobType

#: What the model simulator's filter refuses once; a replay is answered.
_MESSAGE = "Which of your videos should I watch first, and why?"
_WAIT_SECONDS = 20.0


def leave_dead_letter(variables: Mapping[str, str]) -> str | None:
    """Publish a job that the simulated model refuses; return its id, or `None` if it did not fail."""
    endpoint = variables["AZURE_AI_ENDPOINT"].removesuffix("/models")
    fault = json.dumps({"kind": "content_filter"}).encode()
    with urlopen(Request(f"{endpoint}/simulator/faults", data=fault), timeout=10):  # noqa: S310 - our own simulator
        pass
    with publisher(variables["SERVICEBUS_CONNECTION"]) as sender:
        job_id = sender.publish(JobType.CHAT_SUGGEST, "102", {"fanMessage": _MESSAGE})
    with reading(variables["DATABASE_URL"]) as records:
        for jobs in records.until_ended([job_id], timeout_seconds=_WAIT_SECONDS):
            if job_id in jobs and jobs[job_id].state == "failed":
                return job_id
    return None
