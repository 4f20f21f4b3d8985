"""Asking the same deployment again, where it said itself when that will help, and that is soon.

This is the only place that repeats a call of a deployment: the SDK's retries are off, and the broker repeats
jobs, minutes later. Whatever else goes wrong is for the next deployment, which costs no waiting.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from shared.ai.allowance import ExtraCalls
from shared.ai.breaker import CircuitOpenError
from shared.ai.failures import ModelFailure, failure_of
from shared.ai.listening import Listener
from shared.ai.port import ChatModel, ModelReply, ModelRequest
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import JobError, TransientError

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
    """One deployment, asked again when it says so; once, for if it limits us again it is busy with others."""

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
        listener = Listener(request.on_text)
        asked = listener.attached(request)
        try:
            return await self._model.complete(asked)
        except JobError as error:
            pause = self._pause_seconds(error, request)
            if pause is None or listener.has_heard or not self._extra.spend():
                raise
            note("retry", deployment=self._name, failure=failure_of(error).value, delay_seconds=pause)
        await self._sleep(pause)
        return await self._model.complete(asked)

    def _pause_seconds(self, error: JobError, request: ModelRequest) -> float | None:
        """Return how long to wait before another try; `None` when there is to be none."""
        wait = asked_wait_seconds(error)
        remaining = request.deadline - self._clock.monotonic()
        return pause_seconds(wait, self._chance()) if wait is not None and fits(wait, remaining) else None
