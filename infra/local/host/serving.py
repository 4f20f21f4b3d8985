"""The host as a whole: from an app and its settings to running triggers, and to an orderly end."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aiohttp import web
from azure.functions.decorators.function_app import FunctionRegister

from infra.local.host import app_settings
from infra.local.host.bindings import Bindings
from infra.local.host.dispatching import dispatcher
from infra.local.host.errors import HostError, WorkerStoppedError
from infra.local.host.indexing import IndexedFunction, index, report_unusable
from infra.local.host.invocation import Worker, thread_pool
from infra.local.host.namespaces import Namespaces
from infra.local.host.options import HostOptions, parse_options
from infra.local.host.signalr_output import SignalROutput
from infra.local.host.timing import Timer
from infra.local.host.web import Endpoint, Front, endpoint
from shared.clock import Clock, SystemClock

_logger = logging.getLogger(__name__)

LOCALHOST = "127.0.0.1"
DRAIN_SECONDS = 10.0
KEY_SETTING = "FUNCTIONS_KEY"
DRAIN_SETTING = "HOST_DRAIN_SECONDS"
#: Functions have had their grace by then; this is for connections that their clients keep open.
_CONNECTIONS_SECONDS = 1.0

_SERVICE_BUS, _TIMER, _HTTP = _TRIGGERS = ("serviceBusTrigger", "timerTrigger", "httpTrigger")

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Listening:
    """A host that accepts work."""

    url: str
    #: Opens HTTP functions of the levels FUNCTION and ADMIN.
    key: str
    functions: Sequence[str]


class _Activity(Protocol):
    """What can be waited for, or ended, when the host stops."""

    async def finished(self) -> None: ...

    async def abandon_running(self) -> None: ...


async def serve(
    app: FunctionRegister,
    host_json: Mapping[str, Any],
    settings: Mapping[str, str],
    *,
    stop: asyncio.Event,
    ready: Callable[[Listening], None] = lambda _listening: None,
    port: int = 0,
    bindings: Bindings | None = None,
    clock: Clock | None = None,
) -> None:
    """Run an app until `stop` is set, then drain.

    Args:
        app: the `FunctionApp`.
        host_json: the parsed host.json.
        settings: app settings; they are looked up here, never in the environment.
        stop: ends the host; invocations in flight get `HOST_DRAIN_SECONDS` (10) to finish.
        ready: called once, when every trigger is running.
        port: where HTTP is served on 127.0.0.1; 0 picks a free one.
        bindings: what serves bindings other than triggers; by default SignalR's.
        clock: what timers go by.

    Raises:
        HostError: the app or its configuration can't be hosted.
        WorkerStoppedError: a function stopped its worker process; every invocation has been abandoned.
    """
    options = parse_options(host_json, settings)
    host = _Host(app, options, settings, bindings or _bindings(settings), clock or SystemClock())
    async with host.listening(port) as listening:
        ready(listening)
        await host.until(stop)


@asynccontextmanager
async def serving(
    app: FunctionRegister, host_json: Mapping[str, Any], settings: Mapping[str, str], **options: Any
) -> AsyncIterator[Listening]:
    """Run an app in the background for as long as the block lasts; see `serve`."""
    stop, started = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(app, host_json, settings, stop=stop, ready=started.set_result, **options)
    )
    waiting: list[asyncio.Future[Any]] = [task, started]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    try:
        if started.done():
            yield started.result()
    finally:
        stop.set()
        await task


class _Host:
    """One run of the host."""

    def __init__(
        self,
        app: FunctionRegister,
        options: HostOptions,
        settings: Mapping[str, str],
        bindings: Bindings,
        clock: Clock,
    ) -> None:
        self._options = options
        self._key = settings.get(KEY_SETTING) or secrets.token_urlsafe(32)
        self._drain_seconds = app_settings.number(DRAIN_SETTING, settings, DRAIN_SECONDS)
        self._worker_stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._worker = Worker(
            pool=thread_pool(settings),
            function_timeout_seconds=options.function_timeout_seconds,
            bindings=bindings,
            stopped=self._note_stopped,
        )
        self._functions = _usable(index(app, settings), bindings)
        bindings.report_unserved(self._functions)
        self._namespaces = Namespaces(settings)
        self._messages = self._of_type(_SERVICE_BUS, self._dispatcher)
        self._timers = self._of_type(_TIMER, lambda function: Timer(function, self._worker, clock))
        self._endpoints: list[Endpoint] = self._of_type(
            _HTTP, lambda function: endpoint(function, options.route_prefix)
        )
        self._report_unserved()
        self._served = [function.name for function in self._functions]
        self._front: Front

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[Listening]:
        """Run every trigger for as long as the block lasts."""
        async with AsyncExitStack() as stack:
            stack.callback(self._worker.pool.shutdown, wait=False, cancel_futures=True)
            stack.push_async_callback(self._namespaces.close)
            url = await stack.enter_async_context(self._http(port))
            self._ticking = [asyncio.create_task(timer.run()) for timer in self._timers]
            receiving = [asyncio.create_task(dispatching.run()) for dispatching in self._messages]
            try:
                yield Listening(url=url, key=self._key, functions=self._served)
            finally:
                await _cancel([*self._ticking, *receiving])

    async def until(self, stop: asyncio.Event) -> None:
        """Wait for the end, then give what is running its time."""
        stopping = asyncio.create_task(stop.wait())
        ends: list[asyncio.Future[Any]] = [stopping, self._worker_stopped]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        await _cancel(self._ticking)
        await asyncio.gather(*(dispatching.stop_receiving() for dispatching in self._messages))
        if not self._worker_stopped.done():
            await self._drain()
        await asyncio.gather(*(activity.abandon_running() for activity in self._activities()))
        if self._worker_stopped.done():
            self._worker_stopped.result()

    async def _drain(self) -> None:
        finished = asyncio.create_task(self._finished())
        ends: list[asyncio.Future[Any]] = [finished, self._worker_stopped]
        ended, _ = await asyncio.wait(ends, timeout=self._drain_seconds, return_when=asyncio.FIRST_COMPLETED)
        await _cancel([finished])
        if not ended:
            _logger.warning(
                "The grace is over; invocations are abandoned.",
                extra={"invocations": self._worker.in_flight},
            )

    async def _finished(self) -> None:
        for activity in self._activities():
            await activity.finished()

    def _activities(self) -> list[_Activity]:
        return [*self._messages, *self._timers, self._front]

    def _note_stopped(self, error: WorkerStoppedError) -> None:
        for dispatching in self._messages:
            dispatching.refuse()
        if not self._worker_stopped.done():
            self._worker_stopped.set_exception(error)

    def _of_type(self, trigger_type: str, build: Callable[[IndexedFunction], T]) -> list[T]:
        """Build what runs the functions of one trigger type; a function that can't be run is left out."""
        built = []
        for function in list(self._functions):
            if function.trigger.type == trigger_type:
                try:
                    built.append(build(function))
                except HostError as error:
                    report_unusable(function.name, error)
                    self._functions.remove(function)
        return built

    def _report_unserved(self) -> None:
        for function in self._functions:
            if function.trigger.type not in _TRIGGERS:
                _logger.warning(
                    "The development host does not serve this trigger: the function never runs.",
                    extra={"function": function.name, "trigger": function.trigger.type},
                )

    def _dispatcher(self, function: IndexedFunction) -> Any:
        open_receiver = self._namespaces.receiver(function)
        return dispatcher(function, self._worker, self._options.service_bus, open_receiver)

    @asynccontextmanager
    async def _http(self, port: int) -> AsyncIterator[str]:
        status = {"state": "Running", "functions": self._served}
        self._front = Front(self._endpoints, self._worker, key=self._key, status=status)
        runner = web.AppRunner(
            self._front.application(), access_log=None, shutdown_timeout=_CONNECTIONS_SECONDS
        )
        await runner.setup()
        try:
            await _listen(runner, port)
            yield f"http://{LOCALHOST}:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


def _bindings(settings: Mapping[str, str]) -> Bindings:
    output = SignalROutput(settings)
    return Bindings(outputs={"signalR": output}, checks={"signalR": output.check})


def _usable(functions: Sequence[IndexedFunction], bindings: Bindings) -> list[IndexedFunction]:
    """Leave out what can't run, as the host does."""
    usable = []
    for function in functions:
        try:
            bindings.check(function)
        except HostError as error:
            report_unusable(function.name, error)
        else:
            usable.append(function)
    return usable


async def _listen(runner: web.AppRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, LOCALHOST, port).start()
    except OSError as error:
        raise HostError(f"Port {port} of {LOCALHOST} can't be listened on: {error.strerror}.") from None


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
