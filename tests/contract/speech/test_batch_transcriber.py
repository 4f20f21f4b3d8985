"""What every batch transcriber must do; Azure's, against the simulator, and the twin run the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from shared.speech.batch import AzureBatchTranscriber
from shared.speech.connection import SpeechConnection
from shared.speech.memory import MemoryBatchTranscriber
from shared.speech.port import BatchTranscriber, SpokenText, TranscriptionFailedError, Way
from tests.speech_world import Simulator

LANGUAGES = ("en-US", "fr-FR")


@dataclass(frozen=True, kw_only=True)
class World:
    """A batch transcriber, and what a test needs to know of the world behind it."""

    transcriber: BatchTranscriber
    sound_url: str
    #: Lets the next transcription fail.
    fail_next: Callable[[], Awaitable[None]]
    #: Lets time pass.
    pass_time: Callable[[], Awaitable[None]]
    #: The names that were submitted and accepted.
    submitted: Callable[[], Awaitable[list[str]]]

    async def submit(self, name: str = "job_1.transcript") -> str:
        """Submit the sound."""
        return await self.transcriber.submit(name, self.sound_url, seconds=10, languages=LANGUAGES)

    async def words(self, transcription: str) -> SpokenText:
        """Wait for a transcription's words."""
        for _ in range(200):
            await self.pass_time()
            if spoken := await self.transcriber.result(transcription):
                return spoken
        raise AssertionError("it never ended")


@pytest.fixture
def azure_world(connection: SpeechConnection, simulator: Simulator, sound_url: str) -> World:
    async def submitted() -> list[str]:
        return list((await simulator.told())["submitted"])

    return World(
        transcriber=AzureBatchTranscriber(connection),
        sound_url=sound_url,
        fail_next=lambda: simulator.order(kind="failed"),
        pass_time=lambda: asyncio.sleep(0.02),
        submitted=submitted,
    )


@pytest.fixture
def memory_world() -> World:
    transcriber = MemoryBatchTranscriber()
    failing: list[bool] = []

    async def submitted() -> list[str]:
        return transcriber.paid

    async def fail_next() -> None:
        failing.append(True)

    async def pass_time() -> None:
        for transcription in transcriber.names:
            if failing:
                failing.pop()
                transcriber.fail(transcription)
            else:
                transcriber.finish(transcription)

    return World(
        transcriber=transcriber,
        sound_url="https://account.blob.core.windows.net/speech/sound.wav?sig=secret",
        fail_next=fail_next,
        pass_time=pass_time,
        submitted=submitted,
    )


@pytest.fixture(params=["azure", "memory"])
def world(request: pytest.FixtureRequest) -> World:
    """Each in turn."""
    found: World = request.getfixturevalue(f"{request.param}_world")
    return found


async def test_words_come_later(world: World) -> None:
    transcription = await world.submit()
    assert await world.transcriber.result(transcription) is None
    spoken = await world.words(transcription)
    assert "(simulated)" in spoken.text
    assert (spoken.way, spoken.language) == (Way.BATCH, "en-US")
    assert spoken.audio_seconds == pytest.approx(10)
    assert spoken.phrases[0].start_seconds == 0
    assert spoken.phrases[-1].end_seconds == pytest.approx(10)


async def test_a_name_is_submitted_once(world: World) -> None:
    """As after a crash between the submission and its note."""
    first = await world.submit()
    assert await world.submit() == first
    await world.words(first)
    assert await world.submit() == first
    assert await world.submit("job_2.transcript") != first
    assert await world.submitted() == ["job_1.transcript", "job_2.transcript"]


async def test_a_failed_transcription_says_so_for_good(world: World) -> None:
    await world.fail_next()
    transcription = await world.submit()
    with pytest.raises(TranscriptionFailedError):
        await world.words(transcription)
    with pytest.raises(TranscriptionFailedError):
        await world.transcriber.result(transcription)


async def test_a_name_whose_transcription_failed_may_be_submitted_again(world: World) -> None:
    await world.fail_next()
    failed = await world.submit()
    with pytest.raises(TranscriptionFailedError):
        await world.words(failed)
    again = await world.submit()
    assert again != failed
    assert (await world.words(again)).text
    assert await world.transcriber.name_of(failed) is None


async def test_a_forgotten_transcription_is_gone(world: World) -> None:
    transcription = await world.submit()
    await world.transcriber.forget(transcription)
    await world.transcriber.forget(transcription)
    with pytest.raises(TranscriptionFailedError):
        await world.transcriber.result(transcription)
    assert await world.submit() != transcription


async def test_a_transcription_is_known_by_its_name(world: World) -> None:
    transcription = await world.submit("job_1.transcript")
    assert await world.transcriber.name_of(transcription) == "job_1.transcript"
    assert await world.transcriber.name_of("00000000-0000-0000-0000-000000000000") is None
