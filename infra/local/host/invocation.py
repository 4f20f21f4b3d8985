"""Running one function once, under the rules of the Functions worker.

- Coroutines run on the event loop, plain functions in a thread pool.
- A value returned without a `$return` output fails the invocation.
- A function that runs past `functionTimeout` takes its worker process down, and with it every other
  invocation in flight. So does `SystemExit`.
- A `CancelledError` that escapes from a function is never answered by the worker: the invocation hangs until
  `functionTimeout`. It hangs here too, and a log line says why.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

from azure.functions import Context

from infra.local.host import app_settings
from infra.local.host.bindings import Bindings
from infra.local.host.errors import WorkerStoppedError
from infra.local.host.indexing import IndexedFunction
from shared.observability.failures import whereabouts

_logger = logging.getLogger(__name__)

_MAX_DEFAULT_THREADS = 32
_SPARE_THREADS = 4


class UnexpectedReturnValueError(Exception):
    """The function returned a value, but no output takes it."""


def thread_pool(settings: Mapping[str, str]) -> ThreadPoolExecutor:
    """Return the pool for functions that are no coroutines, as large as the worker's."""
    usual = min(_MAX_DEFAULT_THREADS, (os.cpu_count() or 1) + _SPARE_THREADS)
    threads = max(1, int(app_settings.number("PYTHON_THREADPOOL_THREAD_COUNT", settings, usual)))
    return ThreadPoolExecutor(threads, thread_name_prefix="function")


def _invocation_ids() -> Iterator[str]:
    """Yield ids that look like the platform's; drawing a random one each time costs more than a task."""
    beginning = str(uuid4())[:-12]
    return (f"{beginning}{number:012x}" for number in count(1))


@dataclass(kw_only=True)
class Worker:
    """The worker process, as far as functions can tell: a thread pool, a time limit and a way to die."""

    pool: ThreadPoolExecutor
    function_timeout_seconds: float
    bindings: Bindings
    #: Called when the process would be gone now; whoever embeds the host decides what that means.
    stopped: Callable[[WorkerStoppedError], None]
    directory: str = "."
    in_flight: int = field(default=0, init=False)
    _ids: Iterator[str] = field(default_factory=_invocation_ids, init=False)

    async def invoke(self, function: IndexedFunction, trigger: Any) -> Any:
        """Run a function and return what it returned.

        Raises:
            Exception: whatever the function raised; it has been logged.
        """
        invocation_id = next(self._ids)
        started = time.perf_counter()
        timeout = asyncio.get_running_loop().call_later(
            self.function_timeout_seconds, self._stop, function.name, "it ran past functionTimeout"
        )
        self.in_flight += 1
        try:
            returned = await self._run(function, trigger, invocation_id)
        except BaseException as error:
            _log(function.name, invocation_id, started, error)
            raise
        finally:
            self.in_flight -= 1
            timeout.cancel()
        _log(function.name, invocation_id, started)
        return returned

    async def _run(self, function: IndexedFunction, trigger: Any, invocation_id: str) -> Any:
        arguments: dict[str, Any] = {}
        if function.inputs or function.outputs:
            arguments = await self.bindings.arguments(function, trigger)
        arguments[function.trigger.name] = trigger
        if function.wants_context:
            arguments["context"] = InvocationContext(
                function_name=function.name,
                function_directory=self.directory,
                invocation_id=invocation_id,
                thread_local_storage=_thread_local,
            )
        returned = await self._call(function, arguments, invocation_id)
        if returned is not None and function.returned is None:
            raise UnexpectedReturnValueError
        if function.outputs:
            await self.bindings.deliver(function, arguments, returned)
        return returned

    async def _call(self, function: IndexedFunction, arguments: Mapping[str, Any], invocation_id: str) -> Any:
        try:
            if function.is_async:
                return await function.user_function(**arguments)
            return await asyncio.get_running_loop().run_in_executor(
                self.pool, partial(_in_thread, function, arguments, invocation_id)
            )
        except SystemExit:
            self._stop(function.name, "it raised SystemExit")
            raise WorkerStoppedError(function.name, "it raised SystemExit") from None
        except asyncio.CancelledError:
            if _is_being_cancelled():
                raise
            return await self._never_answer(function.name)

    async def _never_answer(self, function: str) -> Any:
        _logger.error(
            "A CancelledError escaped. In production nothing answers the host now: the message stays locked"
            " until functionTimeout stops the worker. Turn it into an ordinary exception.",
            extra={"function": function},
        )
        await asyncio.Event().wait()

    def _stop(self, function: str, reason: str) -> None:
        _logger.critical(
            "The function stops the worker process, and every invocation with it.",
            extra={"function": function, "reason": reason, "invocations": self.in_flight},
        )
        self.stopped(WorkerStoppedError(function, reason))


@Context.register
@dataclass(frozen=True, kw_only=True)
class InvocationContext:
    """What a function's `context` argument tells it."""

    function_name: str
    function_directory: str
    invocation_id: str
    #: Where the worker keeps the invocation id, for logs from a function's own threads.
    thread_local_storage: threading.local
    #: No distributed trace reaches the development host, and it retries nothing by itself.
    trace_context: None = None
    retry_context: None = None


_thread_local = threading.local()


def _in_thread(function: IndexedFunction, arguments: Mapping[str, Any], invocation_id: str) -> Any:
    _thread_local.invocation_id = invocation_id
    return function.user_function(**arguments)


def _is_being_cancelled() -> bool:
    """Say whether the host itself cancelled this invocation, rather than the function's own code."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _log(function: str, invocation_id: str, started: float, error: BaseException | None = None) -> None:
    level = logging.WARNING if error else logging.INFO
    if _logger.isEnabledFor(level):
        data = {
            "function": function,
            "invocation": invocation_id,
            "duration_ms": round((time.perf_counter() - started) * 1000, 1),
        }
        if error:
            data["error"] = whereabouts(error)
        _logger.log(level, "Failed." if error else "Succeeded.", extra=data)
