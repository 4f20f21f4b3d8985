"""The speech simulator, with nothing in it, and a connection to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.local.speech_simulator import Endpoint
from shared.clock import SystemClock
from shared.speech.connection import SpeechConnection
from tests.speech_world import Simulator, served, write_sound


@pytest.fixture
async def simulator(speech_endpoint: Endpoint) -> AsyncIterator[Simulator]:
    control = Simulator(speech_endpoint)
    await control.forget()
    yield control
    await control.forget()


@pytest.fixture
async def connection(speech_endpoint: Endpoint) -> AsyncIterator[SpeechConnection]:
    opened = SpeechConnection(
        endpoint=speech_endpoint.url, key=SecretStr(speech_endpoint.key), clock=SystemClock()
    )
    yield opened
    await opened.close()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Ten seconds of 16 kHz mono."""
    return write_sound(tmp_path / "sound.wav")


@pytest.fixture
async def sound_url(sound: Path) -> AsyncIterator[str]:
    """Where the sound can be fetched."""
    async with served(sound) as url:
        yield url
