"""Ordinary chat jobs, delivered to an engine as its trigger does."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from shared.bootstrap import Container
from shared.messaging.delivery import Delivery
from workers.chat_suggestions.trigger import _worker


def job(fan_message: str, **payload: Any) -> Delivery:
    """Return the first delivery of a new job, whose id is its message's; its payload may hold more."""
    job_id = f"job_{uuid4().hex}"
    body = {
        "jobId": job_id,
        "jobType": "chat.suggest",
        "creatorId": "1",
        "payload": {"fanMessage": fan_message, **payload},
    }
    properties = {"jobId": job_id, "jobType": "chat.suggest", "creatorId": "1"}
    return Delivery(
        body=json.dumps(body).encode(),
        subscription="chat-suggestions",
        message_id=job_id,
        properties=properties,
    )


async def run(container: Container, delivery: Delivery) -> None:
    """Deliver it to the worker that the trigger would choose."""
    await container.engine.deliver(delivery, _worker(container))
