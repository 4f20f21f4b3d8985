"""The trigger that keeps the workers honest: the sweep's timer."""

from __future__ import annotations

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered

blueprint = func.Blueprint()


@blueprint.function_name("sweep")
@blueprint.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", use_monitor=False)
@answered
async def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Send again what is due: lost jobs, unsent messages."""
    container = await bootstrap.container()
    await container.sweep.run()
