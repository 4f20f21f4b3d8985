"""A host that dies where it is told to: the real app, engine, store and broker, with a killing probe.

It runs as a child process, forked from a server that has everything imported, so that three hundred deaths
take minutes. The model is the only part that is not real: it answers at once, or as its fan asks it to.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

import azure.functions as func
from typing_extensions import override

from infra.local.host import serve
from shared import bootstrap
from shared.ai.caching import CachedChatModel
from shared.ai.port import ChatModel, FinishReason, ModelCall, ModelReply, ModelRequest, Usage
from shared.bootstrap import models
from shared.clock import SystemClock
from shared.contracts import JobType
from shared.errors import ContentFilteredError, JobFailedError, RateLimitError
from shared.messaging.delivery import Delivery
from shared.messaging.engine import Engine
from shared.messaging.outbox import Outbox
from shared.messaging.points import Point, Probe
from shared.messaging.policy import POLICIES, JobPolicy
from shared.messaging.worker import Worker
from shared.persistence import statements
from shared.persistence.port import OutboxMessage, Outcome
from shared.persistence.postgres import PostgresJobStore
from shared.settings import load_settings
from tests.chaos import following
from workers.chat_suggestions import trigger as chat_suggestions
from workers.operations.trigger import blueprint as operations


class Kind(StrEnum):
    """What a fan's message asks of the model, so that every path of the engine has its traffic."""

    ORDINARY = "ordinary-please"
    #: Answered after a heartbeat or two.
    SLOW = "slow-please"
    #: Refused at first.
    FLAKY = "flaky-please"
    #: Followed up by another job, which adds to its result.
    FOLLOWED = following.MARK
    #: Answered when a short lock is long over; in no mix, a scenario asks for it.
    LONG = "long-please"
    #: Kills the process that handles it; in no mix.
    POISON = "poison-please"
    #: Refused for good; in no mix, a scenario asks for it.
    HOPELESS = "hopeless-please"
    #: Not a job at all.
    BROKEN = "broken-please"


#: Long enough for a heartbeat at the tests' leases.
SLOW_SECONDS = 0.8
LONG_SECONDS = 3.0
SWEEP_EVERY_SECONDS = 0.25

_ANSWER = json.dumps(
    {
        "language": "en",
        "suggestions": [
            {"text": f"Suggestion number {number}, with love.", "tone": "warm", "intent": "reply"}
            for number in ("one", "two", "three")
        ],
    }
)
#: Set: locks of messages are not renewed.
NO_RENEWAL = "CHAOS_NO_RENEWAL"
#: A file that takes the id of each job that the model is asked for.
MODEL_LOG = "CHAOS_MODEL_LOG"
#: How far this host's clock is ahead, in seconds.
CLOCK_SKEW_SECONDS = "CHAOS_CLOCK_SKEW_SECONDS"
_CACHE_KEY = b"of no secret".ljust(32)
_JOB_ID = re.compile(r"job_[0-9a-z]+_\d+")


@dataclass(frozen=True)
class Death:
    """Where a host dies: the n-th time that it passes a point."""

    point: Point
    passes: int
    #: SIGSTOP leaves a host that can go on: it is not dead, only late.
    signal: int = signal.SIGKILL


def run_host(environment: Mapping[str, str], death: Death | None, ordering: str) -> None:
    """Serve the app until killed: the target of the child process."""
    os.environ.update(environment)
    _hurry()
    _skew(float(environment.get(CLOCK_SKEW_SECONDS, "0")))
    asyncio.run(_serve(environment, _probe(death), ordering))


def _hurry() -> None:
    """Shorten the pauses before retries, in this process."""
    policies = cast("dict[JobType, JobPolicy]", POLICIES)
    for job_type, patient in POLICIES.items():
        policies[job_type] = replace(patient, retry_delays_seconds=(0.5,) * 20)


def _skew(seconds: float) -> None:
    """Let this process's clock be wrong."""
    if seconds:
        right = SystemClock.now

        def wrong(clock: SystemClock) -> datetime:
            return right(clock) + timedelta(seconds=seconds)

        SystemClock.now = wrong  # type: ignore[method-assign,assignment]  # the point of the exercise


def _probe(death: Death | None) -> Probe:
    passed: Counter[Point] = Counter()

    def probe(point: Point) -> None:
        passed[point] += 1
        late = death and death.signal == signal.SIGSTOP and passed[point] > death.passes
        if death and point is death.point and passed[point] >= death.passes and not late:
            os.kill(os.getpid(), death.signal)

    return probe


async def _serve(settings: Mapping[str, str], probe: Probe, ordering: str) -> None:
    container = await bootstrap.build(load_settings(), probe=probe)
    ORDERINGS[ordering](container.engine)
    bootstrap.install(replace(container, chat_model=_model(container, settings)))
    sweeping = asyncio.create_task(_sweep_often(container))
    await serve(_app(), _host_json(settings), settings, stop=asyncio.Event())
    await sweeping


def _host_json(settings: Mapping[str, str]) -> Mapping[str, Any]:
    service_bus: dict[str, Any] = {"maxConcurrentCalls": 8}
    if settings.get(NO_RENEWAL):
        service_bus["maxAutoLockRenewalDuration"] = "00:00:00"
    return {"version": "2.0", "extensions": {"serviceBus": service_bus}}


def _app() -> func.FunctionApp:
    """Return the app's chats and operations, with follow-ups."""
    plain = chat_suggestions._worker
    chat_suggestions._worker = lambda container: following.asking(plain(container))
    app = func.FunctionApp()
    for blueprint in (chat_suggestions.blueprint, operations, following.blueprint):
        app.register_functions(blueprint)
    return app


async def _sweep_often(container: bootstrap.Container) -> None:
    """Sweep as the timer does, only faster: the tests' leases are short."""
    while True:
        await container.sweep.run()
        await asyncio.sleep(SWEEP_EVERY_SECONDS)


def _model(container: bootstrap.Container, settings: Mapping[str, str]) -> ChatModel:
    """Return the model, behind the app's own cache if there is a Redis."""
    model = _ObedientModel(settings.get(MODEL_LOG))
    if "REDIS_URL" not in settings:
        return model
    clock = SystemClock()
    cache = models._shared(load_settings(), clock, container.opened).cache
    return CachedChatModel(model, cache, key=_CACHE_KEY, clock=clock)


class _ObedientModel:
    """Answers every request with the same three suggestions: a `ChatModel`.

    Args:
        log: takes a line for each call, whatever becomes of it; the checker's own record of what was paid.
    """

    def __init__(self, log: str | None = None) -> None:
        self._refused: set[str] = set()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if log else None

    async def complete(self, request: ModelRequest) -> ModelReply:
        asked = request.messages[-1].text
        if self._log is not None and (named := _JOB_ID.search(asked)):
            os.write(self._log, f"{named[0]}\n".encode())
        if Kind.FLAKY in asked and asked not in self._refused:
            self._refused.add(asked)
            raise RateLimitError
        if Kind.HOPELESS in asked:
            raise ContentFilteredError
        if Kind.POISON in asked:
            os.kill(os.getpid(), signal.SIGKILL)
        await asyncio.sleep(_seconds(asked))
        call = ModelCall(
            task=request.task.name,
            role=request.task.role,
            deployment="obedient",
            usage=Usage(input_tokens=1, output_tokens=1),
            cost_usd_micros=1,
        )
        request.spent(call)
        return ModelReply(
            text=_ANSWER,
            deployment=call.deployment,
            finish_reason=FinishReason.STOP,
            usage=call.usage,
            cost_usd_micros=call.cost_usd_micros,
        )


def _seconds(asked: str) -> float:
    if Kind.LONG in asked:
        return LONG_SECONDS
    return SLOW_SECONDS if Kind.SLOW in asked else 0.002


def _as_it_is(_engine: Engine) -> None:
    """Leave the engine's ordering alone."""


def _mark_first(engine: Engine) -> None:
    """Break it: the outbox forgets messages before it sends them."""
    engine._outbox = _ForgetfulOutbox(engine._store, engine._sender, probe=engine._reached)


class _ForgetfulOutbox(Outbox):
    @override
    async def publish(self, messages: Sequence[OutboxMessage]) -> bool:
        await self._store.mark_sent([message.message_id for message in messages])
        self._reached(Point.SENDING)
        await self._sender.send(messages)
        self._reached(Point.SENT)
        return True


def _settle_first(engine: Engine) -> None:
    """Break it: the message is completed before its job is claimed, as queues that acknowledge early do."""
    deliver = engine.deliver
    running: set[asyncio.Task[None]] = set()

    async def later(delivery: Delivery, worker: Worker[Any, Any]) -> None:
        await asyncio.sleep(0.05)
        with suppress(JobFailedError):
            await deliver(delivery, worker)

    async def settle_first(delivery: Delivery, worker: Worker[Any, Any]) -> None:
        task = asyncio.create_task(later(delivery, worker))
        running.add(task)
        task.add_done_callback(running.discard)

    engine.deliver = settle_first  # type: ignore[method-assign]  # the point of the exercise


def _announce_first(engine: Engine) -> None:
    """Break it: the event goes out before the outcome is durable, under an id of its own."""
    store = engine._store
    record = store.record

    async def announce_first(outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        early = [replace(message, message_id=f"{message.message_id}:early") for message in outcome.messages]
        await engine._sender.send(early)
        engine._reached(Point.RECORDED)
        return await record(replace(outcome, messages=early), sweep_after_seconds=sweep_after_seconds)

    store.record = announce_first  # type: ignore[method-assign]  # the point of the exercise


def _no_fence(engine: Engine) -> None:
    """Break it: whoever was the owner once may record, and names its event by itself."""
    for name in ("RECORD", "RECORD_LINKED"):
        guarded = getattr(statements, name)
        bare = guarded.replace(" AND job.fence = outcome.fence AND job.state = 'running'", "")
        bare = bare.replace("RETURNING job.job_id, job.fence", "RETURNING job.job_id, outcome.fence")
        setattr(statements, name, bare)
    record = engine._store.record

    async def by_name(outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        named = [replace(each, message_id=f"{each.message_id}:{outcome.fence}") for each in outcome.messages]
        return await record(replace(outcome, messages=named), sweep_after_seconds=sweep_after_seconds)

    engine._store.record = by_name  # type: ignore[method-assign]  # the point of the exercise


def _check_then_act(engine: Engine) -> None:
    """Break it: a job that is not over may be taken, whoever has it."""
    leased = " AND (job.due_at < now() OR job.claim_id = asked.claim_id)"
    statements.CLAIM = statements.CLAIM.replace(leased, "")
    _no_fence(engine)


def _publish_after_commit(engine: Engine) -> None:
    """Break it: the outcome is recorded without what it promises to send; its worker sends that, if alive."""
    record = engine._store.record

    async def silently(outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        return await record(replace(outcome, messages=[]), sweep_after_seconds=sweep_after_seconds)

    engine._store.record = silently  # type: ignore[method-assign]  # the point of the exercise


def _delete_on_exception(engine: Engine) -> None:
    """Break it: a handler that raises has its job's row deleted, so that whoever comes next may try."""
    store = engine._store
    record = store.record

    async def forget(outcome: Outcome, *, sweep_after_seconds: float) -> bool:
        if outcome.error_code is None:
            return await record(outcome, sweep_after_seconds=sweep_after_seconds)
        query = "DELETE FROM huntaze_workers.jobs WHERE job_id = %(job_id)s"
        await cast("PostgresJobStore", store).database.run(query, {"job_id": outcome.job_id})
        raise JobFailedError

    store.record = forget  # type: ignore[method-assign]  # the point of the exercise


ORDERINGS = {
    "as it is": _as_it_is,
    "check then act": _check_then_act,
    "no fence": _no_fence,
    "publish after commit": _publish_after_commit,
    "delete on exception": _delete_on_exception,
    "mark first": _mark_first,
    "settle first": _settle_first,
    "announce first": _announce_first,
}
