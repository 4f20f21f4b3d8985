"""The HTTP functions of the console: a page without data, its files, and who is looking at it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import azure.functions as func

from shared import bootstrap
from shared.access.guard import authorised
from shared.access.operators import Role
from shared.errors import ConfigurationError, HuntazeError
from shared.observability.failures import whereabouts
from shared.realtime.port import OPERATORS
from workers.operations.answers import for_operators, json_answer

if TYPE_CHECKING:
    from shared.bootstrap import Container
    from shared.realtime.port import ConnectionInfo
    from workers.operations.console_files import Served

blueprint = func.Blueprint()
logger = logging.getLogger(__name__)


@blueprint.function_name("console")
@blueprint.route(
    trigger_arg_name="request", route="console", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS
)
async def console(request: func.HttpRequest) -> func.HttpResponse:
    """Serve the console: a page that knows nothing until somebody signs in."""
    from workers.operations.console_files import page

    connection = await _connection()
    return _response(request, page(connection.url if connection else None))


@blueprint.function_name("console_file")
@blueprint.route(
    trigger_arg_name="request",
    route="console/{version}/{name}",
    methods=["GET"],
    auth_level=func.AuthLevel.ANONYMOUS,
)
async def console_file(request: func.HttpRequest) -> func.HttpResponse:
    """Serve what the page loads."""
    from workers.operations.console_files import asset

    found = asset(request.route_params["version"], request.route_params["name"])
    if found is None:
        return func.HttpResponse(status_code=404, headers={"Cache-Control": "no-store"})
    return _response(request, found)


@blueprint.function_name("console_session")
@blueprint.route(
    trigger_arg_name="request", route="console/session", methods=["POST"], auth_level=func.AuthLevel.FUNCTION
)
@for_operators
async def console_session(request: func.HttpRequest) -> func.HttpResponse:
    """Tell the page who is looking, what they may do, and where all jobs are followed."""
    operator = await authorised(request, Role.VIEWER)
    dead_letters = (await bootstrap.container()).dead_letters
    connection = await _connection()
    session = {
        "operator": {"name": operator.name, "role": operator.role},
        "mayEdit": bool(dead_letters and dead_letters().may_edit and operator.role.covers(Role.ADMIN)),
        "realtime": {"url": connection.url, "accessToken": connection.access_token} if connection else None,
    }
    return json_answer(200, session)


async def _connection() -> ConnectionInfo | None:
    """Return how an operator follows all jobs; `None` where nothing is set up for it."""
    try:
        container: Container = await bootstrap.container()
        return container.realtime().hub.connection_for(OPERATORS) if container.realtime else None
    except ConfigurationError:
        return None
    except HuntazeError as error:  # the page says what does not work, so it must come up
        logger.warning("Jobs can't be followed.", extra={"action": "unfollowed", "cause": whereabouts(error)})
        return None


def _response(request: func.HttpRequest, served: Served) -> func.HttpResponse:
    headers = {**served.headers, "ETag": served.tag}
    if served.tag in {each.strip() for each in request.headers.get("If-None-Match", "").split(",")}:
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(served.body, mimetype=served.mimetype, charset="utf-8", headers=headers)
