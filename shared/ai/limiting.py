"""At most so many calls of a deployment at once, so that a burst does not spend its quota on 429s.

Those who wait are served in the order they came. Nobody waits long: another deployment may be free.
"""

from __future__ import annotations

import asyncio

from shared.ai.failures import DeploymentError, ModelFailure
from shared.ai.port import ChatModel, ModelReply, ModelRequest
from shared.ai.trail import note
from shared.clock import Clock

#: Longer than this a call does not wait for its turn; most calls take a few seconds.
MAX_PATIENCE_SECONDS = 2.0
#: Nor longer than this share of the time it has.
PATIENCE_SHARE = 0.2


class SaturatedError(DeploymentError):
    """The AI deployment has as many calls under way as it may have."""


def patience_seconds(remaining_seconds: float) -> float:
    """Return how long a call may wait for its turn."""
    return max(0.0, min(MAX_PATIENCE_SECONDS, remaining_seconds * PATIENCE_SHARE))


class LimitedChatModel:
    """One deployment, with a limit to its concurrent calls; belongs to the event loop that first waits."""

    def __init__(self, model: ChatModel, name: str, clock: Clock, *, max_concurrent_calls: int) -> None:
        self._model = model
        self._name = name
        self._clock = clock
        self._turns = asyncio.Semaphore(max_concurrent_calls)

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Ask the deployment when it is this call's turn.

        Raises:
            SaturatedError: that would have taken too long.
            JobError: see `ChatModel.complete`.
        """
        await self._turn(request)
        try:
            return await self._model.complete(request)
        finally:
            self._turns.release()

    async def _turn(self, request: ModelRequest) -> None:
        if not self._turns.locked():
            await self._turns.acquire()  # at once
            return
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(patience_seconds(request.deadline - began)):
                await self._turns.acquire()
        except TimeoutError:
            raise SaturatedError(failure=ModelFailure.RATE_LIMITED) from None
        note("limit", deployment=self._name, waited_seconds=self._clock.monotonic() - began)
