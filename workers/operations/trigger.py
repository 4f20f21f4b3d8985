"""The triggers that keep the workers honest: the sweep's timer, and the status of a job over HTTP."""

from __future__ import annotations

import json

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered
from shared.messaging.sanitising import storable_text

blueprint = func.Blueprint()


@blueprint.function_name("sweep")
@blueprint.timer_trigger(arg_name="timer", schedule="*/10 * * * * *", use_monitor=False)
@answered
async def sweep(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the platform passes it by this name
    """Send again what is due: lost jobs, unsent messages."""
    container = await bootstrap.container()
    await container.sweep.run()


@blueprint.function_name("job_status")
@blueprint.route(
    trigger_arg_name="request",
    route="jobs/{jobId}",
    methods=["GET"],
    auth_level=func.AuthLevel.FUNCTION,
)
@answered
async def job_status(request: func.HttpRequest) -> func.HttpResponse:
    """Return a job as it stands, its result included: where an event's `resultUrl` points."""
    from workers.operations.status import describe

    container = await bootstrap.container()
    job = await container.store.job(storable_text(request.route_params["jobId"]))
    if job is None:
        return _json(404, {"error": {"code": "JOB_NOT_FOUND", "message": "No such job is known here."}})
    return _json(200, describe(job))


def _json(status: int, body: object) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(body), status_code=status, mimetype="application/json")
