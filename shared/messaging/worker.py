"""What the engine and a worker know of each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.ai.port import ModelCall
from shared.contracts import JobType

P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class JobContext:
    """One claimed job, as its handler sees it."""

    #: The front end's identifier; stable over attempts and replays.
    job_id: str
    job_type: JobType
    #: The tenant: no cache entry, prompt or result ever crosses it.
    creator_id: str
    #: 0 for the first attempt.
    attempt: int
    #: Raised by each replay; with `job_id` it names one run that may end once.
    epoch: int
    #: Monotonic seconds (of the engine's clock) at which the handler is stopped.
    deadline: float
    #: What the job has spent so far, also on failing attempts of the handler.
    calls: list[ModelCall] = field(default_factory=list)

    def spent(self, call: ModelCall) -> None:
        """Note a paid model call; the engine writes it to the ledger whatever becomes of the job."""
        self.calls.append(call)


@dataclass(frozen=True, kw_only=True)
class Worker(Generic[P, R]):
    """One kind of job: how to read its payload, and what to do with it."""

    job_type: JobType
    payload: type[P]
    result: type[R]
    #: Does the work. Raises a `JobError`; any other exception is a bug, and counts as a transient failure.
    handle: Callable[[JobContext, P], Awaitable[R]]
