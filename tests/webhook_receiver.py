"""Creators' servers, all in one: what they hear by `webhook-id`, refusing or dawdling now and then."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request that was answered with success."""

    path: str
    #: By names in lower case.
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where it listens, and what it heard."""

    #: One id in so many is refused the first time it comes, and one in so many slowly taken; 0 is none.
    moody: int = 0
    port: int = 0
    #: How often each id was answered with success, and what was said.
    heard: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    #: The last request to each path.
    latest: dict[str, Heard] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """What has to be allowed so that it is called."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if line)
            headers = {name.casefold(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            writer.write(await self._answer(Heard(path=head[0].split(" ")[1], headers=headers, body=body)))
            await writer.drain()
        writer.close()

    async def _answer(self, asked: Heard) -> bytes:
        webhook_id = asked.headers["webhook-id"]
        mood = int(webhook_id[4:10], 16) % self.moody if self.moody else -1
        if mood == 1:
            await asyncio.sleep(0.2)
        if mood == 0 and not self.refused[webhook_id]:
            self.refused[webhook_id] += 1
            return b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
        self.heard[webhook_id] += 1
        self.bodies.setdefault(webhook_id, set()).add(asked.body)
        self.latest[asked.path] = asked
        return b"HTTP/1.1 204 OK\r\n\r\n"


@contextmanager
def receiving(*, moody: int = 0) -> Iterator[Receiver]:
    """Run a receiver in a thread of its own: tests wait for processes meanwhile."""
    receiver, ready, ends = Receiver(moody=moody), threading.Event(), list[Callable[[], object]]()

    async def serve() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(receiver.serve, "127.0.0.1", 0) as server:
            receiver.port = server.sockets[0].getsockname()[1]
            ends.append(lambda: loop.call_soon_threadsafe(end.set))
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    try:
        yield receiver
    finally:
        for end in ends:
            end()
        thread.join()
