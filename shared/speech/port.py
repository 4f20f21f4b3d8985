"""The port to speech recognition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from shared.ai.port import ModelCall
from shared.errors import UnsupportedMediaError


class TranscriptionFailedError(UnsupportedMediaError):
    """The sound could not be transcribed."""


class Way(StrEnum):
    """How a transcript comes about."""

    #: Submitted, and fetched later: the cheapest; minutes to hours.
    BATCH = "batch"
    #: Answered at once, faster than real time.
    FAST = "fast"
    #: Streamed by the Speech SDK: for very short clips.
    STREAMED = "streamed"


class SpokenWord(BaseModel):
    """One word with its place in the sound."""

    model_config = ConfigDict(frozen=True)

    start_seconds: float
    end_seconds: float
    text: str


class SpokenPhrase(BaseModel):
    """One phrase with its place in the sound."""

    model_config = ConfigDict(frozen=True)

    start_seconds: float
    end_seconds: float
    text: str
    #: BCP 47.
    language: str | None = None
    #: Its words, where the service tells their times.
    words: Sequence[SpokenWord] = ()


class SpokenText(BaseModel):
    """What is said."""

    model_config = ConfigDict(frozen=True)

    text: str
    phrases: Sequence[SpokenPhrase] = ()
    #: BCP 47; the one most is said in.
    language: str | None = None
    #: What the service was paid for.
    audio_seconds: float
    way: Way


@dataclass(frozen=True, kw_only=True)
class Payer:
    """Who pays for a transcription, and where it is noted."""

    creator_id: str
    #: The engine's is `JobContext.spent`.
    spent: Callable[[ModelCall], None]


class Transcriber(Protocol):
    """Answers at once with what is said in a sound file (16 kHz mono; FLAC, or WAV)."""

    way: Way

    async def transcribe(
        self, sound: Path, *, seconds: float, languages: Sequence[str], deadline: float
    ) -> SpokenText:
        """Return what is said.

        Args:
            sound: the file.
            seconds: its length.
            languages: BCP 47 candidates, the likeliest first; empty lets the service find out.
            deadline: monotonic seconds after which no answer is wanted.

        Raises:
            JobError: `RateLimitError`, `NetworkError`, `JobTimeoutError`, `UnsupportedMediaError`.
        """
        ...


class BatchTranscriber(Protocol):
    """Takes sound now and has its words later. Raises as `Transcriber` does."""

    async def submit(self, name: str, sound_url: str, *, seconds: float, languages: Sequence[str]) -> str:
        """Ask for a transcript and return its id. A name already submitted is not submitted (paid) again.

        Args:
            name: ours; a failed transcription of the same name gives way to a new one.
            sound_url: reads the sound, for as long as the service may take.
            seconds: the sound's length.
            languages: BCP 47 candidates, the likeliest first; empty lets the service find out.
        """
        ...

    async def result(self, transcription_id: str) -> SpokenText | None:
        """Return the words, or `None` while they are not ready.

        Raises:
            TranscriptionFailedError: there will never be any, or the service does not know the id.
        """
        ...

    async def forget(self, transcription_id: str) -> None:
        """Delete a transcription at the service; one that is gone is fine."""
        ...

    async def name_of(self, transcription_id: str) -> str | None:
        """Return the name a transcription was submitted under; `None` when the service does not know it."""
        ...


class Speech(Protocol):
    """The ways of transcription that the operator has, each paid by the job that takes it."""

    @property
    def offered(self) -> Collection[Way]:
        """The ways there are."""
        ...

    def at_once(self, way: Way, payer: Payer) -> Transcriber:
        """Return who answers at once; it raises `BudgetExceededError`, too.

        Raises:
            TranscriptionFailedError: that way is not offered.
        """
        ...

    def batches(self, payer: Payer) -> BatchTranscriber:
        """Return who takes sound now and has its words later; `submit` raises `BudgetExceededError`, too.

        Raises:
            TranscriptionFailedError: that way is not offered.
        """
        ...
