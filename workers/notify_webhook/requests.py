"""Answering creators' requests about their endpoints, free of any SDK."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import ConfigurationError, ForbiddenUrlError, RequestError, StoreUnavailableError
from shared.messaging.refusals import reason
from shared.messaging.sanitising import storable_text
from shared.observability.failures import whereabouts
from shared.webhooks.desk import WebhookDesk
from workers.notify_webhook.messages import (
    EndpointBody,
    EndpointName,
    TestBody,
    delivery_answer,
    endpoint_answer,
)

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)
Answer = tuple[int, Any]

_MAX_BODY_BYTES = 16 * 1024
_LISTED = 50
#: Parts of other routes.
_RESERVED = frozenset({"test", "deliveries"})
_NAME: TypeAdapter[str] = TypeAdapter(EndpointName)


class Requests:
    """What one creator asks for.

    Args:
        desk: does it.
        creator_id: who asks, proved by a token.
    """

    def __init__(self, desk: WebhookDesk, creator_id: str) -> None:
        self._desk = desk
        self._creator_id = creator_id

    async def endpoints(self) -> Answer:
        """List the creator's endpoints."""
        known = await self._desk.table.of(self._creator_id)
        return 200, {"endpoints": [endpoint_answer(endpoint) for endpoint in known]}

    async def put(self, name: str, body: bytes) -> Answer:
        """Make an endpoint, or change it."""
        told = _read(body, EndpointBody).endpoint(self._creator_id, _named(name))
        kept = await self._desk.register.put(told)
        return 201 if kept.secret else 200, endpoint_answer(kept.endpoint, secret=kept.secret)

    async def remove(self, name: str) -> Answer:
        """Forget an endpoint."""
        if not await self._desk.table.remove(self._creator_id, _named(name)):
            raise _no_endpoint()
        return 204, None

    async def rotate(self, name: str) -> Answer:
        """Give an endpoint a new secret."""
        secret = await self._desk.register.rotate(self._creator_id, _named(name))
        if secret is None:
            raise _no_endpoint()
        return 200, {"secret": secret}

    async def test(self, body: bytes) -> Answer:
        """Send an endpoint a signed ping."""
        name = _read(body, TestBody).endpoint
        if name not in {endpoint.name for endpoint in await self._desk.table.of(self._creator_id)}:
            raise _no_endpoint()
        delivery = await self._desk.courier.ping(self._creator_id, name)
        if delivery is None:
            raise RequestError("This endpoint was tested just now.", status=429, code="TESTED_JUST_NOW")
        return 200, delivery_answer(delivery)

    async def deliveries(self) -> Answer:
        """List what the creator's endpoints were told, the newest first."""
        newest = await self._desk.table.list_of(self._creator_id, limit=_LISTED)
        return 200, {"deliveries": [delivery_answer(delivery) for delivery in newest]}

    async def replay(self, delivery_id: str) -> Answer:
        """Send a delivery again, under the same id."""
        if not await self._desk.table.replay(self._creator_id, storable_text(delivery_id)):
            message = "No such delivery is over, or its endpoint is disabled."
            raise RequestError(message, status=404, code="DELIVERY_NOT_FOUND")
        return 202, {"id": delivery_id, "state": "waiting"}


async def answer(
    desk: WebhookDesk, authorization: str | None, ask: Callable[[Requests], Awaitable[Answer]]
) -> Answer:
    """Answer a request of whoever the header proves, or say why not."""
    try:
        return await ask(Requests(desk, desk.identities().creator_of(authorization)))
    except RequestError as error:
        return _refusal(error.status, error.code, error.message)
    except ForbiddenUrlError as error:
        return _refusal(422, error.code, error.message)
    except ConfigurationError as error:
        logger.error(  # noqa: TRY400 - the message says all, and quotes no secret
            "There are no webhooks.", extra={"action": "webhooks_not_configured", "cause": whereabouts(error)}
        )
        return unavailable()
    except StoreUnavailableError as error:
        return _refusal(503, "DATABASE_UNAVAILABLE", error.message)


def unavailable() -> Answer:
    """Answer that there are no webhooks here."""
    return _refusal(503, "WEBHOOKS_UNAVAILABLE", "Webhooks are not available for now.")


def _refusal(status: int, code: str, message: str) -> Answer:
    return status, {"error": {"code": code, "message": message}}


def _no_endpoint() -> RequestError:
    return RequestError("There is no endpoint of this name.", status=404, code="ENDPOINT_NOT_FOUND")


def _named(name: str) -> str:
    try:
        if name not in _RESERVED:
            return _NAME.validate_python(name)
    except ValidationError:
        pass
    message = (
        "A name is 1 to 64 letters, digits, hyphens and underscores, and neither `test` nor `deliveries`."
    )
    raise RequestError(message, status=400, code="INVALID_REQUEST")


def _read(body: bytes, model: type[M]) -> M:
    if len(body) > _MAX_BODY_BYTES:
        raise RequestError("The body is too large.", status=413, code="TOO_LARGE")
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        raise RequestError(reason(error), status=400, code="INVALID_REQUEST") from None
    except (ValueError, RecursionError):
        raise RequestError("The body is not valid JSON.", status=400, code="INVALID_REQUEST") from None
