"""How fans' messages are answered, counted: the metric `huntaze.chat.messages`."""

from __future__ import annotations

from enum import StrEnum

from opentelemetry import metrics
from opentelemetry.metrics import MeterProvider

SCOPE = "huntaze.workers.chat"


class Source(StrEnum):
    """Where a message's suggestions come from."""

    #: The bank had lines.
    BANK_HIT = "bank_hit"
    #: The bank was filled for it: later ones cost nothing.
    BANK_FILLED = "bank_filled"
    #: An everyday message that the bank had no line for: the model was asked.
    BANK_MISS = "bank_miss"
    #: A message of its own substance: the model was asked, or the cache.
    MODEL = "model"
    #: Forbidden: declined without asking a model.
    DECLINED = "declined"
    #: A newer message had come.
    SUPERSEDED = "superseded"


class ChatMeasures:
    """Counts messages. Costs next to nothing while nobody reads the meter.

    Args:
        meter_provider: the process's own by default.
    """

    def __init__(self, meter_provider: MeterProvider | None = None) -> None:
        meter = metrics.get_meter(SCOPE, meter_provider=meter_provider)
        self._messages = meter.create_counter(
            "huntaze.chat.messages", unit="{message}", description="Fans' messages, by what answered them."
        )

    def answered(self, source: Source, *, intent: str = "", language: str = "") -> None:
        """Count a message."""
        known = {"huntaze.chat.intent": intent, "huntaze.chat.language": language}
        said = {name: value for name, value in known.items() if value}
        self._messages.add(1, {"huntaze.chat.source": source.value, **said})
