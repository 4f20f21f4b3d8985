"""What the engine and a worker know of each other."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.ai.port import ModelCall
from shared.contracts import JobType
from shared.errors import JobError
from shared.messaging.progress import Progress
from shared.messaging.steps import Steps

P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)
B = TypeVar("B")

_SUFFIX = re.compile(r"[a-z]{1,11}")


@dataclass(frozen=True, kw_only=True)
class FollowUpRequest:
    """A follow-up as a handler asks for it."""

    job_type: JobType
    #: Makes the follow-up's id from the job's; the same one again is the same follow-up.
    suffix: str
    payload: Mapping[str, Any]
    delay_seconds: float = 0.0

    def __post_init__(self) -> None:
        if not _SUFFIX.fullmatch(self.suffix):
            raise ValueError("A follow-up's suffix is one to eleven small letters.")
        if not self.job_type.internal:
            raise ValueError("A follow-up is a job of an internal type.")


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
    #: How many jobs of the same thread came before; 0 without one.
    turn: int = 0
    #: A newer job of the same thread is known, and this one was never started before: spend nothing on it.
    superseded: bool = False
    #: What the job has spent so far, also on failing attempts of the handler.
    calls: list[ModelCall] = field(default_factory=list)
    #: What the attempt has used up so far, by resource.
    usage: dict[str, float] = field(default_factory=dict)
    #: The jobs that come to be when this one is recorded as completed.
    follow_ups: list[FollowUpRequest] = field(default_factory=list)
    #: Where progress is told; nowhere if nobody can see the job.
    progress: Progress | None = None
    #: Where steps are kept; nowhere in a test of a handler.
    steps: Steps | None = None

    def spent(self, call: ModelCall) -> None:
        """Note a paid model call; the engine writes it to the ledger whatever becomes of the job."""
        self.calls.append(call)

    def used(self, resource: str, amount: float) -> None:
        """Add to what this attempt has used up; the name carries the unit, as in `audio_seconds`."""
        self.usage[resource] = self.usage.get(resource, 0.0) + amount

    async def report(self, percent: float, message: str) -> None:
        """Tell the creator how far the job is: best effort, at once, never backwards, also over retries.

        Args:
            percent: 0 to 99; 100 is the job's end.
            message: one sentence about what happens now.
        """
        if self.progress:
            await self.progress.report(percent, message)

    async def checkpointed(self, step: str, key: str, kind: type[B], work: Callable[[], Awaitable[B]]) -> B:
        """Return what a step made, made once per creator and key: by whichever attempt, job or process.

        What the job has spent until the step is done goes to the ledger with it. Two that do the same step
        at the same time both pay, and both calls are in the ledger.

        Args:
            step: the step's name; raise a version in it or in the key when its meaning changes.
            key: made from the content of the step's input, never from the job.
            kind: what the step makes: a Pydantic model or a dataclass that JSON can carry.
            work: makes it.

        Raises:
            StoreUnavailableError: it can't be known whether the step was done before.
        """
        if self.steps:
            return await self.steps.run(step, key, kind, work)
        return await work()

    def follow_up(
        self, job_type: JobType, suffix: str, payload: Mapping[str, Any], delay_seconds: float = 0.0
    ) -> None:
        """Ask for an internal job `<job_id>.<suffix>`; it comes to be exactly if this one is completed.

        Of two with the same suffix the last is meant.
        """
        self.follow_ups.append(
            FollowUpRequest(job_type=job_type, suffix=suffix, payload=payload, delay_seconds=delay_seconds)
        )


@dataclass(frozen=True, kw_only=True)
class Enriches(Generic[P, R]):
    """How an internal job adds to the result of the job that it follows up, its parent.

    Its result's fields are put beside those of the parent's result, or in their place, and the parent's
    creator is told in one event `job.enriched`; without any field there is nothing to tell. The job itself
    is never announced.
    """

    #: What the parent is.
    parent: JobType
    #: What the creator is told when the fields are there: one sentence.
    message: str
    #: What is added instead when the job has failed for good.
    fallback: Callable[[P, JobError], R]


@dataclass(frozen=True, kw_only=True)
class Worker(Generic[P, R]):
    """One kind of job: how to read its payload, and what to do with it."""

    job_type: JobType
    payload: type[P]
    result: type[R]
    #: Does the work. Raises a `JobError`; any other exception is a bug, and counts as a transient failure.
    handle: Callable[[JobContext, P], Awaitable[R]]
    #: Set for a job whose result is a part of another job's.
    enriches: Enriches[P, R] | None = None
    #: Names what a job belongs to, such as a conversation, of which only the newest job matters.
    thread: Callable[[P], str | None] | None = None
