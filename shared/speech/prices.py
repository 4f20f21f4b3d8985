"""What an hour of sound costs, for each way to transcribe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shared.ai.deployment import SpeechService
from shared.ai.models import SPEECH
from shared.ai.port import ModelCall, Usage
from shared.errors import ConfigurationError
from shared.speech.port import Way

#: Names a transcription in the ledger.
TASK = "video.transcribe"

#: Fast transcription's price is not confirmed by a price list: `docs/unverified.md` says so.
SERVICES: Mapping[Way, SpeechService] = {
    Way.BATCH: replace(SPEECH, name="azure-speech-batch"),
    Way.FAST: SpeechService(
        name="azure-speech-fast",
        usd_micros_per_audio_hour=360_000,
        price_source="twice the batch price, as Azure's pages had it; not verified",
        price_read_on=date(2026, 11, 24),
    ),
    Way.STREAMED: SpeechService(
        name="azure-speech-streamed",
        usd_micros_per_audio_hour=1_000_000,
        price_source="LiteLLM's price map, azure/speech: $0.000278 a second",
        price_read_on=date(2026, 11, 24),
    ),
}


def service_of(way: Way, services: Mapping[Way, SpeechService] = SERVICES) -> SpeechService:
    """Return the service behind a way, with its price.

    Raises:
        ConfigurationError: nobody said what it costs; an unknown price is never taken for nothing.
    """
    service = services.get(way)
    if service is None or service.usd_micros_per_audio_hour <= 0 or not service.price_source:
        raise ConfigurationError(f"The price of {way.value} transcription is unknown.")
    return service


def cost_usd_micros(way: Way, seconds: float, services: Mapping[Way, SpeechService] = SERVICES) -> int:
    """Return what so much sound costs, rounded up.

    Raises:
        ConfigurationError: the price is unknown.
    """
    return service_of(way, services).cost_usd_micros(max(0.0, seconds))


def call_of(way: Way, seconds: float, services: Mapping[Way, SpeechService] = SERVICES) -> ModelCall:
    """Return the ledger's row for a transcription: money, and no tokens.

    Raises:
        ConfigurationError: the price is unknown.
    """
    return ModelCall(
        task=TASK,
        role="transcription",
        deployment=service_of(way, services).name,
        usage=Usage(input_tokens=0, output_tokens=0),
        cost_usd_micros=cost_usd_micros(way, seconds, services),
    )
