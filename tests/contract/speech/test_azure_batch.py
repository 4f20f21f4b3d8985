"""Batch transcription over HTTP: what is asked for, and what becomes of every refusal."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from infra.local.process import LOCALHOST, free_port
from infra.local.speech_simulator import Endpoint
from shared.clock import SystemClock
from shared.errors import JobError, NetworkError, PermanentError, RateLimitError
from shared.speech.batch import AzureBatchTranscriber
from shared.speech.connection import SpeechConnection
from shared.speech.port import SpokenText, TranscriptionFailedError
from tests.speech_world import Simulator, served, write_sound

NAME = "job_1.transcript"


@pytest.fixture
def azure(connection: SpeechConnection, simulator: Simulator) -> AzureBatchTranscriber:
    del simulator  # begun afresh
    return AzureBatchTranscriber(connection)


async def _submitted(azure: AzureBatchTranscriber, url: str, languages: tuple[str, ...] = ()) -> str:
    return await azure.submit(NAME, url, seconds=10, languages=languages)


async def _words(azure: AzureBatchTranscriber, transcription: str) -> SpokenText:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if spoken := await azure.result(transcription):
            return spoken
        await asyncio.sleep(0.02)
    raise AssertionError("it never ended")


async def _shown(endpoint: Endpoint, transcription: str) -> Any:
    url = f"{endpoint.url}/speechtotext/transcriptions/{transcription}?api-version=2024-11-15"
    headers = {"Ocp-Apim-Subscription-Key": endpoint.key}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return await response.json()


async def test_what_is_ordered(
    azure: AzureBatchTranscriber, speech_endpoint: Endpoint, sound_url: str
) -> None:
    """Mono, word times, languages told apart, deleted by itself after two days, and kept nowhere else."""
    transcription = await _submitted(azure, sound_url, ("fr-FR", "en-US", "fr-FR"))
    shown = await _shown(speech_endpoint, transcription)
    assert (shown["displayName"], shown["locale"]) == (NAME, "fr-FR")
    assert shown["properties"] == shown["properties"] | {
        "timeToLiveHours": 48,
        "wordLevelTimestampsEnabled": True,
        "channels": [0],
        "languageIdentification": {"candidateLocales": ["fr-FR", "en-US"], "mode": "Continuous"},
    }
    assert "destinationContainerUrl" not in shown["properties"]
    assert "contentUrls" not in shown


async def test_one_language_is_not_looked_for(
    azure: AzureBatchTranscriber, speech_endpoint: Endpoint, sound_url: str
) -> None:
    shown = await _shown(speech_endpoint, await _submitted(azure, sound_url, ("de-DE",)))
    assert shown["locale"] == "de-DE"
    assert "languageIdentification" not in shown["properties"]


async def test_words_have_their_times(azure: AzureBatchTranscriber, sound_url: str) -> None:
    spoken = await _words(azure, await _submitted(azure, sound_url))
    words = [word for phrase in spoken.phrases for word in phrase.words]
    assert words[0].start_seconds == 0
    assert words == sorted(words, key=lambda word: word.start_seconds)
    assert all(word.start_seconds < word.end_seconds <= 10.001 for word in words)


async def test_a_submission_whose_answer_is_lost_is_found_again(
    azure: AzureBatchTranscriber, simulator: Simulator, sound_url: str
) -> None:
    await simulator.order(kind="done_then_disconnect", operation="submit")
    with pytest.raises(NetworkError):
        await _submitted(azure, sound_url)
    found = await _submitted(azure, sound_url)
    told = await simulator.told()
    assert (told["submitted"], told["kept"]) == ([NAME], {found: NAME})


async def test_a_name_is_found_behind_many_others(
    azure: AzureBatchTranscriber, simulator: Simulator, sound_url: str
) -> None:
    """Names with quotes do not widen what is looked for."""
    names = [f"o'hare_{number}" for number in range(3)]
    ids = [await azure.submit(name, sound_url, seconds=1, languages=()) for name in names]
    assert [await azure.submit(name, sound_url, seconds=1, languages=()) for name in names] == ids
    assert (await simulator.told())["submitted"] == names


@pytest.mark.parametrize("operation", ["list", "submit", "get", "files", "content"])
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "rate_limit", "retry_after_seconds": 7}, RateLimitError),
        ({"kind": "server_error", "status": 503}, NetworkError),
        ({"kind": "disconnect"}, NetworkError),
        ({"kind": "garbage"}, NetworkError),
    ],
)
async def test_what_may_pass_is_told_so(
    azure: AzureBatchTranscriber,
    simulator: Simulator,
    sound_url: str,
    operation: str,
    fault: dict[str, Any],
    expected: type[JobError],
) -> None:
    """Wherever it happens, nothing is paid twice and the words come in the end."""
    await simulator.order(operation=operation, **fault)
    caught: list[JobError] = []
    try:
        await _words(azure, await _submitted(azure, sound_url))
    except JobError as error:
        caught.append(error)
    # The HTTP client itself repeats a reading request whose kept connection breaks.
    assert [type(error) for error in caught] in ([expected], [] if fault["kind"] == "disconnect" else None)
    assert not any(isinstance(error, PermanentError) for error in caught)
    if isinstance(caught[0] if caught else None, RateLimitError):
        assert caught[0].retry_after_seconds == 7  # type: ignore[attr-defined]  # narrowed above
    assert (await _words(azure, await _submitted(azure, sound_url))).text
    assert (await simulator.told())["submitted"] == [NAME]


async def test_sound_that_cannot_be_fetched_fails_for_good(azure: AzureBatchTranscriber) -> None:
    transcription = await _submitted(azure, f"http://{LOCALHOST}:{free_port()}/sound.wav?sig=secret")
    with pytest.raises(TranscriptionFailedError, match="DownloadFailed") as caught:
        await _words(azure, transcription)
    assert "secret" not in caught.value.message


async def test_what_is_no_sound_fails_for_good(azure: AzureBatchTranscriber, tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(b"no sound" * 100)
    async with served(path) as url:
        with pytest.raises(TranscriptionFailedError, match="InvalidAudioFormat"):
            await _words(azure, await _submitted(azure, url))


async def test_a_report_of_failure_inside_a_success_is_seen(
    azure: AzureBatchTranscriber, simulator: Simulator, sound_url: str
) -> None:
    await simulator.order(kind="file_failed")
    with pytest.raises(TranscriptionFailedError, match="InvalidAudioFormat"):
        await _words(azure, await _submitted(azure, sound_url))


async def test_stereo_is_paid_twice_which_is_why_we_send_mono(
    azure: AzureBatchTranscriber, simulator: Simulator, tmp_path: Path
) -> None:
    async with served(write_sound(tmp_path / "stereo.wav", channels=2)) as url:
        await _words(azure, await _submitted(azure, url))
    assert (await simulator.told())["audio_seconds"] == pytest.approx(20)


async def test_a_wrong_key_is_named(speech_endpoint: Endpoint, sound_url: str) -> None:
    connection = SpeechConnection(endpoint=speech_endpoint.url, key=SecretStr("wrong"), clock=SystemClock())
    with pytest.raises(NetworkError, match="AZURE_SPEECH_KEY"):
        await _submitted(AzureBatchTranscriber(connection), sound_url)
    await connection.close()


async def test_nobody_at_the_endpoint() -> None:
    connection = SpeechConnection(
        endpoint=f"http://{LOCALHOST}:{free_port()}", key=SecretStr("k"), clock=SystemClock()
    )
    with pytest.raises(NetworkError):
        await AzureBatchTranscriber(connection).result("1")
    await connection.close()


@pytest.mark.parametrize("transcription", ["", "../webhooks", "a/b", "a?b", "x" * 65])
async def test_only_ids_are_asked_for(azure: AzureBatchTranscriber, transcription: str) -> None:
    with pytest.raises(TranscriptionFailedError):
        await azure.result(transcription)


class _Token:
    token = "entra-token"
    expires_on = 2**40


class _Credential:
    def __init__(self) -> None:
        self.scopes: list[str] = []
        self.closed = False

    async def get_token(self, *scopes: str) -> _Token:
        self.scopes.extend(scopes)
        return _Token()

    async def close(self) -> None:
        self.closed = True


async def test_without_a_key_entra_vouches(speech_endpoint: Endpoint) -> None:
    """The simulator takes keys alone, so the refusal shows that no key was sent."""
    credential = _Credential()
    connection = SpeechConnection(
        endpoint=speech_endpoint.url,
        key=SecretStr(""),
        clock=SystemClock(),
        credential=lambda: credential,  # type: ignore[arg-type, return-value]  # as much of it as is used
    )
    with pytest.raises(NetworkError):
        await AzureBatchTranscriber(connection).result("1")
    await connection.close()
    assert credential.scopes == ["https://cognitiveservices.azure.com/.default"]
    assert credential.closed
