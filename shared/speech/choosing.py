"""Which way a sound is transcribed: the cheapest that can do it, in time if time matters.

Silence and music cost nothing: whoever asks here has already heard speech.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.ai.deployment import SpeechService
from shared.ai.port import Thrift
from shared.speech.port import Way
from shared.speech.prices import SERVICES, cost_usd_micros

#: Azure's limits on fast transcription: below two hours, below 300 MB.
FAST_MAX_SECONDS = 7_200.0
FAST_MAX_BYTES = 300_000_000
#: The SDK recognises at the speed of speech and holds a connection meanwhile: for very short clips alone.
STREAMED_MAX_SECONDS = 15.0
#: Languages the SDK tells apart at the start of a stream.
STREAMED_MAX_LANGUAGES = 4
#: Azure's limit on a file for batch transcription is 1 GB.
BATCH_MAX_BYTES = 1_000_000_000

#: Fast transcription is "faster than real time"; how much faster is an assumption (`docs/unverified.md`).
_FAST_SPEED = 4.0
_FAST_OVERHEAD_SECONDS = 5.0
_STREAMED_OVERHEAD_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be transcribed, and under which conditions."""

    seconds: float
    size_bytes: int
    #: The file is a WAV file: the SDK reads no other.
    is_wav: bool = False
    #: BCP 47 candidates.
    languages: Collection[str] = ()
    #: The words are of no use after the deadline; otherwise they may follow later.
    at_once: bool = False
    #: Until the deadline.
    seconds_left: float
    thrift: Thrift = Thrift.NONE
    #: The most it may cost; `None` leaves it to the budget.
    budget_usd_micros: int | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A way, or none, and why, in one sentence for the result."""

    way: Way | None
    reason: str


def choose(
    wanted: Wanted, offered: Collection[Way], services: Mapping[Way, SpeechService] = SERVICES
) -> Choice:
    """Return the cheapest way that can do what is wanted.

    Args:
        wanted: the sound and the conditions.
        offered: the ways that are configured.
        services: their prices.

    Raises:
        ConfigurationError: the price of an offered way is unknown.
    """
    if not wanted.seconds > 0:
        return Choice(way=None, reason="There is no sound to transcribe.")
    if not offered:
        return Choice(way=None, reason="No speech service is configured.")
    refusals: list[str] = []
    for way in sorted(offered, key=lambda way: (cost_usd_micros(way, 3_600, services), way)):
        refusal = _refusal(way, wanted, cost_usd_micros(way, wanted.seconds, services))
        if refusal is None:
            return Choice(way=way, reason=_praise(way, refusals))
        refusals.append(f"{way.value}: {refusal}")
    return Choice(way=None, reason=f"No transcription fits ({'; '.join(refusals)}).")


def _praise(way: Way, refusals: Collection[str]) -> str:
    beside = f" ({'; '.join(refusals)})" if refusals else ""
    return f"The cheapest way that fits is {way.value} transcription{beside}."


def _refusal(way: Way, wanted: Wanted, cost: int) -> str | None:
    """Return why a way cannot be taken, in a few words."""
    if wanted.budget_usd_micros is not None and cost > wanted.budget_usd_micros:
        return "costs more than is allowed"
    if way is Way.BATCH:
        return _batch_refusal(wanted)
    if wanted.thrift >= Thrift.CHEAP:
        return "too dear while money is short"
    return _fast_refusal(wanted) if way is Way.FAST else _streamed_refusal(wanted)


def _batch_refusal(wanted: Wanted) -> str | None:
    if wanted.at_once:
        return "its words come too late"
    return "the file is too large" if wanted.size_bytes > BATCH_MAX_BYTES else None


def _fast_refusal(wanted: Wanted) -> str | None:
    if wanted.seconds >= FAST_MAX_SECONDS:
        return "the sound is too long"
    if wanted.size_bytes >= FAST_MAX_BYTES:
        return "the file is too large"
    if wanted.seconds / _FAST_SPEED + _FAST_OVERHEAD_SECONDS > wanted.seconds_left:
        return "too little time is left"
    return None


def _streamed_refusal(wanted: Wanted) -> str | None:
    if not wanted.is_wav:
        return "the sound is no WAV file"
    if wanted.seconds > STREAMED_MAX_SECONDS:
        return "the sound is too long"
    if len(wanted.languages) > STREAMED_MAX_LANGUAGES:
        return "too many languages to tell apart"
    if wanted.seconds + _STREAMED_OVERHEAD_SECONDS > wanted.seconds_left:
        return "too little time is left"
    return None
