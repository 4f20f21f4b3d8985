"""A host that dies in a video's step: the real app, child processes, stores and simulators.

Whatever the worker calls is wrapped, so that the process can be killed before, during or after any call. Two
things are bent, so that a small clip has every step: it is large enough for a copy, which never fits the
job's own deadline; and the machine's speed is not measured by each of the short-lived hosts.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import azure.functions as func
import psutil
from typing_extensions import override

from infra.local.host import serve
from shared import bootstrap
from shared.ai.port import ModelRequest
from shared.contracts import JobType
from shared.messaging.points import Point
from shared.messaging.policy import POLICIES, JobPolicy
from shared.settings import load_settings
from workers.operations.trigger import blueprint as operations
from workers.video_analysis import footage
from workers.video_analysis.trigger import blueprint as videos

T = TypeVar("T")

#: Where a dying host leaves word of the processes that it had started, and of the model's tasks that it had
#: asked for, whose answers no step has kept.
WILL = "CHAOS_WILL"
SWEEP_EVERY_SECONDS = 0.25

_HOST = {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 8}}}


class When(StrEnum):
    """At what moment of a step the host dies."""

    BEFORE = "before"
    #: Some time after it began.
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class Death:
    """Where a host dies: the n-th time that it makes a step."""

    when: When
    #: A call, such as `objects.download`, or `point.` and the name of one of the engine's points.
    step: str
    passes: int = 1
    #: How far into the step it dies.
    seconds: float = 0.2

    @override
    def __str__(self) -> str:
        """Return the name of the test's case."""
        return f"{self.when}-{self.step}-{self.passes}"


def run_host(environment: Mapping[str, str], death: Death | None) -> None:
    """Serve the app until killed: the target of the child process."""
    os.environ.update(environment)
    tempfile.tempdir = None  # the parent's is not ours
    footage.COPY_ABOVE_BYTES = 1
    policies = cast("dict[JobType, JobPolicy]", POLICIES)
    for job_type, patient in POLICIES.items():
        policies[job_type] = replace(patient, retry_delays_seconds=(0.5,) * 20)
    asyncio.run(_serve(environment, _Fate(death, Path(environment[WILL]))))


async def _serve(settings: Mapping[str, str], fate: _Fate) -> None:
    container = await bootstrap.build(load_settings(), probe=fate.passed)
    bootstrap.install(_mortal(container, fate))
    app = func.FunctionApp()
    for blueprint in (videos, operations):
        app.register_functions(blueprint)
    sweeping = asyncio.create_task(_sweep_often(container))
    await serve(app, _HOST, settings, stop=asyncio.Event())
    await sweeping


async def _sweep_often(container: bootstrap.Container) -> None:
    while True:
        await container.sweep.run()
        await asyncio.sleep(SWEEP_EVERY_SECONDS)


def _mortal(container: bootstrap.Container, fate: _Fate) -> bootstrap.Container:
    """Return a container whose every call may be the last."""
    desk, speech = container.video_desk, container.speech_desk
    assert speech is not None
    desk.media._factor = 1.0  # type: ignore[attr-defined]  # as if it was measured
    return replace(
        container,
        chat_model=_Model(container.chat_model, "model", fate),
        video_desk=replace(
            desk, objects=_Mortal(desk.objects, "objects", fate), media=_Media(desk.media, "media", fate)
        ),
        speech_desk=replace(
            speech,
            speech=_Speech(speech.speech, "speech", fate),
            staging=_Mortal(speech.staging, "staging", fate),
        ),
    )


class _Fate:
    """Knows when it is time."""

    def __init__(self, death: Death | None, will: Path) -> None:
        self._death = death
        self._will = will
        self._made: Counter[str] = Counter()
        self._unkept: set[str] = set()

    def asked(self, task: str) -> None:
        """Be told what a model is asked."""
        self._unkept.add(task)

    def passed(self, point: Point) -> None:
        """Be told of the engine's points: a `Probe`."""
        if point is Point.KEPT:
            self._unkept.clear()
        if self._due(f"point.{point}"):
            self._die()

    async def through(self, step: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make a step, or die of it."""
        if self._death is None or not self._due(step):
            return await call()
        if self._death.when is When.DURING:
            await asyncio.wait({asyncio.ensure_future(call())}, timeout=self._death.seconds)
        elif self._death.when is When.AFTER:
            await call()
        self._die()
        raise AssertionError("Nobody survives this.")

    def _due(self, step: str) -> bool:
        self._made[step] += 1
        return bool(self._death and self._death.step == step and self._made[step] == self._death.passes)

    def _die(self) -> None:
        children = [[child.pid, child.create_time()] for child in psutil.Process().children(recursive=True)]
        self._will.write_text(json.dumps({"children": children, "unkept": sorted(self._unkept)}))
        os.kill(os.getpid(), signal.SIGKILL)


class _Mortal:
    """Something that the worker calls."""

    def __init__(self, inner: Any, name: str, fate: _Fate) -> None:
        self._inner = inner
        self._name = name
        self._fate = fate

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._inner, attribute)
        return partial(self._call, attribute, found) if inspect.iscoroutinefunction(found) else found

    async def _call(self, attribute: str, work: Any, *values: Any, **named: Any) -> Any:
        step = f"{self._name}.{attribute}"
        if values and str(values[0]).endswith("/copy.mp4"):
            step += ".copy"
        return await self._fate.through(step, partial(work, *values, **named))


class _Model(_Mortal):
    """Writes answers that cost money."""

    async def complete(self, request: ModelRequest) -> Any:
        """Ask, so that it is known what was asked."""

        async def ask() -> Any:
            self._fate.asked(request.task.name)
            return await self._inner.complete(request)

        return await self._fate.through("model.complete", ask)


class _Media(_Mortal):
    """No copy ever fits an analysis."""

    async def predicted_cpu_seconds(self, *_: Any, **__: Any) -> float:
        return 1e6


class _Speech(_Mortal):
    """Hands transcribers out."""

    def batches(self, payer: Any) -> _Mortal:
        return _Mortal(self._inner.batches(payer), self._name, self._fate)
