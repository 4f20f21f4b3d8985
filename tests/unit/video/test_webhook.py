"""The webhook's trigger: what it takes from a request, and what it answers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from pydantic import SecretStr

from shared import bootstrap
from shared.clock import ManualClock
from shared.persistence.memory import MemoryJobStore
from shared.speech.memory import MemoryBatchTranscriber
from shared.speech.signatures import EVENT_HEADER, SIGNATURE_HEADER, signature_of
from workers.video_analysis.webhook import speech_webhook

SECRET = "secret"
ENDPOINT = "https://eastus2.api.cognitive.microsoft.com"
BODY = json.dumps({"self": f"{ENDPOINT}/speechtotext/transcriptions/transcription-1"}).encode()


def _install(batches: MemoryBatchTranscriber | None) -> None:
    desk = SimpleNamespace(batches=batches, endpoint=ENDPOINT, webhook_secret=SecretStr(SECRET))
    container: Any = SimpleNamespace(store=MemoryJobStore(ManualClock()), speech_desk=desk)
    bootstrap.install(container)


async def _called(body: bytes = BODY, *, params: dict[str, str] | None = None, secret: str = SECRET) -> Any:
    headers = {EVENT_HEADER: "TranscriptionCompletion", SIGNATURE_HEADER.lower(): signature_of(body, secret)}
    request = func.HttpRequest("POST", "/api/speech/webhook", headers=headers, params=params, body=body)
    return await speech_webhook._function.get_user_function()(request)


@pytest.fixture
async def batches() -> MemoryBatchTranscriber:
    made = MemoryBatchTranscriber()
    await made.submit("job_1.transcript", "https://x/y", seconds=1, languages=())
    _install(made)
    return made


async def test_a_signed_call_is_taken(batches: MemoryBatchTranscriber) -> None:
    assert (await _called()).status_code == 200
    await batches.forget("transcription-1")
    assert (await _called()).status_code == 410


async def test_a_forged_one_is_not(batches: MemoryBatchTranscriber) -> None:
    del batches
    reply = await _called(secret="forged")
    error = json.loads(reply.get_body())["error"]
    assert (reply.status_code, error["code"], "signed" in error["message"]) == (401, "BAD_SIGNATURE", True)


async def test_the_challenge_is_echoed_as_text(batches: MemoryBatchTranscriber) -> None:
    del batches
    reply = await _called(b"", params={"validationToken": "token-1"})
    assert (reply.status_code, reply.get_body(), reply.mimetype) == (200, b"token-1", "text/plain")


async def test_without_batches_there_is_no_webhook() -> None:
    _install(None)
    assert (await _called()).status_code == 404
