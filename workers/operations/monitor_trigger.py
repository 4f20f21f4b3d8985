"""The monitor's timer, and the alerts that it raised over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import bootstrap
from shared.access.guard import authorised
from shared.access.operators import Role
from shared.clock import iso_milliseconds
from shared.errors import ConfigurationError
from shared.messaging.invocation import answered
from workers.operations.answers import for_operators, json_answer

if TYPE_CHECKING:
    from shared.monitoring.alerts import Alert
    from shared.monitoring.monitor import Monitor

blueprint = func.Blueprint()


@blueprint.function_name("monitor")
@blueprint.timer_trigger(arg_name="timer", schedule="20 * * * * *", use_monitor=False)
@answered
async def look(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Look for what needs the operator, once a minute."""
    await (await _monitor()).look()


@blueprint.function_name("alerts")
@blueprint.route(
    trigger_arg_name="request", route="alerts", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def alerts(request: func.HttpRequest) -> func.HttpResponse:
    """Return what is wrong now, and what was within the last week."""
    await authorised(request, Role.VIEWER)
    from shared.monitoring.monitor import SHOWN_DAYS

    found = await (await _monitor()).alerts.lately(days=SHOWN_DAYS)
    return json_answer(200, {"alerts": [_told(alert) for alert in found]})


def _told(alert: Alert) -> dict[str, Any]:
    return {
        "event": alert.event,
        "subject": alert.subject,
        "episode": alert.episode,
        "figures": alert.fields,
        "raisedAt": iso_milliseconds(alert.raised_at),
        "clearedAt": iso_milliseconds(alert.cleared_at) if alert.cleared_at else None,
    }


async def _monitor() -> Monitor:
    made = (await bootstrap.container()).monitor
    if made is None:
        raise ConfigurationError("Nothing is watched here.")
    return made()
