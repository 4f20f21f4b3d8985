"""Steps that are paid for once: by this attempt, an earlier one, or an earlier job with the same input."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from shared.errors import InvalidPayloadError, StoreUnavailableError
from shared.messaging.ledger import UnwrittenCalls
from shared.messaging.points import Point, Probe, unobserved
from shared.messaging.sanitising import storable
from shared.observability.failures import whereabouts
from shared.persistence.checkpoints import Checkpoint, Checkpoints, Payment

logger = logging.getLogger(__name__)

B = TypeVar("B")


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Runs the steps of one attempt."""

    checkpoints: Checkpoints
    unwritten: UnwrittenCalls
    #: Who pays; its calls are those still unwritten when a step is kept.
    payer: Payment
    reached: Probe = unobserved

    async def run(self, step: str, key: str, kind: type[B], work: Callable[[], Awaitable[B]]) -> B:
        """Return what the step made before, or let it be made and keep it.

        Raises:
            StoreUnavailableError: it can't be known whether the step was paid for already.
        """
        adapter: TypeAdapter[B] = TypeAdapter(kind)
        content = await self.checkpoints.recall(self.payer.creator_id, step, key)
        if content is not None:
            try:
                return adapter.validate_python(content)
            except ValidationError:
                logger.info(
                    "A kept step has another shape by now and is done again.",
                    extra={"action": "checkpoint_outdated", "jobId": self.payer.job_id, "step": step},
                )
        made = await work()
        await self._keep(step, key, adapter, made)
        return made

    async def _keep(self, step: str, key: str, adapter: TypeAdapter[B], made: B) -> None:
        """Keep a step, which is paid for: that it can't be kept does not undo it."""
        try:
            content: Any = storable(adapter.dump_python(made, mode="json", by_alias=True))
            kept = Checkpoint(creator_id=self.payer.creator_id, step=step, key=key, content=content)
            payment = replace(self.payer, calls=self.unwritten.take())
            await self.checkpoints.keep(kept, payment)
            self.unwritten.confirm(payment.calls)
            self.reached(Point.KEPT)
        except (StoreUnavailableError, InvalidPayloadError, PydanticSerializationError) as error:
            logger.error(  # noqa: TRY400 - a traceback may quote what was made
                "A step could not be kept.",
                extra={
                    "action": "checkpoint_lost",
                    "jobId": self.payer.job_id,
                    "step": step,
                    "cause": whereabouts(error),
                },
            )
