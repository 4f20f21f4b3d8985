"""Every model we know: price, limits, abilities, and the day it retires.

Prices are integers: micro-dollars per million tokens. A model without a price is not listed: an unknown price
is an error, never $0. Where the founding document prices a model, its figure stands: it is never below what
LiteLLM's map says, so a budget kept by it holds. Context and answers: Microsoft's model tables of 2025;
languages: the makers' model cards. DeepSeek-V3.2's and Mistral-Large-3's JSON mode is that of their
predecessors, for want of a newer table; every answer is checked by us anyway.

Retirements: Microsoft's schedule of 2026-07-07 and, for what it does not date, LiteLLM's map (DeepSeek-V3;
Phi-4 and Llama, whose dates nobody else confirms and which have no successor yet). DeepSeek-R1's successor is
Microsoft's; DeepSeek-V3's is V3.2 and not V4-Flash, which always thinks before it answers.
"""

from __future__ import annotations

from datetime import date

from shared.ai.deployment import Deployment, SpeechService

_FOUNDING = "founding document"
_MARKETPLACE = "Azure marketplace, as Mistral-Large-2411"
_LITELLM = "LiteLLM 1.109.1 price map"
_READ_ON = date(2026, 11, 24)
_SERIES_RETIRES_ON = date(2027, 1, 17)

_PHI_LANGUAGES = frozenset(
    "ar zh cs da nl en fi fr de he hu it ja ko no nb pl pt ru es sv th tr uk".split()  # noqa: SIM905 - legible
)
_LLAMA_LANGUAGES = frozenset(("en", "de", "fr", "it", "pt", "hi", "es", "th"))

#: Every model with a known price.
KNOWN: tuple[Deployment, ...] = (
    Deployment(
        name="DeepSeek-V3",
        family="DeepSeek-V3",
        input_usd_micros_per_million_tokens=1_140_000,
        output_usd_micros_per_million_tokens=4_560_000,
        price_source=_FOUNDING,
        price_read_on=_READ_ON,
        max_output_tokens=8_192,
        json_mode=True,
        retires_on=date(2025, 8, 31),
        successor="DeepSeek-V3.2",
    ),
    Deployment(
        name="DeepSeek-V3.2",
        family="DeepSeek-V3.2",
        input_usd_micros_per_million_tokens=580_000,
        output_usd_micros_per_million_tokens=1_680_000,
        price_source=_LITELLM,
        price_read_on=_READ_ON,
        max_output_tokens=8_192,
        json_mode=True,
    ),
    Deployment(
        name="DeepSeek-V4-Flash",
        family="DeepSeek-V4-Flash",
        input_usd_micros_per_million_tokens=190_000,
        output_usd_micros_per_million_tokens=510_000,
        price_source=_LITELLM,
        price_read_on=_READ_ON,
        max_output_tokens=8_192,
        reasoning=True,
        temperature=False,
    ),
    Deployment(
        name="DeepSeek-V4-Pro",
        family="DeepSeek-V4-Pro",
        input_usd_micros_per_million_tokens=1_740_000,
        output_usd_micros_per_million_tokens=3_480_000,
        price_source=_LITELLM,
        price_read_on=_READ_ON,
        max_output_tokens=32_768,
        reasoning=True,
        temperature=False,
    ),
    Deployment(
        name="DeepSeek-R1",
        family="DeepSeek-R1",
        input_usd_micros_per_million_tokens=1_350_000,
        output_usd_micros_per_million_tokens=5_400_000,
        price_source=_FOUNDING,
        price_read_on=_READ_ON,
        max_output_tokens=32_768,
        reasoning=True,
        temperature=False,
        retires_on=date(2026, 8, 13),
        successor="DeepSeek-V4-Pro",
    ),
    Deployment(
        name="Mistral-Large",
        family="Mistral-Large",
        input_usd_micros_per_million_tokens=2_000_000,
        output_usd_micros_per_million_tokens=6_000_000,
        price_source=_MARKETPLACE,
        price_read_on=_READ_ON,
        max_output_tokens=4_096,
        json_mode=True,
        tools=True,
        retires_on=date(2026, 1, 30),
        successor="Mistral-Large-3",
    ),
    Deployment(
        name="Mistral-Large-3",
        family="Mistral-Large-3",
        input_usd_micros_per_million_tokens=500_000,
        output_usd_micros_per_million_tokens=1_500_000,
        price_source=_LITELLM,
        price_read_on=_READ_ON,
        max_output_tokens=4_096,
        json_mode=True,
        tools=True,
    ),
    Deployment(
        name="Llama-3.3-70B-Instruct",
        family="Llama-3.3-70B-Instruct",
        input_usd_micros_per_million_tokens=710_000,
        output_usd_micros_per_million_tokens=710_000,
        price_source=_LITELLM,
        price_read_on=_READ_ON,
        max_output_tokens=8_192,
        languages=_LLAMA_LANGUAGES,
        retires_on=date(2027, 1, 31),
    ),
    Deployment(
        name="Phi-4-multimodal-instruct",
        family="Phi-4-multimodal-instruct",
        input_usd_micros_per_million_tokens=400_000,
        output_usd_micros_per_million_tokens=400_000,
        price_source=_FOUNDING,
        price_read_on=_READ_ON,
        max_output_tokens=4_096,
        images=True,
        languages=frozenset(("en",)),  # about pictures, which is all we ask it
        retires_on=_SERIES_RETIRES_ON,
    ),
    Deployment(
        name="Phi-4-mini-instruct",
        family="Phi-4-mini-instruct",
        input_usd_micros_per_million_tokens=400_000,
        output_usd_micros_per_million_tokens=400_000,
        price_source=_FOUNDING,
        price_read_on=_READ_ON,
        max_output_tokens=4_096,
        languages=_PHI_LANGUAGES,
        retires_on=_SERIES_RETIRES_ON,
    ),
)

#: Transcription. Azure publishes no figure that we could read: this is the founding document's, for batches.
SPEECH = SpeechService(
    name="Azure Speech batch transcription",
    usd_micros_per_audio_hour=180_000,
    price_source=_FOUNDING,
    price_read_on=_READ_ON,
)


def setting_prefix(family: str) -> str:
    """Return what a model is called in settings: `AZURE_PHI4_MINI` is Phi-4-mini-instruct's."""
    name = family.casefold().removesuffix("-instruct").replace("phi-4", "phi4")
    return f"AZURE_{name.translate(str.maketrans('-.', '__')).upper()}"
