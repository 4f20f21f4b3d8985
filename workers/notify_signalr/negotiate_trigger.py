"""Letting clients in: `POST /api/negotiate`, which `@microsoft/signalr` asks before it connects."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import azure.functions as func

from shared import bootstrap
from shared.errors import ConfigurationError
from shared.messaging.invocation import answered

if TYPE_CHECKING:
    from shared.realtime.desk import RealtimeDesk
    from workers.notify_signalr.clients import Answer

logger = logging.getLogger(__name__)

blueprint = func.Blueprint()


@blueprint.function_name("negotiate")
@blueprint.route(
    trigger_arg_name="request",
    route="negotiate",
    methods=["POST", "OPTIONS"],
    auth_level=func.AuthLevel.ANONYMOUS,
)
@answered
async def negotiate(request: func.HttpRequest) -> func.HttpResponse:
    """Tell a creator's client where to connect, as that creator and nobody else."""
    from workers.notify_signalr.clients import answer, unavailable

    desk = await _desk()
    return _response(answer(str(request.method), request.headers, desk) if desk else unavailable())


async def _desk() -> RealtimeDesk | None:
    container = await bootstrap.container()
    try:
        return container.realtime() if container.realtime else None
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message says all, and quotes no secret
            "Nobody can connect.", extra={"action": "realtime_not_configured", "reason": error.message}
        )
        return None


def _response(answer: Answer) -> func.HttpResponse:
    return func.HttpResponse(
        None if answer.body is None else json.dumps(answer.body),
        status_code=answer.status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store", **answer.headers},
    )
