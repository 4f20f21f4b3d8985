"""One request, several deployments: asked in order, under one deadline, until one gives a usable answer.

A deployment that fails, or answers with something its caller can't use, is left for the next one; a repair of
an answer, in words that say what was wrong with it, is the caller's, who gets the last answer when there is
no better one. Refused answers are paid, so there are at most two. A deployment whose circuit is open is not
asked; when all are, the request waits for the soonest, or probes it, rather than fail unasked. In all, one
more call is made than there are deployments, and no more, whatever happens; and in trouble everywhere the
process's allowance of extra calls (`shared.ai.allowance`) ends earlier still.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from shared.ai.allowance import ExtraCalls
from shared.ai.breaker import CircuitOpenError, Health, refusal
from shared.ai.circuits import CircuitState
from shared.ai.deployment import Deployment
from shared.ai.estimating import input_tokens, most_usd_micros
from shared.ai.failures import ModelFailure, failure_of
from shared.ai.falling_back import account, conclusion, flaw, may_be_passed_on, may_help, try_seconds
from shared.ai.listening import Listener
from shared.ai.port import ChatModel, ModelCall, ModelReply, ModelRequest
from shared.ai.trail import note
from shared.clock import Clock
from shared.errors import JobError, JobTimeoutError, ModelError

#: Every refused answer is paid; a third would hardly be better, and its caller may yet ask for a repair.
MAX_REFUSED_ANSWERS = 2
#: Longer than this a request does not wait while none of its deployments can be asked,
MAX_WAIT_SECONDS = 5.0
#: nor longer than this share of the time it has.
WAIT_SHARE = 0.25
#: How long it waits beyond that, half of it by chance: a probe may be under way, or a failure passing.
_LOOK_SECONDS = 0.2
#: A deployment that failed in one of these ways may be asked again, after the others.
_PASSING = frozenset({ModelFailure.RATE_LIMITED, ModelFailure.UNAVAILABLE})


class Watch(Protocol):
    """What the router has to know of its deployments' circuits."""

    def health(self) -> Mapping[str, Health]:
        """Return what is known against deployments, by name."""
        ...

    async def refresh(self) -> None:
        """Learn what other workers know."""
        ...

    async def hasten(self, name: str) -> bool:
        """Let a probe of a deployment through before its time, where that is allowed; say whether it is."""
        ...


def patience_seconds(remaining_seconds: float) -> float:
    """Return how long a request may wait while all its circuits are open."""
    return max(0.0, min(MAX_WAIT_SECONDS, remaining_seconds * WAIT_SHARE))


def soonest(names: Sequence[str], health: Mapping[str, Health]) -> tuple[str, float] | None:
    """Return which deployment lets calls through first, and in how many seconds; `None` if none ever does."""
    waits = {
        name: known.opens_in_seconds if known else 0.0
        for name in names
        if (known := health.get(name)) is None or known.state is not CircuitState.DISABLED
    }
    return min(waits.items(), key=lambda item: item[1], default=None)


class RoutedChatModel:
    """Many deployments as one chat model."""

    def __init__(
        self,
        candidates: Callable[[ModelRequest], Awaitable[Sequence[Deployment]]],
        model_for: Callable[[Deployment], ChatModel],
        watch: Watch,
        clock: Clock,
        *,
        extra: ExtraCalls | None = None,
        chance: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._candidates = candidates
        self._model_for = model_for
        self._watch = watch
        self._clock = clock
        self._extra = extra or ExtraCalls()
        self._chance = chance
        self._sleep = sleep

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the first usable answer, or else the last one there was; its cost includes all tries.

        Raises:
            JobError: no deployment gave any answer: the most telling of their failures, whose message says
                which one failed how, and whose cause holds them all.
        """
        self._extra.earn()
        await self._watch.refresh()
        deployments = await self._candidates(request)
        if not deployments:
            raise ModelError("No AI deployment takes this request.")
        course = _Course(
            request,
            max_tries=len(deployments) + 1,
            patience_seconds=patience_seconds(self._remaining(request)),
        )
        while True:
            hopeful = [deployment for deployment in deployments if course.is_hopeful(deployment)]
            if reply := await self._round(course, hopeful):
                return reply
            if not course.may_go_on or not await self._has_waited(course, hopeful):
                return course.outcome()

    async def _round(self, course: _Course, deployments: Sequence[Deployment]) -> ModelReply | None:
        """Ask one deployment after the other; return the answer to give, if there is one yet."""
        ready = self._ready(course, deployments)
        for index, deployment in enumerate(ready):
            if not (course.is_hopeful(deployment) and course.can_afford(deployment)):
                continue
            if course.tries and not self._extra.spend():
                course.max_tries = course.tries
            if course.tries == course.max_tries:
                break
            remaining = self._remaining(course.request)
            if remaining <= 0:
                course.failed(deployment, JobTimeoutError())
                break
            seconds = try_seconds(remaining, len(deployments) - index)
            if reply := await self._try(course, deployment, seconds):
                return reply
        return None

    async def _try(self, course: _Course, deployment: Deployment, seconds: float) -> ModelReply | None:
        asked = course.asked(deadline=self._clock.monotonic() + seconds)
        note("attempt", deployment=deployment.name)
        try:
            reply = await self._model_for(deployment).complete(asked)
        except JobError as error:
            course.failed(deployment, error)
            return None
        return course.judged(deployment, reply)

    def _ready(self, course: _Course, deployments: Sequence[Deployment]) -> Sequence[Deployment]:
        """Return those whose circuits let calls through; the others have failed without being asked."""
        health = self._watch.health()
        ready: list[Deployment] = []
        for deployment in deployments:
            known = health.get(deployment.name)
            if known is None or not known.opens_in_seconds:
                ready.append(deployment)
            else:
                course.skipped(deployment, known)
        return ready

    async def _has_waited(self, course: _Course, deployments: Sequence[Deployment]) -> bool:
        """Wait until a circuit lets a call through, or make it; say whether there is hope."""
        names = [deployment.name for deployment in deployments if course.is_hopeful(deployment)]
        found = soonest(names, self._watch.health())
        if found is None:
            return False
        name, opens_in_seconds = found
        wait = opens_in_seconds + _LOOK_SECONDS * (0.5 + self._chance())
        if wait < self._remaining(course.request) and course.has_patience(wait):
            await self._sleep(wait)
            await self._watch.refresh()
            return True
        return course.tries == 0 and opens_in_seconds > 0 and await self._watch.hasten(name)

    def _remaining(self, request: ModelRequest) -> float:
        return request.deadline - self._clock.monotonic()


class _Course:
    """What has become of one request so far."""

    def __init__(self, request: ModelRequest, *, max_tries: int, patience_seconds: float) -> None:
        self.request = request
        self.max_tries = max_tries
        self._listener = Listener(request.on_text)
        #: How often one was.
        self.tries = 0
        self._patience_seconds = patience_seconds
        self._paid_usd_micros = 0
        self._failures: dict[str, JobError] = {}
        self._flaws: dict[str, ModelFailure] = {}
        self._refuser: Deployment | None = None
        self._answer: ModelReply | None = None

    def asked(self, *, deadline: float) -> ModelRequest:
        """Return the request as a deployment is asked it."""
        return self._listener.attached(self.request.but(spent=self._spent, deadline=deadline))

    @property
    def may_go_on(self) -> bool:
        """Whether to ask again those that may be better by now: there is not even a refused answer."""
        return self.tries < self.max_tries and self._answer is None

    def is_hopeful(self, deployment: Deployment) -> bool:
        """Say whether a deployment is worth asking, for the first time or again."""
        if self._refuser and not may_help(ModelFailure.REFUSED, self._refuser, deployment):
            return False
        error = self._failures.get(deployment.name)
        return error is None or failure_of(error) in _PASSING

    def can_afford(self, deployment: Deployment) -> bool:
        """Say whether one more answer stays within what this request may cost, refused ones included."""
        budget = self.request.budget_usd_micros
        if budget is None or self._paid_usd_micros == 0:
            return True  # nobody is a candidate who is too dear by itself
        most = most_usd_micros(self.request, deployment, input_tokens(self.request.messages))
        return self._paid_usd_micros + most <= budget

    def has_patience(self, seconds: float) -> bool:
        """Say whether this request may wait so long, and let it have done so."""
        enough = seconds <= self._patience_seconds
        self._patience_seconds -= seconds if enough else 0.0
        return enough

    def failed(self, deployment: Deployment, error: JobError) -> None:
        """Keep a failure.

        Raises:
            JobError: the failure itself, when no other deployment may be asked after it.
        """
        self.tries += not isinstance(error, CircuitOpenError)
        earlier, failure = account(self._failures), failure_of(error)
        if failure is ModelFailure.REFUSED:
            self._refuser = deployment
        self._failures[deployment.name] = error
        note("fallback", deployment=deployment.name, failure=failure.value)
        if self._listener.has_heard or not may_be_passed_on(failure):
            if earlier:
                error.add_note(f"Before it failed: {earlier}")
            raise error

    def skipped(self, deployment: Deployment, known: Health) -> None:
        """Keep that a deployment was not asked, and why."""
        self._failures[deployment.name] = refusal(known.cause, known.opens_in_seconds)

    def judged(self, deployment: Deployment, reply: ModelReply) -> ModelReply | None:
        """Return the answer when it is to be given; keep it otherwise."""
        self.tries += 1
        paid = max(self._paid_usd_micros, reply.cost_usd_micros)
        self._answer = replace(reply, cost_usd_micros=paid)
        failure = flaw(reply, self.request)
        if failure is None or self._listener.has_heard:
            return self._answer
        self._flaws[deployment.name] = failure
        note("fallback", deployment=deployment.name, failure=failure.value)
        return self._answer if len(self._flaws) >= MAX_REFUSED_ANSWERS else None

    def outcome(self) -> ModelReply:
        """Return the best there is.

        Raises:
            JobError: there is nothing.
        """
        if self._answer is not None:
            paid = max(self._paid_usd_micros, self._answer.cost_usd_micros)
            return replace(self._answer, cost_usd_micros=paid)
        raise conclusion(self._failures)

    def _spent(self, call: ModelCall) -> None:
        self._paid_usd_micros += call.cost_usd_micros
        self.request.spent(call)
