"""The speech simulator as a process: ready when it says so, and gone when it is told to go."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys

import aiohttp
import pytest
from pydantic import SecretStr

from infra.local import speech_simulator
from infra.local.process import LOCALHOST, ROOT, free_port
from infra.speech_webhook import register
from shared.clock import SystemClock
from shared.errors import ConfigurationError
from shared.speech.batch import AzureBatchTranscriber
from shared.speech.connection import SpeechConnection
from tests.speech_world import Simulator


async def test_it_ends_cleanly_whatever_is_running() -> None:
    command = [sys.executable, "-m", "infra.local.speech_simulator", "--port", str(port := free_port())]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout
    assert (await process.stdout.readline()).startswith(b"READY {")
    endpoint = speech_simulator.Endpoint(url=f"http://{LOCALHOST}:{port}", key="simulated-speech-key")
    await Simulator(endpoint).order(kind="never")
    await Simulator(endpoint).take(0)
    connection = SpeechConnection(
        endpoint=f"{endpoint.url}/speechtotext/", key=SecretStr(endpoint.key), clock=SystemClock()
    )
    azure = AzureBatchTranscriber(connection)
    transcription = await azure.submit("job_1.transcript", "http://x/y", seconds=1, languages=())
    assert await azure.result(transcription) is None
    await connection.close()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert await process.stdout.read() == b""


async def test_registering_needs_an_app_that_answers(speech_endpoint: speech_simulator.Endpoint) -> None:
    environment = {
        "AZURE_SPEECH_ENDPOINT": speech_endpoint.url,
        "AZURE_SPEECH_KEY": speech_endpoint.key,
        "AZURE_SPEECH_WEBHOOK_SECRET": "secret",
    }
    with pytest.raises(ConfigurationError, match="Does the app answer"):
        await register(f"http://{LOCALHOST}:{free_port()}", environment)
    with pytest.raises(ConfigurationError, match="AZURE_SPEECH_WEBHOOK_SECRET"):
        await register("https://app.example", {**environment, "AZURE_SPEECH_WEBHOOK_SECRET": ""})


async def test_a_stranger_is_refused(speech_endpoint: speech_simulator.Endpoint) -> None:
    url = f"{speech_endpoint.url}/speechtotext/transcriptions"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 401
    headers = {"Ocp-Apim-Subscription-Key": speech_endpoint.key}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status == 400  # no api-version
