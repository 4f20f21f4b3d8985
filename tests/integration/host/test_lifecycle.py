"""The ends of a host: draining, a stopped worker, a broker that goes away."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from infra.local.process import free_port

pytestmark = pytest.mark.own_broker

Start = Callable[..., Any]


async def test_a_stopped_worker_is_replaced(sample: Any, until: Any) -> None:
    """SystemExit gives back what is in flight and starts over: same process id, same port, same key."""
    sample.bus.publish("stop", "five")
    await until(lambda: len(sample.marks("stop", "five")) == 2)
    first, second = sample.marks("stop", "five")
    assert (first["deliveries"], second["deliveries"]) == (1, 2)
    assert first["pid"] == second["pid"] == sample.host.pid
    headers = {"x-functions-key": sample.host.key}
    async with (
        aiohttp.ClientSession(sample.host.url) as session,
        session.post("/api/echo/1", json={}, headers=headers) as response,
    ):
        assert response.status == 201
    assert sample.log().count("READY") == 1


async def test_a_function_past_its_timeout_takes_the_worker_down(
    tmp_path: Path, start_bus: Start, start_sample: Start, until: Any
) -> None:
    """Its neighbour, not half as old, is given back with it; a new process runs both."""
    setting = {"AzureFunctionsJobHost__functionTimeout": "00:00:01.5"}
    with start_bus(tmp_path) as bus, start_sample(tmp_path, bus, **setting) as sample:
        sample.bus.publish("hang", "old")
        await until(lambda: sample.marks("hang", "old"))
        await asyncio.sleep(0.3)
        sample.bus.publish("hang", "young")
        await until(lambda: len(sample.marks("hang")) == 4)
        for body in ("old", "young"):
            assert [mark["deliveries"] for mark in sample.marks("hang", body)] == [1, 2]
        assert sample.log().count("it ran past functionTimeout") == 1


async def test_sigterm_lets_running_functions_finish(
    tmp_path: Path, start_bus: Start, start_sample: Start, until: Any
) -> None:
    """The message in flight is completed, then the host ends."""
    with start_bus(tmp_path) as bus, start_sample(tmp_path, bus) as sample:
        sample.bus.publish("slow", "0.75")
        await until(lambda: sample.marks("slow-started", "0.75"))
        os.kill(sample.host.pid, signal.SIGTERM)
        await until(lambda: not psutil.pid_exists(sample.host.pid))
        assert len(sample.marks("slow-ended", "0.75")) == 1
        assert sample.bus.outcomes("0.75") == ["completed"]


async def test_a_thread_that_goes_on_does_not_keep_the_host(
    tmp_path: Path, bus: Any, start_sample: Start, until: Any
) -> None:
    """Its caller is told nothing, and the process ends."""
    with start_sample(tmp_path, bus, HOST_DRAIN_SECONDS="0.1") as sample:
        async with aiohttp.ClientSession(sample.host.url) as session:
            asking = asyncio.create_task(session.get("/api/block"))
            await until(lambda: sample.marks("block"))
            os.kill(sample.host.pid, signal.SIGTERM)
            await until(lambda: not psutil.pid_exists(sample.host.pid), 40.0)
            await asyncio.wait([asking])
            assert isinstance(asking.exception(), aiohttp.ClientError) or asking.result().status >= 500


async def test_after_the_grace_messages_go_back(
    tmp_path: Path, start_bus: Start, start_sample: Start, until: Any
) -> None:
    """What is still running is abandoned, so that it is delivered again at once."""
    with (
        start_bus(tmp_path) as bus,
        start_sample(tmp_path, bus, HOST_DRAIN_SECONDS="0.2") as sample,
    ):
        sample.bus.publish("slow", "5.5")
        await until(lambda: sample.marks("slow-started", "5.5"))
        os.kill(sample.host.pid, signal.SIGTERM)
        await until(lambda: not psutil.pid_exists(sample.host.pid))
        assert sample.marks("slow-ended", "5.5") == []
        assert sample.bus.outcomes("5.5") == ["abandoned"]


async def test_a_broker_that_restarts_is_found_again(
    tmp_path: Path, start_bus: Start, start_sample: Start, until: Any
) -> None:
    """The host waits for it and goes on by itself."""
    port = free_port()
    with ExitStack() as stack:
        with start_bus(tmp_path, port=port) as bus:
            sample = stack.enter_context(start_sample(tmp_path, bus))
            bus.publish("complete", "before")
            await until(lambda: sample.marks("complete", "before"))
        await asyncio.sleep(0.5)
        with start_bus(tmp_path, port=port) as bus:
            bus.publish("complete", "after")
            await until(lambda: bus.outcomes("after") == ["completed"])
        assert "The link is lost." in sample.log()
