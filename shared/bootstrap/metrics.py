"""Metrics, composed."""

from __future__ import annotations

from dataclasses import dataclass

from opentelemetry.metrics import get_meter

from shared.metrics.measures import JobMeasures
from shared.metrics.port import Metrics
from shared.metrics.postgres import PostgresMetrics
from shared.persistence.database import Database


@dataclass(frozen=True, kw_only=True)
class MetricsDesk:
    """All that counting needs."""

    metrics: Metrics
    measures: JobMeasures


def metrics_desk(database: Database) -> MetricsDesk:
    """Compose it.

    Args:
        database: the store's.
    """
    return MetricsDesk(metrics=PostgresMetrics(database), measures=JobMeasures(get_meter("huntaze.jobs")))
