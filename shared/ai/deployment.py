"""A model as it is deployed: where it answers, what it costs, what it can do, and until when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import SecretStr

from shared.ai.port import Usage

#: Azure's sample of DeepSeek-R1 takes 886 tokens to answer a question of 11: room for twice as many thoughts.
THINKING_TOKENS = 2_048
_TOKENS_PER_PRICE = 1_000_000
_SECONDS_PER_HOUR = 3_600


class Wire(StrEnum):
    """The form of the HTTP API that a deployment speaks."""

    #: Foundry's own `/models/chat/completions`, whose retirement Azure announced for 2026-08-26.
    MODELS = "models"
    #: `/openai/v1/chat/completions`, which replaces it.
    OPENAI_V1 = "openai_v1"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A model as it is deployed: its name on the endpoint, its price and its abilities."""

    #: What the endpoint knows it by; case matters there.
    name: str
    #: The catalogue's name for the model behind it; empty means the same as `name`.
    family: str = ""
    #: Where it answers; `None` is the default endpoint.
    endpoint: str | None = None
    #: The key of that endpoint; `None` is the default one's.
    key: SecretStr | None = None
    #: What that endpoint speaks.
    wire: Wire = Wire.MODELS
    input_usd_micros_per_million_tokens: int
    output_usd_micros_per_million_tokens: int
    #: Who says so, and when we read it.
    price_source: str = ""
    price_read_on: date | None = None
    #: The most that one answer may be, thinking included.
    max_output_tokens: int
    #: The most that question and answer may be together.
    context_tokens: int = 128_000
    #: Takes `response_format: json_object`.
    json_mode: bool = False
    images: bool = False
    tools: bool = False
    #: Thinks before it answers, and bills its thoughts as output.
    reasoning: bool = False
    #: Takes a temperature; models that think aloud do not.
    temperature: bool = True
    #: The languages (BCP 47, primary subtags) its maker names; `None` when it names none.
    languages: frozenset[str] | None = None
    #: Calls that one process may have under way. Foundry's default quota is 300 for all processes together.
    max_concurrent_calls: int = 32
    #: From this day on its calls may end in a 404.
    retires_on: date | None = None
    #: The family that takes its place then.
    successor: str | None = None

    @property
    def identity(self) -> tuple[str | None, str]:
        """Where it answers and under which name: two of the same identity are one deployment."""
        return self.endpoint, self.name

    def speaks(self, language: str | None) -> bool:
        """Tell whether it knows a language, given as a BCP 47 tag, as far as anybody says."""
        if language is None or self.languages is None:
            return True
        return language.partition("-")[0].casefold() in self.languages

    def most_output_tokens(self, answer_tokens: int) -> int:
        """Return what to allow for an answer of at most so many tokens: thinking needs room, too."""
        thinking_tokens = THINKING_TOKENS if self.reasoning else 0
        return min(answer_tokens + thinking_tokens, self.max_output_tokens)

    def cost_usd_micros(self, usage: Usage) -> int:
        """Return what a call costs, rounded up to whole micro-dollars."""
        return self.price_usd_micros(usage.input_tokens, usage.output_tokens)

    def price_usd_micros(self, input_tokens: int, output_tokens: int) -> int:
        """Return what so many tokens cost, rounded up to whole micro-dollars."""
        price = (
            input_tokens * self.input_usd_micros_per_million_tokens
            + output_tokens * self.output_usd_micros_per_million_tokens
        )
        return -(-price // _TOKENS_PER_PRICE)


@dataclass(frozen=True, kw_only=True)
class SpeechService:
    """A service that writes down what is said: it is paid by the hour of audio, not by the token."""

    name: str
    usd_micros_per_audio_hour: int
    price_source: str
    price_read_on: date

    def cost_usd_micros(self, audio_seconds: float) -> int:
        """Return what a transcription costs, rounded up to whole micro-dollars."""
        return math.ceil(audio_seconds * self.usd_micros_per_audio_hour / _SECONDS_PER_HOUR)
