"""What every transcriber that answers at once must do, and what is special about each way."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from azure.cognitiveservices.speech import CancellationErrorCode
from pydantic import SecretStr

from infra.local.process import LOCALHOST, free_port
from shared.clock import SystemClock
from shared.errors import JobError, JobTimeoutError, NetworkError, RateLimitError, UnsupportedMediaError
from shared.speech.connection import SpeechConnection
from shared.speech.fast import AzureFastTranscriber
from shared.speech.memory import MemoryTranscriber
from shared.speech.port import SpokenText, Transcriber, Way
from shared.speech.streamed import SdkTranscriber, cancellation_error
from tests.speech_world import Simulator


def _sdk(scheme: str = "ws") -> SdkTranscriber:
    """The real SDK, with nobody at its endpoint: no more of it can be tried offline."""
    endpoint = f"{scheme}://{LOCALHOST}:{free_port()}"
    return SdkTranscriber(endpoint=endpoint, key=SecretStr("key"), clock=SystemClock())


@pytest.fixture
def azure_fast(connection: SpeechConnection, simulator: Simulator) -> Transcriber:
    del simulator  # begun afresh
    return AzureFastTranscriber(connection, SystemClock())


@pytest.fixture
def memory_fast() -> Transcriber:
    return MemoryTranscriber(SystemClock())


@pytest.fixture
def azure_streamed() -> Transcriber:
    return _sdk()


@pytest.fixture(params=["azure_fast", "memory_fast"])
def answering(request: pytest.FixtureRequest) -> Transcriber:
    """Each that can answer here."""
    found: Transcriber = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["azure_fast", "memory_fast", "azure_streamed"])
def anyone(request: pytest.FixtureRequest) -> Transcriber:
    """Each."""
    found: Transcriber = request.getfixturevalue(request.param)
    return found


async def _heard(
    transcriber: Transcriber, sound: Path, *, within: float = 10.0, **changes: Any
) -> SpokenText:
    asked = {"seconds": 10.0, "languages": ("en-US", "fr-FR"), **changes}
    return await transcriber.transcribe(sound, deadline=time.monotonic() + within, **asked)


async def test_words_come_at_once(answering: Transcriber, sound: Path) -> None:
    spoken = await _heard(answering, sound)
    assert "(simulated)" in spoken.text
    assert (spoken.way, spoken.language) == (Way.FAST, "en-US")
    assert spoken.audio_seconds == pytest.approx(10)
    assert spoken.phrases[-1].end_seconds == pytest.approx(10)


async def test_nothing_is_asked_after_the_deadline(anyone: Transcriber, sound: Path) -> None:
    with pytest.raises(JobTimeoutError):
        await _heard(anyone, sound, within=-1)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "rate_limit", "retry_after_seconds": 3}, RateLimitError),
        ({"kind": "server_error"}, NetworkError),
        ({"kind": "disconnect"}, NetworkError),
        ({"kind": "garbage"}, NetworkError),
        ({"kind": "hang"}, JobTimeoutError),
    ],
)
async def test_fast_transcription_fails_in_our_terms(
    azure_fast: Transcriber,
    simulator: Simulator,
    sound: Path,
    fault: dict[str, Any],
    expected: type[JobError],
) -> None:
    await simulator.order(operation="fast", **fault)
    with pytest.raises(expected) as caught:
        await _heard(azure_fast, sound, within=1.0)
    if isinstance(caught.value, RateLimitError):
        assert caught.value.retry_after_seconds == 3


async def test_fast_transcription_refuses_what_is_too_long(azure_fast: Transcriber, sound: Path) -> None:
    with pytest.raises(UnsupportedMediaError):
        await _heard(azure_fast, sound, seconds=7_200.0)


async def test_fast_transcription_of_what_is_no_sound(azure_fast: Transcriber, tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    path.write_bytes(b"no sound")
    with pytest.raises(UnsupportedMediaError):
        await _heard(azure_fast, path)


async def test_the_sdk_says_that_nobody_is_there(azure_streamed: Transcriber, sound: Path) -> None:
    with pytest.raises(NetworkError):
        await _heard(azure_streamed, sound, within=30.0)


async def test_the_sdk_is_left_at_the_deadline(azure_streamed: Transcriber, sound: Path) -> None:
    """It would not end for twenty seconds."""
    begun = time.monotonic()
    with pytest.raises(JobTimeoutError):
        await _heard(azure_streamed, sound, within=0.1)
    assert time.monotonic() - begun < 15


async def test_the_sdk_refuses_what_is_no_wav_file(azure_streamed: Transcriber, tmp_path: Path) -> None:
    for name in ("sound.wav", "sound.flac"):
        (tmp_path / name).write_bytes(b"fLaC no sound" * 10)
        with pytest.raises(UnsupportedMediaError):
            await _heard(azure_streamed, tmp_path / name)


async def test_the_sdk_is_for_short_clips(azure_streamed: Transcriber, sound: Path) -> None:
    with pytest.raises(UnsupportedMediaError):
        await _heard(azure_streamed, sound, seconds=15.1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (CancellationErrorCode.TooManyRequests, RateLimitError),
        (CancellationErrorCode.ServiceTimeout, JobTimeoutError),
        (CancellationErrorCode.AuthenticationFailure, NetworkError),
        (CancellationErrorCode.Forbidden, NetworkError),
        (CancellationErrorCode.BadRequest, UnsupportedMediaError),
        (CancellationErrorCode.ConnectionFailure, NetworkError),
        (CancellationErrorCode.ServiceUnavailable, NetworkError),
        (CancellationErrorCode.ServiceError, NetworkError),
        (CancellationErrorCode.RuntimeError, NetworkError),
    ],
)
def test_cancellations_in_our_terms(code: Any, expected: type[JobError]) -> None:
    assert type(cancellation_error(code)) is expected
