"""The border to the Functions platform: what a trigger receives, and what may leave it.

A function has two exits: it returns, and the host completes the message, or it raises an ordinary
exception, and the host abandons it. Anything else harms its neighbours: a `CancelledError` that escapes is
never answered, and a `SystemExit` ends every job of the process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import azure.functions as func

from shared.errors import HuntazeError, InternalError
from shared.messaging.delivery import Delivery
from shared.observability.failures import whereabouts

P = ParamSpec("P")
R = TypeVar("R")


def delivery_of(message: func.ServiceBusMessage, subscription: str) -> Delivery:
    """Return the host's message as the engine takes it."""
    return Delivery(
        body=message.get_body(),
        subscription=subscription,
        message_id=message.message_id,
        delivery_count=message.delivery_count or 1,
        enqueued_at=message.enqueued_time_utc,
        properties=dict(message.application_properties or message.user_properties or {}),
    )


def answered(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Make sure that the host gets an answer, and that its logs quote no payload."""

    @wraps(function)
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except HuntazeError:
            raise
        except BaseException as error:  # noqa: BLE001 - the platform's only safe exit is an ordinary exception
            raise InternalError(f"Unexpected: {whereabouts(error)}") from None

    return guarded
