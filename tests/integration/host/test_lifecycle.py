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


async def test_a_stopped_worker_is_replaced(sample: Any) -> None:
    """SystemExit gives back what is in flight and starts over: same process id, same port, same key."""
    await sample.publish("stop", "five")
    await sample.until(lambda: len(sample.marks("stop", "five")) == 2)
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
    tmp_path: Path, start_broker: Start, start_sample: Start
) -> None:
    """Its neighbour, not half as old, is given back with it; a new process runs both."""
    setting = {"AzureFunctionsJobHost__functionTimeout": "00:00:01.5"}
    with start_broker(tmp_path) as connection, start_sample(tmp_path, connection, **setting) as sample:
        await sample.publish("hang", "old")
        await sample.until(lambda: sample.marks("hang", "old"))
        await asyncio.sleep(0.3)
        await sample.publish("hang", "young")
        await sample.until(lambda: len(sample.marks("hang")) == 4)
        for body in ("old", "young"):
            assert [mark["deliveries"] for mark in sample.marks("hang", body)] == [1, 2]
        assert sample.log().count("it ran past functionTimeout") == 1


async def test_sigterm_lets_running_functions_finish(
    tmp_path: Path, start_broker: Start, start_sample: Start
) -> None:
    """The message in flight is completed, then the host ends."""
    with start_broker(tmp_path) as connection, start_sample(tmp_path, connection) as sample:
        await sample.publish("slow", "0.75")
        await sample.until(lambda: sample.marks("slow-started", "0.75"))
        os.kill(sample.host.pid, signal.SIGTERM)
        await sample.until(lambda: not psutil.pid_exists(sample.host.pid))
        assert len(sample.marks("slow-ended", "0.75")) == 1
        assert await sample.count("slow") == 0


async def test_after_the_grace_messages_go_back(
    tmp_path: Path, start_broker: Start, start_sample: Start
) -> None:
    """What is still running is abandoned, so that it is delivered again at once."""
    with (
        start_broker(tmp_path) as connection,
        start_sample(tmp_path, connection, HOST_DRAIN_SECONDS="0.2") as sample,
    ):
        await sample.publish("slow", "5.5")
        await sample.until(lambda: sample.marks("slow-started", "5.5"))
        os.kill(sample.host.pid, signal.SIGTERM)
        await sample.until(lambda: not psutil.pid_exists(sample.host.pid))
        assert sample.marks("slow-ended", "5.5") == []
        [message] = await sample.take("slow")
        assert message.delivery_count == 1


async def test_a_broker_that_restarts_is_found_again(
    tmp_path: Path, start_broker: Start, start_sample: Start
) -> None:
    """The host waits for it and goes on by itself."""
    port = free_port()
    with ExitStack() as stack:
        with start_broker(tmp_path, port=port) as connection:
            sample = stack.enter_context(start_sample(tmp_path, connection))
            await sample.publish("complete", "before")
            await sample.until(lambda: sample.marks("complete", "before"))
        await asyncio.sleep(0.5)
        with start_broker(tmp_path, port=port):
            await sample.publish("complete", "after")
            await sample.until(lambda: sample.marks("complete", "after"))
        assert "The link is lost." in sample.log()
