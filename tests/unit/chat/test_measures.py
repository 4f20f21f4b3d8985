"""How messages were answered, as the meter tells it."""

from __future__ import annotations

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from workers.chat_suggestions.measures import ChatMeasures, Source


def test_messages_are_counted_by_what_answered_them() -> None:
    """With what they were for, where that is known; never with what they said."""
    reader = InMemoryMetricReader()
    provider = MeterProvider(metric_readers=[reader])
    measures = ChatMeasures(provider)
    measures.answered(Source.BANK_HIT, intent="thanks", language="fr")
    measures.answered(Source.BANK_HIT, intent="thanks", language="fr")
    measures.answered(Source.MODEL)
    data = reader.get_metrics_data()
    provider.shutdown()
    assert data
    [metric] = data.resource_metrics[0].scope_metrics[0].metrics
    counted = {
        tuple(sorted((point.attributes or {}).items())): getattr(point, "value", None)
        for point in metric.data.data_points
    }
    assert metric.name == "huntaze.chat.messages"
    assert counted == {
        (
            ("huntaze.chat.intent", "thanks"),
            ("huntaze.chat.language", "fr"),
            ("huntaze.chat.source", "bank_hit"),
        ): 2,
        (("huntaze.chat.source", "model"),): 1,
    }
