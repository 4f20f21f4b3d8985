"""What tests of speech stand on: sound files, a web server that has them, and the simulator's control."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from infra.local.process import LOCALHOST
from infra.local.speech_simulator import Endpoint


class Simulator:
    """The speech simulator's control endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def order(self, **fault: Any) -> None:
        """Order a fault."""
        await self._ask("POST", "faults", fault)

    async def take(self, seconds: float) -> None:
        """Let batches take so long."""
        await self._ask("POST", "latency", {"seconds": seconds})

    async def told(self) -> Any:
        """Return what happened."""
        return await self._ask("GET", "transcriptions")

    async def forget(self) -> None:
        """Begin afresh."""
        await self._ask("DELETE", "transcriptions")
        await self.take(0.05)

    async def _ask(self, method: str, what: str, body: Any = None) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.endpoint.url}/simulator/{what}", json=body) as response,
        ):
            assert response.ok, await response.text()
            return await response.json() if response.status == 200 else None


def write_sound(path: Path, seconds: float = 10.0, *, channels: int = 1) -> Path:
    """Write a WAV file of 16 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * channels * int(16_000 * seconds)))
    return path


@asynccontextmanager
async def served(path: Path) -> AsyncIterator[str]:
    """Serve a file, and yield its URL."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    app = web.Application()
    app.router.add_get("/sound", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOCALHOST, 0).start()
    yield f"http://{LOCALHOST}:{runner.addresses[0][1]}/sound?sig=secret"
    await runner.cleanup()
