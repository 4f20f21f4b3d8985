"""Timers and the HTTP front without a broker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import azure.functions as func
import pytest
from aiohttp.test_utils import TestClient, TestServer

from infra.local.host.bindings import Bindings
from infra.local.host.errors import HostError
from infra.local.host.indexing import index
from infra.local.host.invocation import Worker, thread_pool
from infra.local.host.serving import serving
from infra.local.host.timing import Timer
from infra.local.host.web import Front, endpoint
from shared.clock import SystemClock

NEVER_SOON = "0 0 0 1 1 *"


def worker() -> Worker:
    """Return a worker process that nothing stops."""
    return Worker(
        pool=thread_pool({"PYTHON_THREADPOOL_THREAD_COUNT": "1"}),
        function_timeout_seconds=60,
        bindings=Bindings(),
        stopped=lambda _error: None,
    )


def timer_app(
    function: Callable[..., Any], schedule: str, *, run_on_startup: bool = False
) -> func.FunctionApp:
    """Return an app with one timer, and an HTTP function so that the library has nothing to warn about."""
    app = func.FunctionApp()
    app.timer_trigger(arg_name="timer", schedule=schedule, run_on_startup=run_on_startup)(function)
    app.route(route="none")(_nothing)
    return app


async def test_run_on_startup() -> None:
    """At once, not past due, and once."""
    seen: list[bool] = []
    ran = asyncio.Event()

    async def started(timer: func.TimerRequest) -> None:
        seen.append(timer.past_due)
        ran.set()

    app = timer_app(started, NEVER_SOON, run_on_startup=True)
    async with serving(app, {"version": "2.0"}, {}):
        await asyncio.wait_for(ran.wait(), 60)
    assert seen == [False]


async def test_a_failing_timer_runs_again() -> None:
    """Its next time comes as if nothing had happened."""
    runs = 0
    again = asyncio.Event()

    async def failing(timer: func.TimerRequest) -> None:
        assert timer is not None
        nonlocal runs
        runs += 1
        if runs == 2:
            again.set()
        raise ValueError

    async with serving(timer_app(failing, "* * * * * *", run_on_startup=True), {"version": "2.0"}, {}):
        await asyncio.wait_for(again.wait(), 60)


async def test_what_is_no_schedule_costs_one_function(caplog: pytest.LogCaptureFixture) -> None:
    """The HTTP function beside it is served."""

    async def never(timer: func.TimerRequest) -> None:
        assert timer is None

    with pytest.raises(HostError, match="schedule"):
        Timer(index(timer_app(never, "every minute"), {})[0], worker(), SystemClock())
    async with serving(timer_app(never, "every minute"), {"version": "2.0"}, {}) as listening:
        assert listening.functions == ["_nothing"]
    assert any("fails indexing" in record.message for record in caplog.records)


@pytest.mark.parametrize(
    ("name", "value"), [("PYTHON_THREADPOOL_THREAD_COUNT", "many"), ("HOST_DRAIN_SECONDS", "-1")]
)
async def test_settings_of_the_host_are_checked(name: str, value: str) -> None:
    """Before anything runs."""
    with pytest.raises(HostError, match=name):
        async with serving(timer_app(_on_time, NEVER_SOON), {"version": "2.0"}, {name: value}):
            raise AssertionError


@asynccontextmanager
async def client_of(app: func.FunctionApp, **options: Any) -> AsyncIterator[TestClient[Any, Any]]:
    """Serve an app's HTTP functions."""
    endpoints = [endpoint(function, "api") for function in index(app, {})]
    front = Front(endpoints, worker(), key="k", status={"state": "Running"}, **options)
    async with TestClient(TestServer(front.application())) as client:
        yield client


async def test_an_answer_that_takes_too_long_is_cut() -> None:
    """The caller gets 504; the function goes on."""
    went_on = asyncio.Event()
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route(route="slow")
    async def slow(req: func.HttpRequest) -> str:
        assert req.method == "GET"
        await asyncio.sleep(0.1)
        went_on.set()
        return "late"

    async with client_of(app, answer_seconds=0.02) as client:
        async with client.get("/api/slow") as response:
            assert response.status == 504
        await asyncio.wait_for(went_on.wait(), 60)


@pytest.mark.parametrize(
    ("returned", "status", "body", "content_type"),
    [
        (None, 204, b"", None),
        ("text", 200, b"text", "text/plain; charset=utf-8"),
        (func.HttpResponse(b"\x00", mimetype="image/png"), 200, b"\x00", "image/png; charset=utf-8"),
        (func.HttpResponse("{}", headers={"Content-Type": "a/b"}), 200, b"{}", "a/b"),
        (func.HttpResponse(status_code=418), 418, b"", "text/plain; charset=utf-8"),
        ({"not": "a response"}, 500, b"", None),
    ],
)
async def test_what_functions_return(
    returned: Any, status: int, body: bytes, content_type: str | None
) -> None:
    """As the worker and the host would answer."""
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route(route="it")
    def it(req: func.HttpRequest) -> Any:
        assert req.route_params == {}
        return returned

    async with client_of(app) as client, client.get("/api/it") as response:
        assert (response.status, await response.read()) == (status, body)
        if content_type:
            assert response.headers["Content-Type"] == content_type


async def test_admin_functions_need_the_key_too() -> None:
    """The host's one key opens every level."""
    app = func.FunctionApp()
    app.route(route="admin", auth_level=func.AuthLevel.ADMIN)(_nothing)
    async with client_of(app) as client:
        async with client.get("/api/admin") as response:
            assert response.status == 401
        async with client.get("/api/admin?code=k") as response:
            assert response.status == 204
        async with client.get("/admin/host/status") as response:
            assert await response.json() == {"state": "Running"}


async def _nothing(req: func.HttpRequest) -> None:
    assert req is not None


async def _on_time(timer: func.TimerRequest) -> None:
    assert timer is not None
