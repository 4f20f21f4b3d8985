"""Webhooks over HTTP, for creators: who asks is proved by the front end's signed token."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared import bootstrap
from shared.messaging.invocation import answered

if TYPE_CHECKING:
    from workers.notify_webhook.requests import Requests

blueprint = func.Blueprint()

_ANONYMOUS = func.AuthLevel.ANONYMOUS


@blueprint.function_name("webhook_endpoints")
@blueprint.route(trigger_arg_name="request", route="webhooks", methods=["GET"], auth_level=_ANONYMOUS)
@answered
async def webhook_endpoints(request: func.HttpRequest) -> func.HttpResponse:
    """List the creator's endpoints."""
    return await _answer(request, lambda requests: requests.endpoints())


@blueprint.function_name("webhook_endpoint")
@blueprint.route(
    trigger_arg_name="request", route="webhooks/{name}", methods=["PUT", "DELETE"], auth_level=_ANONYMOUS
)
@answered
async def webhook_endpoint(request: func.HttpRequest) -> func.HttpResponse:
    """Make, change or forget an endpoint."""
    name = request.route_params["name"]
    if request.method == "DELETE":
        return await _answer(request, lambda requests: requests.remove(name))
    return await _answer(request, lambda requests: requests.put(name, request.get_body()))


@blueprint.function_name("webhook_secret")
@blueprint.route(
    trigger_arg_name="request", route="webhooks/{name}/secret", methods=["POST"], auth_level=_ANONYMOUS
)
@answered
async def webhook_secret(request: func.HttpRequest) -> func.HttpResponse:
    """Give an endpoint a new secret; the old one is signed with for another day."""
    return await _answer(request, lambda requests: requests.rotate(request.route_params["name"]))


@blueprint.function_name("webhook_test")
@blueprint.route(trigger_arg_name="request", route="webhooks/test", methods=["POST"], auth_level=_ANONYMOUS)
@answered
async def webhook_test(request: func.HttpRequest) -> func.HttpResponse:
    """Send an endpoint a signed ping, and return what it came to."""
    return await _answer(request, lambda requests: requests.test(request.get_body()))


@blueprint.function_name("webhook_deliveries")
@blueprint.route(
    trigger_arg_name="request", route="webhooks/deliveries", methods=["GET"], auth_level=_ANONYMOUS
)
@answered
async def webhook_deliveries(request: func.HttpRequest) -> func.HttpResponse:
    """List what the creator's endpoints were told, with every attempt."""
    return await _answer(request, lambda requests: requests.deliveries())


@blueprint.function_name("webhook_replay")
@blueprint.route(
    trigger_arg_name="request",
    route="webhooks/deliveries/{deliveryId}/replay",
    methods=["POST"],
    auth_level=_ANONYMOUS,
)
@answered
async def webhook_replay(request: func.HttpRequest) -> func.HttpResponse:
    """Send a delivery again."""
    return await _answer(request, lambda requests: requests.replay(request.route_params["deliveryId"]))


async def _answer(
    request: func.HttpRequest, ask: Callable[[Requests], Awaitable[tuple[int, Any]]]
) -> func.HttpResponse:
    from workers.notify_webhook.requests import answer, unavailable

    container = await bootstrap.container()
    if container.webhooks is None:
        status, body = unavailable()
    else:
        status, body = await answer(container.webhooks(), request.headers.get("authorization"), ask)
    return func.HttpResponse(
        None if body is None else json.dumps(body),
        status_code=status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store", **({"WWW-Authenticate": "Bearer"} if status == 401 else {})},  # noqa: PLR2004 - HTTP's Unauthorized
    )
