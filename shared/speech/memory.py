"""The in-memory twins of both ports: what they hear is told them beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from shared.clock import Clock
from shared.errors import JobTimeoutError
from shared.speech.port import SpokenPhrase, SpokenText, TranscriptionFailedError, Way

_SAID = "(simulated) Nobody listened to this."


def simulated_text(seconds: float, way: Way, languages: Sequence[str] = ()) -> SpokenText:
    """Return a transcript of one phrase, as long as the sound."""
    language = languages[0] if languages else "en-US"
    phrase = SpokenPhrase(start_seconds=0.0, end_seconds=seconds, text=_SAID, language=language)
    return SpokenText(text=_SAID, phrases=(phrase,), language=language, audio_seconds=seconds, way=way)


class MemoryTranscriber:
    """Answers at once, with what it was told to or with a transcript that says it is simulated.

    Args:
        clock: the clock that deadlines are measured by.
        way: what it passes for.
        error: raised in the place of an answer.
    """

    def __init__(self, clock: Clock, *, way: Way = Way.FAST, error: BaseException | None = None) -> None:
        self.way = way
        self.error = error
        #: The files it was given.
        self.heard: list[Path] = []
        self._clock = clock

    async def transcribe(
        self, sound: Path, *, seconds: float, languages: Sequence[str], deadline: float
    ) -> SpokenText:
        """See `Transcriber.transcribe`."""
        if deadline <= self._clock.monotonic():
            raise JobTimeoutError
        self.heard.append(sound)
        if self.error is not None:
            raise self.error
        return simulated_text(seconds, self.way, languages)


@dataclass(kw_only=True)
class _Transcription:
    name: str
    sound_url: str
    seconds: float
    languages: Sequence[str]
    spoken: SpokenText | None = None
    failed: bool = False


@dataclass(kw_only=True)
class MemoryBatchTranscriber:
    """Keeps transcriptions until `finish` or `fail` ends them."""

    transcriptions: dict[str, _Transcription] = field(default_factory=dict)
    #: The names that were submitted and paid for, in order.
    paid: list[str] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def submit(self, name: str, sound_url: str, *, seconds: float, languages: Sequence[str]) -> str:
        """See `BatchTranscriber.submit`."""
        for found, transcription in tuple(self.transcriptions.items()):
            if transcription.name == name and not transcription.failed:
                return found
            if transcription.name == name:
                del self.transcriptions[found]
        new = f"transcription-{next(self._numbers)}"
        self.transcriptions[new] = _Transcription(
            name=name, sound_url=sound_url, seconds=seconds, languages=languages
        )
        self.paid.append(name)
        return new

    async def result(self, transcription_id: str) -> SpokenText | None:
        """See `BatchTranscriber.result`."""
        transcription = self.transcriptions.get(transcription_id)
        if transcription is None or transcription.failed:
            raise TranscriptionFailedError
        return transcription.spoken

    async def forget(self, transcription_id: str) -> None:
        """See `BatchTranscriber.forget`."""
        self.transcriptions.pop(transcription_id, None)

    async def name_of(self, transcription_id: str) -> str | None:
        """See `BatchTranscriber.name_of`."""
        transcription = self.transcriptions.get(transcription_id)
        return transcription.name if transcription else None

    def finish(self, transcription_id: str, spoken: SpokenText | None = None) -> None:
        """Let a transcription succeed."""
        transcription = self.transcriptions[transcription_id]
        transcription.spoken = spoken or simulated_text(
            transcription.seconds, Way.BATCH, transcription.languages
        )

    def fail(self, transcription_id: str) -> None:
        """Let a transcription fail."""
        self.transcriptions[transcription_id].failed = True

    @property
    def names(self) -> Mapping[str, str]:
        """The transcriptions that are kept, by id."""
        return {found: transcription.name for found, transcription in self.transcriptions.items()}
