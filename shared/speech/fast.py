"""Fast transcription over Azure's REST API: the sound goes up, the words come back, faster than real time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from shared.clock import Clock
from shared.errors import JobTimeoutError, UnsupportedMediaError
from shared.speech.answers import fast_text
from shared.speech.choosing import FAST_MAX_BYTES, FAST_MAX_SECONDS
from shared.speech.connection import SpeechConnection, refused
from shared.speech.languages import candidates
from shared.speech.port import SpokenText, Way


class AzureFastTranscriber:
    """Azure Speech's fast transcription."""

    way = Way.FAST

    def __init__(self, connection: SpeechConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def transcribe(
        self, sound: Path, *, seconds: float, languages: Sequence[str], deadline: float
    ) -> SpokenText:
        """See `Transcriber.transcribe`."""
        size_bytes = (await asyncio.to_thread(sound.stat)).st_size
        if seconds >= FAST_MAX_SECONDS or size_bytes >= FAST_MAX_BYTES:
            raise UnsupportedMediaError("The sound is too long for fast transcription.")
        left = deadline - self._clock.monotonic()
        if left <= 0:
            raise JobTimeoutError
        with sound.open("rb") as data:
            answer = await self._connection.ask(
                "POST",
                "/transcriptions:transcribe",
                form=lambda: _form(data, sound.name, languages),
                timeout_seconds=left,
            )
        spoken = fast_text(answer.json()) if answer.status == HTTPStatus.OK else None
        if spoken is None:
            raise refused(answer)
        return spoken if spoken.audio_seconds else spoken.model_copy(update={"audio_seconds": seconds})


def _form(data: Any, name: str, languages: Sequence[str]) -> Any:
    import aiohttp

    definition = {
        "locales": candidates(languages),
        "profanityFilterMode": "None",
        "channels": [0],
    }
    form = aiohttp.FormData()
    media = "audio/wav" if name.endswith(".wav") else "audio/flac"
    form.add_field("audio", data, filename=name, content_type=media)
    form.add_field("definition", json.dumps(definition), content_type="application/json")
    return form
