"""From staged sound to words in the result: PostgreSQL, Azurite, and the simulated speech service."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from aiohttp import web
from pydantic import SecretStr

from infra.local.process import LOCALHOST, ROOT
from infra.local.speech_simulator import Endpoint
from shared.persistence.port import JobState
from shared.speech.signatures import EVENT_HEADER, SIGNATURE_HEADER
from tests.speech_world import Simulator, write_sound
from tests.transcript_world import TRANSCRIPT, World, opened
from workers.video_analysis.callbacks import Call, Callbacks

SECRET = "webhook-secret"
_CONTAINERS = (f"transcripts-{number}" for number in count())

#: Lives until it calls what it is told to die at, for the n-th time.
_DYING = """\
import asyncio, json, os, signal, sys
from pathlib import Path
from tests.transcript_world import opened

async def main():
    arguments, port, method, passes = json.loads(sys.argv[1])
    async with opened(**{**arguments, "sound": Path(arguments["sound"])}) as world:
        inner = getattr(getattr(world, port), method)
        left = passes
        async def die(*values, **named):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return await inner(*values, **named)
        setattr(getattr(world, port), method, die)
        await world.analyse()
        await world.settle()

asyncio.run(main())
"""


@pytest.fixture
async def simulator(speech_endpoint: Endpoint) -> AsyncIterator[Simulator]:
    control = Simulator(speech_endpoint)
    await control.forget()
    yield control
    await control.forget()


@pytest.fixture
def arguments(
    database_url: str, azurite_connection: str, speech_endpoint: Endpoint, tmp_path: Path
) -> dict[str, str]:
    """What a process needs to live in this world."""
    return {
        "database_url": database_url,
        "storage": azurite_connection,
        "container": next(_CONTAINERS),
        "endpoint": speech_endpoint.url,
        "key": speech_endpoint.key,
        "sound": str(write_sound(tmp_path / "sound.wav")),
    }


@pytest.fixture
async def world(arguments: dict[str, Any], simulator: Simulator) -> AsyncIterator[World]:
    del simulator  # begun afresh
    async with opened(**{**arguments, "sound": Path(arguments["sound"])}) as made:
        yield made


def _paid(database_url: str) -> list[tuple[str, str, int]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT task, deployment, cost_usd_micros FROM huntaze_workers.ai_calls"
        ).fetchall()


async def test_words_join_the_result_later(world: World, simulator: Simulator, database_url: str) -> None:
    await simulator.take(0.3)
    await world.analyse()
    assert await world.result() == {"summary": "A clip."}
    assert len(await world.staged()) == 1
    await world.settle()
    result = await world.result()
    assert result["summary"] == "A clip."
    assert result["transcript"]["status"] == "ready"
    assert "(simulated)" in result["transcript"]["text"]
    assert result["transcript"]["phrases"][-1]["endSeconds"] == pytest.approx(10)
    assert world.events().count("job.enriched") == 1
    assert _paid(database_url) == [("video.transcribe", "azure-speech-batch", 500)]
    told = await simulator.told()
    assert (told["submitted"], told["kept"], told["audio_seconds"]) == ([TRANSCRIPT], {}, 10)
    assert await world.staged() == []


@pytest.mark.parametrize(
    ("port", "method", "passes"),
    [
        pytest.param("batches", "submit", 1, id="before the order"),
        pytest.param("checkpoints", "keep", 1, id="between order and note"),
        pytest.param("batches", "result", 1, id="before asking"),
        pytest.param("checkpoints", "keep", 2, id="between words and note"),
        pytest.param("staging", "remove", 1, id="before the sound is deleted"),
        pytest.param("batches", "forget", 1, id="before the transcription is deleted"),
        pytest.param("store", "record", 2, id="before the first attempt is recorded"),
    ],
)
async def test_a_killed_process_pays_nothing_twice_and_leaves_nothing_behind(
    arguments: dict[str, str],
    simulator: Simulator,
    database_url: str,
    port: str,
    method: str,
    passes: int,
) -> None:
    dead = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _DYING, json.dumps([arguments, port, method, passes])],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
    with psycopg.connect(database_url) as connection:  # the dead process' lease runs out
        connection.execute(
            "UPDATE huntaze_workers.jobs SET due_at = now() - interval '1 hour' WHERE due_at > now()"
        )
    async with opened(**{**arguments, "sound": Path(arguments["sound"])}) as world:  # type: ignore[arg-type]  # as above
        await world.sweep()
        await world.settle()
        assert (await world.result())["transcript"]["status"] == "ready"
        assert await world.staged() == []
    told = await simulator.told()
    assert (told["submitted"], told["kept"]) == ([TRANSCRIPT], {})
    assert _paid(database_url) == [("video.transcribe", "azure-speech-batch", 500)]


async def test_a_failed_transcription_ends_in_a_result_that_says_so(
    world: World, simulator: Simulator
) -> None:
    await simulator.order(kind="failed")
    await world.analyse()
    await world.settle()
    assert (await world.result())["transcript"]["status"] == "unavailable"
    assert world.events().count("job.enriched") == 1
    job = await world.store.job(TRANSCRIPT)
    assert job is not None
    assert job.state is JobState.FAILED
    assert (await simulator.told())["kept"] == {}
    assert await world.staged() == []


async def test_trouble_on_the_way_is_waited_out(world: World, simulator: Simulator) -> None:
    for fault in (
        {"kind": "rate_limit", "operation": "list"},
        {"kind": "done_then_disconnect", "operation": "submit"},
        {"kind": "server_error", "operation": "get"},
        {"kind": "garbage", "operation": "content"},
    ):
        await simulator.order(**fault)
    await world.analyse()
    await world.settle()
    assert (await world.result())["transcript"]["status"] == "ready"
    assert (await simulator.told())["submitted"] == [TRANSCRIPT]


async def test_the_webhook_wakes_the_job(world: World, simulator: Simulator) -> None:
    """The simulator registers it with a challenge, and signs what it calls."""
    heard: list[int] = []
    called = asyncio.Event()
    callbacks = Callbacks(
        secret=SecretStr(SECRET),
        endpoint=simulator.endpoint.url,
        batches=world.batches,
        wake=world.store.wake,
    )

    async def answer(request: web.Request) -> web.Response:
        call = Call(
            body=await request.read(),
            event=request.headers.get(EVENT_HEADER),
            signature=request.headers.get(SIGNATURE_HEADER),
            validation_token=request.query.get("validationToken"),
        )
        reply = await callbacks.answer(call)
        heard.append(reply.status)
        if len(heard) == 2:  # the challenge and the call
            called.set()
        return web.Response(status=reply.status, text=reply.text)

    app = web.Application()
    app.router.add_post("/hook", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOCALHOST, 0).start()
    await simulator.take(0.5)
    await _register(simulator.endpoint, f"http://{LOCALHOST}:{runner.addresses[0][1]}/hook")
    await world.analyse()
    await world.deliver_next()  # orders the words; asks again in a minute, unless it is woken
    before = len(world.sender.sent)
    await world.sweep()
    assert len(world.sender.sent) == before
    async with asyncio.timeout(60):
        await called.wait()
    assert heard == [200, 200]
    await world.sweep()
    assert len(world.sender.sent) == before + 1
    await runner.cleanup()
    await world.settle()
    assert (await world.result())["transcript"]["status"] == "ready"


async def _register(endpoint: Endpoint, url: str) -> None:
    body = {
        "displayName": "huntaze",
        "webUrl": url,
        "events": {"transcriptionCompletion": True},
        "properties": {"secret": SECRET},
    }
    async with (
        aiohttp.ClientSession(headers={"Ocp-Apim-Subscription-Key": endpoint.key}) as session,
        session.post(f"{endpoint.url}/speechtotext/webhooks?api-version=2024-11-15", json=body) as response,
    ):
        assert response.status == 201, await response.text()
