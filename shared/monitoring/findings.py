"""From what was read to what is wrong: pure functions, with a margin between raising and clearing.

The names of the events and their fields, and the thresholds, are those of `infra/alerts.json`, which the
alert rules in Azure are made from; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.ai.spending import MARKS_PERCENT
from shared.monitoring.readings import Ended, Readings, Waiting

#: An alert stands until its figure is clearly better than what raised it: at half of the threshold. What
#: swings around the threshold is one alert, not one a minute.
CLEAR_SHARE = 0.5
_USD_MICROS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """From where on something is wrong."""

    #: More than so many dead letters in one subscription.
    dead_letters: int = 10
    #: A job that should have ended, or been looked at, so long ago is stuck.
    job_stuck_seconds: int = 900
    #: A recorded message that waits for longer is late.
    outbox_lag_seconds: int = 120
    #: So many per cent of a type's last jobs failed, of so many that ended at least.
    error_rate_percent: int = 10
    error_rate_least_jobs: int = 20


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong."""

    event: str
    #: What it is about: alerts of the same event and subject are the same alert.
    subject: str
    fields: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """What tells two apart."""
        return self.event, self.subject


def findings(
    readings: Readings, thresholds: Thresholds, standing: Collection[tuple[str, str]]
) -> list[Finding]:
    """Return what is wrong now.

    Args:
        readings: what was read; what could not be read is `None`, and says nothing either way.
        thresholds: from where on something is wrong.
        standing: the alerts that were raised and not cleared, for which the better threshold counts.
    """
    return [
        *_dead_letters(readings, thresholds, standing),
        *_late(readings, thresholds, standing),
        *_failing(readings, thresholds, standing),
        *_budget(readings),
    ]


def unread(readings: Readings) -> frozenset[str]:
    """Return the events about which nothing is known this time: their alerts stand as they stood."""
    missing = []
    if readings.dead_letters is None:
        missing.append("dead_letters_high")
    if readings.stuck is None or readings.unsent is None:
        missing += ["job_stuck", "outbox_lag"]
    if readings.ended is None:
        missing.append("error_rate_high")
    if readings.spent_usd_micros is None:
        missing.append("budget_mark")
    return frozenset(missing)


def _dead_letters(
    readings: Readings, thresholds: Thresholds, standing: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    for (topic, subscription), count in (readings.dead_letters or {}).items():
        key = ("dead_letters_high", subscription)
        if _above(count, thresholds.dead_letters, holds=key in standing):
            fields = {
                "topic": topic,
                "subscription": subscription,
                "count": count,
                "threshold": thresholds.dead_letters,
            }
            yield Finding(event=key[0], subject=key[1], fields=fields)


def _late(
    readings: Readings, thresholds: Thresholds, standing: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    kinds: tuple[tuple[str, str, Mapping[str, Waiting], int], ...] = (
        ("job_stuck", "job_type", readings.stuck or {}, thresholds.job_stuck_seconds),
        ("outbox_lag", "topic", readings.unsent or {}, thresholds.outbox_lag_seconds),
    )
    for event, of, waiting, threshold_seconds in kinds:
        for name, found in waiting.items():
            if found.count and _above(
                found.oldest_seconds, threshold_seconds, holds=(event, name) in standing
            ):
                fields = {
                    of: name,
                    "count": found.count,
                    "oldest_seconds": int(found.oldest_seconds),
                    "threshold_seconds": threshold_seconds,
                }
                yield Finding(event=event, subject=name, fields=fields)


def _failing(
    readings: Readings, thresholds: Thresholds, standing: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    for job_type, found in (readings.ended or {}).items():
        holds = ("error_rate_high", job_type) in standing
        if not holds and found.finished < thresholds.error_rate_least_jobs:
            continue
        percent = _percent(found)
        if _above(percent, thresholds.error_rate_percent, holds=holds):
            fields = {
                "job_type": job_type,
                "failed": found.failed,
                "finished": found.finished,
                "percent": percent,
                "threshold_percent": thresholds.error_rate_percent,
            }
            yield Finding(event="error_rate_high", subject=job_type, fields=fields)


def _budget(readings: Readings) -> Iterator[Finding]:
    """Say only the highest mark; a month that begins anew clears it."""
    spent, budget = readings.spent_usd_micros, readings.budget_usd_micros
    if spent is None or not budget:
        return
    passed = [mark for mark in MARKS_PERCENT if spent * 100 >= mark * budget]
    if passed:
        fields = {
            "percent": passed[-1],
            "spent_usd": round(spent / _USD_MICROS, 2),
            "budget_usd": round(budget / _USD_MICROS, 2),
        }
        yield Finding(event="budget_mark", subject=str(passed[-1]), fields=fields)


def _above(value: float, threshold: float, *, holds: bool) -> bool:
    return value > (threshold * CLEAR_SHARE if holds else threshold)


def _percent(found: Ended) -> int:
    return found.failed * 100 // found.finished if found.finished else 0
