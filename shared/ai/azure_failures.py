"""From the Azure SDK's errors to ours: what went wrong, in the engine's terms.

Needs the SDK, so it is imported by its adapter alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from shared.ai.retry_after import retry_after_seconds
from shared.errors import (
    ContentFilteredError,
    JobError,
    JobTimeoutError,
    ModelError,
    NetworkError,
    RateLimitError,
)

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError, HttpResponseError

_GATEWAY = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
#: Shown to the operator, who is the only one that can act on them.
_REFUSALS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "The AI endpoint does not accept the key. Check AZURE_AI_KEY.",
    HTTPStatus.FORBIDDEN: "The AI endpoint forbids this. Check the key's rights and the network rules.",
    HTTPStatus.NOT_FOUND: "The AI endpoint knows no deployment {deployment!r}; it may have been retired."
    " Check AZURE_AI_ENDPOINT and the AZURE_AI_DEPLOYMENT_… settings.",
}
_FILTER_CODES = frozenset({"content_filter", "ResponsibleAIPolicyViolation"})


def translated(error: AzureError, *, deployment: str, now: datetime) -> JobError:
    """Return our error for one of the SDK's.

    Args:
        error: what the SDK raised.
        deployment: the name that was asked for, for the operator.
        now: the current time, for waits given as a date.
    """
    from azure.core import exceptions as sdk

    if isinstance(error, sdk.ServiceResponseTimeoutError):
        return JobTimeoutError("The AI model did not answer in time.")
    if isinstance(error, sdk.ServiceRequestError | sdk.ServiceResponseError | sdk.IncompleteReadError):
        return NetworkError("The AI endpoint could not be reached.")
    if isinstance(error, sdk.DecodeError) or not isinstance(error, sdk.HttpResponseError):
        return ModelError("The AI service answered in an unknown form.")
    return _refused(error, deployment, now)


def _refused(error: HttpResponseError, deployment: str, now: datetime) -> JobError:
    status = error.status_code or 0
    body = _body(error)
    if _is_filtered(status, body):
        return ContentFilteredError()
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    wait = retry_after_seconds(headers, body, now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitError(retry_after_seconds=wait)
    if status in _GATEWAY:
        return NetworkError(f"The AI endpoint is not available ({status}).", retry_after_seconds=wait)
    message = _REFUSALS.get(status, "The AI endpoint answered with an error ({status}).")
    return ModelError(message.format(deployment=deployment, status=status), retry_after_seconds=wait)


def _body(error: HttpResponseError) -> str:
    text: Callable[[], str] | None = getattr(error.response, "text", None)
    try:
        return text() if text else ""
    except (ValueError, LookupError):  # undecodable, or in a charset that does not exist
        return ""


def _is_filtered(status: int, body: str) -> bool:
    """Say whether the prompt was refused for its content; the fields stand flat or under `error`."""
    if status != HTTPStatus.BAD_REQUEST:
        return False
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return bool(_FILTER_CODES & set(_codes(answer)))


def _codes(answer: Any) -> list[str]:
    """Return the error codes of an answer: its own, its `error`'s, and that one's `innererror`'s."""
    codes: list[str] = []
    while isinstance(answer, dict):
        if isinstance(code := answer.get("code"), str):
            codes.append(code)
        answer = answer.get("error") or answer.get("innererror")
    return codes
