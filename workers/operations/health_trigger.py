"""The HTTP functions that tell whether the app lives, whether it can work, and what the month costs."""

from __future__ import annotations

import logging

import azure.functions as func

from shared import bootstrap
from shared.access.guard import KEY_HEADER, authorised
from shared.access.operators import Role
from shared.errors import ConfigurationError, HuntazeError
from shared.observability.failures import whereabouts
from workers.operations.answers import for_operators, json_answer, query_of

blueprint = func.Blueprint()
logger = logging.getLogger(__name__)


@blueprint.function_name("health")
@blueprint.route(
    trigger_arg_name="request", route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS
)
async def health(request: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the platform passes it by this name
    """Say that this process answers; it asks nobody else."""
    return json_answer(200, {"status": "alive"})


@blueprint.function_name("health_ready")
@blueprint.route(
    trigger_arg_name="request", route="health/ready", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS
)
@for_operators
async def health_ready(request: func.HttpRequest) -> func.HttpResponse:
    """Say whether jobs can be done; how each service stands is told to operators only."""
    from shared.health.checking import Standing

    try:
        checks = (await bootstrap.container()).health
        found = await checks().look() if checks else None
    except HuntazeError as error:  # the settings can't be read: nothing works, and nothing is told of why
        cause = whereabouts(error)
        logger.error("The app can't start.", extra={"action": "unhealthy", "cause": cause})  # noqa: TRY400 - settings' names are in the text
        found = None
    if found is None:
        return json_answer(503, {"status": Standing.NOT_READY})
    status = 503 if found.standing is Standing.NOT_READY else 200
    if not request.headers.get(KEY_HEADER):
        return json_answer(status, {"status": found.standing})
    await authorised(request, Role.VIEWER)
    services = {
        name: {"ok": answer.ok, "tookMs": answer.took_ms, "problem": answer.problem}
        for name, answer in found.services.items()
    }
    return json_answer(status, {"status": found.standing, "services": services})


@blueprint.function_name("costs")
@blueprint.route(
    trigger_arg_name="request", route="costs", methods=["GET"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def costs_of_month(request: func.HttpRequest) -> func.HttpResponse:
    """Return what a month's models cost, by day, model, worker and creator, against the budget."""
    await authorised(request, Role.VIEWER)
    from workers.operations.costs import MOST_CREATORS, CostsAsked, costs

    jobs = (await bootstrap.container()).jobs
    if jobs is None:
        raise ConfigurationError("Nothing is known of costs here.")
    desk = jobs()
    now = desk.clock.now()
    first_day = query_of(request, CostsAsked).first_day(now)
    report = await desk.spending.month(first_day, most_creators=MOST_CREATORS)
    told = costs(report, first_day=first_day, now=now, budget_usd_micros=desk.budget_usd_micros)
    return json_answer(200, told)
