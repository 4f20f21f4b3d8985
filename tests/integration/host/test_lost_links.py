"""Links that break while functions run: the messages they brought are settled over their successors."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import azure.functions as func
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from infra.local import broker
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


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """A broker with the sample's topology."""
    topology = Path(request.path).parent / "topology.json"
    with broker.running(tmp_path_factory.mktemp("links"), topology=topology) as found:
        yield found


@pytest.fixture
async def cable(connection: str) -> AsyncIterator[tuple[Cable, str]]:
    """A cable to the broker, and the connection string that goes through it."""
    [port] = re.findall(r"sb://127\.0\.0\.1:(\d+)", connection)
    cable = Cable(int(port))
    near = await cable.plug()
    yield cable, connection.replace(f":{port};", f":{near};")
    await cable.unplug()


async def publish(connection: str, *bodies: bytes) -> None:
    """Send messages for `complete`."""
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_topic_sender("sample", keep_alive=0) as sender,
    ):
        for body in bodies:
            await sender.send_messages(ServiceBusMessage(body, application_properties={"route": "complete"}))


async def count(connection: str) -> int:
    """Count the messages that `complete` still has, locked ones included."""
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_subscription_receiver("sample", "complete", keep_alive=0, prefetch_count=1) as receiver,
    ):
        return len(await receiver.peek_messages(100))


async def test_a_message_outlives_the_link_that_brought_it(connection: str, cable: tuple[Cable, str]) -> None:
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
    await publish(connection, b"first")
    async with serving(app, {"version": "2.0"}, {"BUS": through_the_cable}):
        await asyncio.wait_for(started.wait(), 10)
        await line.cut()
        await publish(connection, b"second")
        await asyncio.wait_for(go_on.wait(), 10)
    assert runs == [b"first", b"second"]
    assert await count(connection) == 0


async def test_large_messages_arrive_whole(connection: str) -> None:
    """A message near the limit of 256 KB takes several frames."""
    bodies = [bytes([number]) * 250_000 for number in range(4)]
    seen: asyncio.Queue[bytes] = asyncio.Queue()
    app = func.FunctionApp()

    @app.service_bus_topic_trigger(
        arg_name="message", connection="BUS", topic_name="sample", subscription_name="complete"
    )
    async def handler(message: func.ServiceBusMessage) -> None:
        seen.put_nowait(message.get_body())

    await publish(connection, *bodies)
    async with serving(app, {"version": "2.0"}, {"BUS": connection}):
        assert [await asyncio.wait_for(seen.get(), 10) for _ in bodies] == bodies
    assert await count(connection) == 0
