"""From an event to what the endpoints of its creator are told."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from shared.contracts import JobEvent
from shared.dead_letters.letters import REPLAY_OF
from shared.errors import InvalidPayloadError
from shared.messaging.delivery import Delivery
from shared.messaging.refusals import reason
from shared.messaging.sanitising import storable
from shared.webhooks.bodies import event_body
from shared.webhooks.port import NewDelivery

logger = logging.getLogger(__name__)


def told(delivery: Delivery, *, functions_url: str) -> NewDelivery | None:
    """Return what is to be delivered; `None` if the event names no creator, so that nobody is told.

    Args:
        delivery: of an event's message.
        functions_url: where a result that is too large for a webhook is found.

    Raises:
        InvalidPayloadError: it is no event. Its message will be delivered ten times, each time at the cost
            of reading it, and then lie in the dead-letter queue.
    """
    event, fields = _event(delivery.body)
    if not event.creator_id:
        logger.info("An event has no creator to tell.", extra={"action": "untold", "jobId": event.job_id})
        return None
    return NewDelivery(
        creator_id=event.creator_id,
        event_type=event.event_type,
        job_id=event.job_id,
        message_key=_key(delivery),
        body=event_body(fields, functions_url=functions_url),
    )


def _key(delivery: Delivery) -> str:
    """Return what the event's message, a duplicate of it, and a replay of it have in common."""
    replayed = delivery.properties.get(REPLAY_OF)
    original = replayed if isinstance(replayed, str) else delivery.message_id
    return original or sha256(delivery.body).hexdigest()


def _event(body: bytes) -> tuple[JobEvent, dict[str, Any]]:
    try:
        fields = storable(json.loads(body))
        return JobEvent.model_validate(fields), fields
    except ValidationError as error:
        raise InvalidPayloadError(reason(error)) from None
    except (ValueError, RecursionError):
        raise InvalidPayloadError("The event is not valid JSON.") from None
