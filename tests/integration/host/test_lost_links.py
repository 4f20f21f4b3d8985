"""Links that break while functions run: the messages they brought are settled over their successors."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import azure.functions as func
import pytest

from infra.local.host import serving

pytestmark = [
    pytest.mark.own_broker,
    # azure-functions says so of every app without HTTP functions.
    pytest.mark.filterwarnings("ignore:Auth level is not applied"),
]


class Cable:
    """A TCP proxy whose connections can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: list[asyncio.StreamWriter] = []
        self._pumps: set[asyncio.Task[None]] = set()

    async def plug(self) -> int:
        """Accept connections, and return the port."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def cut(self) -> None:
        """Break every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def unplug(self) -> None:
        """Accept nothing any more."""
        self._server.close()
        await self.cut()
        await self._server.wait_closed()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, far_writer]
        for source, target in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    @staticmethod
    async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()


@pytest.fixture
async def cable(bus: Any) -> AsyncIterator[tuple[Cable, str]]:
    """A cable to the broker, and the connection string that goes through it."""
    [port] = re.findall(r"sb://127\.0\.0\.1:(\d+)", bus.connection)
    cable = Cable(int(port))
    near = await cable.plug()
    yield cable, bus.connection.replace(f":{port};", f":{near};")
    await cable.unplug()


async def test_a_message_outlives_the_link_that_brought_it(bus: Any, cable: tuple[Cable, str]) -> None:
    """Its lock does too, so it is completed over the new link, and no function runs twice."""
    runs: list[bytes] = []
    started, go_on = asyncio.Event(), asyncio.Event()
    app = func.FunctionApp()

    @app.service_bus_topic_trigger(
        arg_name="message", connection="BUS", topic_name="sample", subscription_name="complete"
    )
    async def handler(message: func.ServiceBusMessage) -> None:
        runs.append(message.get_body())
        if message.get_body() == b"first":
            started.set()
            await go_on.wait()
        else:
            go_on.set()

    line, through_the_cable = cable
    bus.publish("complete", b"first")
    async with serving(app, {"version": "2.0"}, {"BUS": through_the_cable}):
        await asyncio.wait_for(started.wait(), 60)
        await line.cut()
        await asyncio.sleep(0.5)  # until the broker knows: what it sends into a dead link stays locked
        bus.publish("complete", b"second")
        await asyncio.wait_for(go_on.wait(), 60)
    assert runs == [b"first", b"second"]
    assert bus.outcomes(b"first") == bus.outcomes(b"second") == ["completed"]


async def test_large_messages_arrive_whole(bus: Any) -> None:
    """A message near the limit of 256 KB takes several frames."""
    bodies = [bytes([number]) * 250_000 for number in range(4)]
    seen: asyncio.Queue[bytes] = asyncio.Queue()
    app = func.FunctionApp()

    @app.service_bus_topic_trigger(
        arg_name="message", connection="BUS", topic_name="sample", subscription_name="complete"
    )
    async def handler(message: func.ServiceBusMessage) -> None:
        seen.put_nowait(message.get_body())

    bus.publish("complete", *bodies)
    async with serving(app, {"version": "2.0"}, {"BUS": bus.connection}):
        assert [await asyncio.wait_for(seen.get(), 60) for _ in bodies] == bodies
    assert [bus.outcomes(body) for body in bodies] == [["completed"]] * len(bodies)
