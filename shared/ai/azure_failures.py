"""From what goes wrong at an AI endpoint to our errors: what failed, in the router's and the engine's terms.

One rule decides who is blamed. A service that answered with a refusal is a `DeploymentError`, a
`RateLimitError` or a `ContentFilteredError`; one that did not answer, or broke off, is a `NetworkError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.retry_after import retry_after_seconds
from shared.errors import ContentFilteredError, JobError, JobTimeoutError, NetworkError, RateLimitError

if TYPE_CHECKING:
    from azure.core.exceptions import AzureError

STRANGE = "The AI service answered in an unknown form."
UNREACHABLE = "The AI endpoint could not be reached."

_FAILURES: dict[int, ModelFailure] = {
    HTTPStatus.UNAUTHORIZED: ModelFailure.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN: ModelFailure.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND: ModelFailure.GONE,
    HTTPStatus.GONE: ModelFailure.GONE,
    HTTPStatus.REQUEST_TIMEOUT: ModelFailure.UNAVAILABLE,
}
#: Shown to the operator, who is the only one that can act on them.
_MESSAGES: dict[ModelFailure, str] = {
    ModelFailure.UNAUTHORIZED: "The AI endpoint does not accept our key ({status}). Check AZURE_AI_KEY,"
    " the key's rights and the network rules.",
    ModelFailure.GONE: "The AI endpoint knows no deployment {deployment!r}; it may have been retired."
    " Check AZURE_AI_ENDPOINT and the AZURE_AI_DEPLOYMENT_… settings.",
    ModelFailure.REFUSED: "The AI endpoint refused the request ({status}).",
    ModelFailure.UNAVAILABLE: "The AI endpoint is not available ({status}).",
    ModelFailure.UNUSABLE: "The AI service answered in an unknown form ({status}).",
}
_STATUS = re.compile("[45][0-9]{2}")
_FILTER_CODES = frozenset({"content_filter", "ResponsibleAIPolicyViolation"})


def unanswered(error: AzureError) -> JobError:
    """Return our error for one of the SDK's: there was no answer, or it could not be read."""
    from azure.core import exceptions as sdk

    if isinstance(error, sdk.ServiceResponseTimeoutError):
        return JobTimeoutError("The AI model did not answer in time.")
    if isinstance(error, sdk.ServiceRequestError | sdk.ServiceResponseError | sdk.IncompleteReadError):
        return NetworkError(UNREACHABLE)
    if isinstance(error, sdk.ClientAuthenticationError):  # Entra ID's, before the endpoint is asked
        return DeploymentError(
            "Microsoft Entra ID does not vouch for this app. Set AZURE_AI_KEY, or give it an identity.",
            failure=ModelFailure.UNAUTHORIZED,
        )
    return DeploymentError(STRANGE, failure=ModelFailure.UNUSABLE)


def refused(
    status: int, headers: Mapping[str, str], body: str, *, deployment: str, now: datetime
) -> JobError:
    """Return our error for an answer that is no completion.

    Args:
        status: the HTTP status.
        headers: the response's, looked up case-insensitively by the caller's mapping.
        body: the response's text; it is read, never quoted.
        deployment: the name that was asked for, for the operator.
        now: the current time, for waits given as a date.
    """
    if status == HTTPStatus.BAD_REQUEST and _is_filtered(_parsed(body)):
        return ContentFilteredError()
    return _error(status, retry_after_seconds(headers, body, now), deployment)


def refused_in_stream(event: Mapping[str, Any], *, deployment: str) -> JobError:
    """Return our error for an error that arrives inside a stream whose status was 200.

    It states its status as `status`, or as a numeric `code`, or not at all.
    """
    if _is_filtered(event):
        return ContentFilteredError()
    error = event.get("error")
    stated = [str(error.get(name)) for name in ("status", "code")] if isinstance(error, Mapping) else []
    status = next((int(number) for number in stated if _STATUS.fullmatch(number)), 0)
    return _error(status or HTTPStatus.INTERNAL_SERVER_ERROR, None, deployment)


def _error(status: int, wait: float | None, deployment: str) -> JobError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitError(retry_after_seconds=wait)
    failure = _failure(status)
    message = _MESSAGES[failure].format(status=status, deployment=deployment)
    return DeploymentError(message, failure=failure, retry_after_seconds=wait)


def _failure(status: int) -> ModelFailure:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ModelFailure.UNAVAILABLE
    if status >= HTTPStatus.BAD_REQUEST:
        return _FAILURES.get(status, ModelFailure.REFUSED)
    return ModelFailure.UNUSABLE


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_filtered(answer: Any) -> bool:
    """Say whether content was refused; the codes stand flat, under `error`, or under its `innererror`."""
    while isinstance(answer, Mapping):
        if answer.get("code") in _FILTER_CODES:
            return True
        answer = answer.get("error") or answer.get("innererror")
    return False
