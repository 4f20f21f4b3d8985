"""The host inside a process of one's own, with an app made on the spot."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest
from azure.servicebus import ServiceBusMessage

from infra.local.host import Bindings, HostError, WorkerStoppedError, serve, serving
from infra.local.host.indexing import Binding

pytestmark = [
    pytest.mark.own_broker,
    # azure-functions says so of every app without HTTP functions.
    pytest.mark.filterwarnings("ignore:Auth level is not applied"),
]


def on(subscription: str, function: Callable[..., Any], **options: Any) -> func.FunctionApp:
    """Return an app with one Service Bus function."""
    app = func.FunctionApp()
    app.service_bus_topic_trigger(
        arg_name="message", connection="BUS", topic_name="sample", subscription_name=subscription, **options
    )(function)
    return app


async def test_a_message_as_a_function_sees_it(bus: Any) -> None:
    """Every property that the worker would fill."""
    seen: asyncio.Queue[func.ServiceBusMessage] = asyncio.Queue()

    async def handler(message: func.ServiceBusMessage) -> None:
        seen.put_nowait(message)

    async with serving(on("complete", handler), {"version": "2.0"}, {"BUS": bus.connection}):
        bus.sender.send_messages(
            ServiceBusMessage(
                "{}",
                application_properties={"route": "complete", "size": 3, "none": b"bytes"},
                content_type="application/json",
                correlation_id="c",
                message_id="m",
                subject="s",
                to="t",
                reply_to="r",
            )
        )
        message = await asyncio.wait_for(seen.get(), 60)
    assert message.get_body() == b"{}"
    assert message.application_properties == {"route": "complete", "size": 3, "none": "bytes"}
    assert message.user_properties == message.application_properties
    assert (message.content_type, message.correlation_id, message.message_id) == (
        "application/json",
        "c",
        "m",
    )
    assert (message.subject, message.label, message.to, message.reply_to) == ("s", "s", "t", "r")
    assert message.delivery_count == 1
    assert message.sequence_number
    assert message.lock_token
    assert message.enqueued_time_utc
    assert message.locked_until
    assert message.locked_until > message.enqueued_time_utc
    assert message.dead_letter_reason is None


async def test_plain_functions_run_in_threads_and_batches_need_none(bus: Any) -> None:
    """As many as PYTHON_THREADPOOL_THREAD_COUNT says, whatever maxConcurrentCalls is."""
    barrier = threading.Barrier(2, timeout=60)
    names: set[str] = set()
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def handler(message: func.ServiceBusMessage) -> None:
        barrier.wait()
        names.add(threading.current_thread().name)
        if message.get_body() == b"3":
            loop.call_soon_threadsafe(done.set)

    settings = {"BUS": bus.connection, "PYTHON_THREADPOOL_THREAD_COUNT": "2"}
    bus.publish("complete", "0", "1", "2", "3")
    async with serving(on("complete", handler), {"version": "2.0"}, settings):
        await asyncio.wait_for(done.wait(), 60)
    assert len(names) == 2


async def test_messages_beyond_the_slots_wait_when_prefetched(bus: Any) -> None:
    """`prefetchCount` brings them here early; they still run one at a time, in order."""
    order: list[bytes] = []
    at_once = most = 0
    done = asyncio.Event()

    async def handler(message: func.ServiceBusMessage) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        order.append(message.get_body())
        at_once -= 1
        if len(order) == 6:
            done.set()

    host_json = {
        "version": "2.0",
        "extensions": {"serviceBus": {"maxConcurrentCalls": 1, "prefetchCount": 4}},
    }
    bus.publish("complete", *"abcdef")
    async with serving(on("complete", handler), host_json, {"BUS": bus.connection}):
        await asyncio.wait_for(done.wait(), 60)
    assert order == [b"a", b"b", b"c", b"d", b"e", b"f"]
    assert most == 1


async def test_outputs_are_delivered_after_success(bus: Any) -> None:
    """The seam for SignalR: a failing output fails the invocation, and the message comes again."""
    sent: list[str] = []
    done = asyncio.Event()

    class Sink:
        async def send(self, binding: Binding, value: Any) -> None:
            sent.append(f"{binding.properties['hubName']}:{value}")
            if len(sent) == 1:
                raise ConnectionError
            done.set()

    app = func.FunctionApp()

    @app.service_bus_topic_trigger(
        arg_name="message", connection="BUS", topic_name="sample", subscription_name="complete"
    )
    @app.generic_output_binding(arg_name="signalr", type="signalR", hubName="%HUB%")
    async def notify(message: func.ServiceBusMessage, signalr: func.Out[str]) -> None:
        signalr.set(f"delivery {message.delivery_count}")

    settings = {"BUS": bus.connection, "HUB": "huntaze"}
    bus.publish("complete", "x")
    async with serving(app, {"version": "2.0"}, settings, bindings=Bindings(outputs={"signalR": Sink()})):
        await asyncio.wait_for(done.wait(), 60)
    assert sent == ["huntaze:delivery 1", "huntaze:delivery 2"]


async def test_an_escaping_cancelled_error_hangs_until_the_worker_is_stopped(
    bus: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """As in production: nobody answers, the timeout stops the worker, and the message comes again."""

    async def handler(message: func.ServiceBusMessage) -> None:
        if message.delivery_count == 1:
            raise asyncio.CancelledError

    app, host_json = on("complete", handler), {"version": "2.0", "functionTimeout": "00:00:01"}
    bus.publish("complete", "x")
    with pytest.raises(WorkerStoppedError, match="functionTimeout"):
        await serve(app, host_json, {"BUS": bus.connection}, stop=asyncio.Event())
    assert any("CancelledError escaped" in record.message for record in caplog.records)
    again: asyncio.Queue[int | None] = asyncio.Queue()

    async def second(message: func.ServiceBusMessage) -> None:
        again.put_nowait(message.delivery_count)

    async with serving(on("complete", second), host_json, {"BUS": bus.connection}):
        assert await asyncio.wait_for(again.get(), 60) == 2


async def test_without_auto_complete_messages_stay_locked(bus: Any) -> None:
    """Nobody settles them: Python functions can't."""
    ran = asyncio.Event()

    async def handler(message: func.ServiceBusMessage) -> None:
        assert message.get_body() == b"left"
        ran.set()

    async with serving(
        on("slow", handler, auto_complete_messages=False), {"version": "2.0"}, {"BUS": bus.connection}
    ):
        bus.publish("slow", "left")
        await asyncio.wait_for(ran.wait(), 60)
    assert bus.outcomes("left") == []


async def test_a_configuration_that_can_not_be_hosted(bus: Any) -> None:
    """It is refused before anything runs."""
    with pytest.raises(HostError, match="version"):
        async with serving(func.FunctionApp(), {}, {"BUS": bus.connection}):
            raise AssertionError
