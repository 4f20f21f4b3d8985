"""The port to a job's finished steps: what was paid for is kept, and found again by what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.ai.port import ModelCall


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """What one step made, under a key that names its input: the same input never has to be paid for again."""

    #: The tenant: no step is ever found by another.
    creator_id: str
    #: `vision`, `transcript`, …
    step: str
    #: Made from the step's input, such as a hash of the video's bytes and the prompt's version.
    key: str
    #: JSON-like, storable.
    content: Any


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Model calls of one attempt on their way to the ledger."""

    job_id: str
    epoch: int
    attempt: int
    creator_id: str
    #: By their ledger keys; what the ledger has under its key already is not written again.
    calls: Mapping[str, ModelCall] = field(default_factory=dict)


class Checkpoints(Protocol):
    """Remembers finished steps. Every method is atomic and may be repeated.

    Each raises `StoreUnavailableError` if the store is gone.
    """

    async def recall(self, creator_id: str, step: str, key: str) -> Any | None:
        """Return what a step made, and note that it was of use; `None` when it is not known."""
        ...

    async def keep(self, checkpoint: Checkpoint, payment: Payment) -> None:
        """Keep what a step made and what it cost, both or neither; of two of the same key the last stays."""
        ...

    async def forget(self, *, unused_for_seconds: float, limit: int) -> int:
        """Delete steps that nobody has used for so long, some at a time; return how many there were."""
        ...
