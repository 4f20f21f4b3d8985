"""What falling back from one deployment to the next follows: pure rules, and the errors they end in."""

from __future__ import annotations

from collections.abc import Mapping

from shared.ai.deployment import Deployment
from shared.ai.failures import DeploymentError, ModelFailure, failure_of
from shared.ai.port import FinishReason, ModelReply, ModelRequest
from shared.errors import JobError, JobTimeoutError, NetworkError, RateLimitError, TransientError

#: The failures that another deployment may not share. A filter is no matter of the deployment: asking around
#: for one that lets a text pass is not what a creator's account should be used for. A refused request is our
#: fault and the next one's too, unless that one takes other requests. An unknown failure may be a bug.
PASSED_ON = frozenset(
    {
        ModelFailure.RATE_LIMITED,
        ModelFailure.UNAVAILABLE,
        ModelFailure.TIMED_OUT,
        ModelFailure.GONE,
        ModelFailure.UNAUTHORIZED,
        ModelFailure.TRUNCATED,
        ModelFailure.UNUSABLE,
    }
)
#: A deployment is left for the next one after this share of the time; the last one has all that remains.
TRY_SHARE = 0.5
#: Less than this is not divided: two half answers are none.
SHORTEST_TRY_SECONDS = 2.0

#: What says most to a creator, first: what passes by itself, before what an operator must mend.
_MOST_TELLING = (
    ModelFailure.RATE_LIMITED,
    ModelFailure.TIMED_OUT,
    ModelFailure.UNAVAILABLE,
    ModelFailure.TRUNCATED,
    ModelFailure.UNUSABLE,
    ModelFailure.REFUSED,
    ModelFailure.UNAUTHORIZED,
    ModelFailure.GONE,
)
#: These have names of their own in the engine's terms.
_PASSING = frozenset(_MOST_TELLING[:3])


def try_seconds(remaining_seconds: float, deployments_left: int) -> float:
    """Return how long one deployment may take, so that a slow one leaves time for the next.

    Args:
        remaining_seconds: until the request's deadline.
        deployments_left: this one and those after it.
    """
    if deployments_left <= 1:
        return remaining_seconds
    return min(remaining_seconds, max(remaining_seconds * TRY_SHARE, SHORTEST_TRY_SECONDS))


def may_be_passed_on(failure: ModelFailure) -> bool:
    """Say whether any other deployment is worth asking after a failure."""
    return failure in PASSED_ON or failure is ModelFailure.REFUSED


def may_help(failure: ModelFailure, failed: Deployment, following: Deployment) -> bool:
    """Say whether another deployment is worth asking after a failure.

    A refused request is, where the other takes a longer one, or is asked in another form.
    """
    if failure is ModelFailure.REFUSED:
        return following.context_tokens > failed.context_tokens or _form(following) != _form(failed)
    return failure in PASSED_ON


def flaw(reply: ModelReply, request: ModelRequest) -> ModelFailure | None:
    """Return why an answer is of no use to its caller; `None` when it is, or is for the caller to judge."""
    if reply.finish_reason is FinishReason.CONTENT_FILTER:
        return None
    cut_off = reply.finish_reason is FinishReason.LENGTH
    if request.accepts is not None and reply.text.strip() and request.accepts(reply.text):
        return None
    if request.accepts is None and reply.text.strip() and not cut_off:
        return None
    return ModelFailure.TRUNCATED if cut_off else ModelFailure.UNUSABLE


def conclusion(failures: Mapping[str, JobError]) -> JobError:
    """Return the one error that many amount to: its class is for the creator, its message for the operator.

    Args:
        failures: by deployment, at least one.
    """
    kinds = {failure_of(error) for error in failures.values()}
    chosen = next((kind for kind in _MOST_TELLING if kind in kinds), ModelFailure.UNKNOWN)
    if len(failures) == 1 and not _is_untranslated(only := next(iter(failures.values())), chosen):
        return only
    message = _GONE if kinds == {ModelFailure.GONE} else _NO_ANSWER
    error = _error(chosen, message.format(account(failures)), _soonest(failures, chosen))
    error.__cause__ = ExceptionGroup("What the deployments answered", list(failures.values()))
    return error


def account(failures: Mapping[str, JobError]) -> str:
    """Return which deployment failed how, for an operator; nothing of a request."""
    return ", ".join(f"{name} {_said(error)}" for name, error in failures.items())


_GONE = (
    "Every AI deployment that could answer is retired or missing ({})."
    " Check the AZURE_AI_DEPLOYMENT_… settings."
)
_NO_ANSWER = "No AI deployment gave a usable answer ({})."


def _is_untranslated(error: JobError, failure: ModelFailure) -> bool:
    return isinstance(error, DeploymentError) and failure in _PASSING


def _form(deployment: Deployment) -> tuple[object, ...]:
    """Return what shapes the body of a request to it."""
    return deployment.wire, deployment.json_mode, deployment.temperature, deployment.images


def _said(error: JobError) -> str:
    wait = error.retry_after_seconds if isinstance(error, TransientError) else None
    words = failure_of(error).value.replace("_", " ")
    return words if wait is None else f"{words} for {wait:.3g} s"


def _soonest(failures: Mapping[str, JobError], chosen: ModelFailure) -> float | None:
    waits = [
        error.retry_after_seconds
        for error in failures.values()
        if isinstance(error, TransientError) and failure_of(error) is chosen
    ]
    return min((wait for wait in waits if wait is not None), default=None)


def _error(failure: ModelFailure, message: str, retry_after_seconds: float | None) -> JobError:
    match failure:
        case ModelFailure.RATE_LIMITED:
            return RateLimitError(message, retry_after_seconds=retry_after_seconds)
        case ModelFailure.TIMED_OUT:
            return JobTimeoutError(message)
        case ModelFailure.UNAVAILABLE:
            return NetworkError(message, retry_after_seconds=retry_after_seconds)
        case _:
            return DeploymentError(message, failure=failure)
