"""Asking the same deployment again, where it said itself when that will help, and that is soon.

This is the only place that repeats a call of a deployment: the SDK's retries are off, and the broker repeats
jobs, minutes later. Whatever else goes wrong is for the next deployment, which costs no waiting.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from shared.ai.allowance import ExtraCalls
from shared.ai.breaker import CircuitOpenError
from shared.ai.failures import ModelFailure, failure_of
from shared.ai.listening import Listener
from shared.ai.port import ChatModel, ModelReply, ModelRequest
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import JobError, TransientError

if TYPE_CHECKING:
    from tenacity import RetryCallState

#: A deployment that limits us again right after the time it named is busy with others.
MAX_RETRIES = 1
#: A creator waits meanwhile, and another deployment could have begun to answer.
MAX_WAIT_SECONDS = 2.0
#: At most this share of the time left is spent waiting.
WAIT_SHARE = 0.2
#: Full jitter of up to this share of the wait comes on top of it, so that workers do not return as one;
JITTER_SHARE = 0.5
#: and a little more, because clocks differ.
MARGIN_SECONDS = 0.02

_PASSING = frozenset({ModelFailure.RATE_LIMITED, ModelFailure.UNAVAILABLE})


def asked_wait_seconds(error: BaseException) -> float | None:
    """Return how long a deployment asked us to wait, where waiting helps at all."""
    if isinstance(error, CircuitOpenError) or not isinstance(error, TransientError):
        return None
    return error.retry_after_seconds if failure_of(error) in _PASSING else None


def fits(wait_seconds: float, remaining_seconds: float) -> bool:
    """Say whether so long a wait leaves enough of the time."""
    longest = wait_seconds * (1 + JITTER_SHARE) + MARGIN_SECONDS
    return longest <= min(MAX_WAIT_SECONDS, remaining_seconds * WAIT_SHARE)


def pause_seconds(wait_seconds: float, chance: float) -> float:
    """Return how long to wait: never less than was asked for.

    Args:
        wait_seconds: what the deployment asked for.
        chance: from 0 to 1.
    """
    return wait_seconds * (1 + JITTER_SHARE * chance) + MARGIN_SECONDS


class RetryingChatModel:
    """One deployment, asked again when it says so."""

    def __init__(
        self,
        model: ChatModel,
        name: str,
        clock: Clock,
        *,
        extra: ExtraCalls | None = None,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._model = model
        self._name = name
        self._clock = clock
        self._extra = extra or ExtraCalls()
        self._chance = chance
        self._sleep = sleep

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask the deployment, twice at most.

        Raises:
            JobError: the last failure; see `ChatModel.complete`.
        """
        from tenacity import AsyncRetrying

        listener = Listener(request.on_text)

        def may_help(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            wait = asked_wait_seconds(error) if error else None
            remaining = request.deadline - self._clock.monotonic()
            helps = wait is not None and fits(wait, remaining) and not listener.has_heard
            return helps and state.attempt_number <= MAX_RETRIES and self._extra.spend()

        retrying = AsyncRetrying(
            retry=may_help,
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        return await retrying(self._model.complete, listener.attached(request))

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        wait = pause_seconds((error and asked_wait_seconds(error)) or 0.0, self._chance())
        if isinstance(error, JobError):
            note("retry", deployment=self._name, failure=failure_of(error).value, delay_seconds=wait)
        return wait
