"""What every HTTP function of the operator's has in common: answers, errors, the entry in the record."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

import azure.functions as func

from shared.access.guard import Call, current_call
from shared.errors import (
    BrokerUnavailableError,
    HuntazeError,
    InvalidPayloadError,
    RequestError,
    StoreUnavailableError,
)
from shared.messaging.sanitising import storable
from shared.observability.failures import whereabouts

if TYPE_CHECKING:
    from pydantic import BaseModel

    M = TypeVar("M", bound=BaseModel)

logger = logging.getLogger(__name__)

HttpFunction = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]

#: A body that asks for something is small.
MAX_BODY_BYTES = 300 * 1024

_AWAY = {StoreUnavailableError: "DATABASE_UNAVAILABLE", BrokerUnavailableError: "BROKER_UNAVAILABLE"}


def json_answer(status: int, body: object, *, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    """Return an answer in JSON, which nobody is to keep."""
    return func.HttpResponse(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status_code=status,
        mimetype="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def error_answer(status: int, code: str, message: str) -> func.HttpResponse:
    """Return an error as every one of them looks."""
    return json_answer(status, {"error": {"code": code, "message": message}})


def for_operators(function: HttpFunction) -> HttpFunction:
    """Answer errors as JSON, and note in the record how the call ended.

    The function asks for `authorised(request, role)` before anything else.
    """

    @wraps(function)
    async def answering(request: func.HttpRequest) -> func.HttpResponse:
        call = Call()
        token = current_call.set(call)
        try:
            answer, code = await _answer(function, request)
            return await _noted(call, answer, code)
        finally:
            current_call.reset(token)

    return answering


async def _answer(function: HttpFunction, request: func.HttpRequest) -> tuple[func.HttpResponse, str | None]:
    try:
        return await function(request), None
    except RequestError as error:
        return error_answer(error.status, error.code, error.message), error.code
    except (StoreUnavailableError, BrokerUnavailableError) as error:
        code = _AWAY[type(error)]
        return error_answer(503, code, error.message), code
    except BaseException as error:  # noqa: BLE001 - the platform's only safe exit is an answer
        logger.error(  # noqa: TRY400 - a traceback may quote what was asked
            "An operator's call failed.", extra={"action": "call_failed", "cause": whereabouts(error)}
        )
        said = error.message if isinstance(error, HuntazeError) else "The call failed unexpectedly."
        return error_answer(500, "INTERNAL_ERROR", said), "INTERNAL_ERROR"


async def _noted(call: Call, answer: func.HttpResponse, code: str | None) -> func.HttpResponse:
    if call.gate is not None and call.call_id is not None:
        try:
            await call.gate.trail.end(call.call_id, status=answer.status_code, code=code)
        except StoreUnavailableError:
            logger.warning("The record does not know how a call ended.", extra={"action": "audit_open"})
    return answer


def body_of(request: func.HttpRequest, model: type[M]) -> M:
    """Read what a request's body asks for; no body is `{}`.

    Raises:
        RequestError: it is not valid (400); the message names fields and quotes nothing.
    """
    content = request.get_body() or b"{}"
    if len(content) > MAX_BODY_BYTES:
        raise RequestError("The body is too large.", status=413, code="TOO_LARGE")
    try:
        value = storable(json.loads(content, parse_constant=_no_number))
    except InvalidPayloadError as error:
        raise RequestError(error.message, status=400, code="INVALID_REQUEST") from None
    except (ValueError, RecursionError):
        raise RequestError("The body is not valid JSON.", status=400, code="INVALID_REQUEST") from None
    # As JSON, since strictly a list is no tuple and a text is no moment; a text is no number in either.
    return _valid(lambda: model.model_validate_json(json.dumps(value), strict=True))


def _no_number(name: str) -> None:
    """Refuse what Python takes for a number, and JSON and PostgreSQL do not."""
    raise ValueError(f"{name} is none")


def query_of(request: func.HttpRequest, model: type[M]) -> M:
    """Read what a request's query asks for.

    Raises:
        RequestError: it is not valid (400); the message names parameters and quotes nothing.
    """
    asked = {name: value for name, value in request.params.items() if name != "code"}
    return _valid(lambda: model.model_validate(asked))


def _valid(read: Callable[[], M]) -> M:
    from pydantic import ValidationError

    from shared.messaging.refusals import reason

    try:
        return read()
    except ValidationError as error:
        raise RequestError(reason(error), status=400, code="INVALID_REQUEST") from None
