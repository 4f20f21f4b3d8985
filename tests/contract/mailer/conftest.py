"""What mail is handed to: the embedded inbox, an SMTP relay that misbehaves, and Azure's REST API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.local import inbox
from shared.mail.sender import Sender
from tests.azure_email import AzureEmail, serving


@pytest.fixture
def sender() -> Sender:
    return Sender(
        address="news@huntaze.example", name="Huntaze — les nouvelles", reply_to="help@huntaze.example"
    )


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[inbox.Inbox]:
    """The embedded stack's inbox."""
    directory: Path = tmp_path_factory.mktemp("inbox")
    with inbox.running(directory) as running:
        yield running


@pytest.fixture
async def azure() -> AsyncIterator[AzureEmail]:
    async with serving() as service:
        yield service


@dataclass
class Relay:
    """An SMTP server that answers by a script: the reply to each command by its verb."""

    port: int = 0
    replies: dict[str, str | None] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say(writer, "CONNECT", "220 relay"):
            return
        while line := await reader.readline():
            verb = line.split(b" ")[0].strip().decode().upper()
            answer = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 relay")
            if not await self._say(writer, verb, answer) or verb == "QUIT":
                return
            if verb == "DATA" and "DATA" not in self.replies:
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                if not await self._say(writer, ".", "250 taken"):
                    return

    async def _say(self, writer: asyncio.StreamWriter, verb: str, usual: str) -> bool:
        reply = self.replies.get(verb, usual)
        if reply is None:
            return False
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return True


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    relay = Relay()
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()
    await server.wait_closed()
