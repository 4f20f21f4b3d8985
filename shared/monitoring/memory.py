"""The in-memory twins of what the monitor reads and keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.clock import Clock
from shared.monitoring.alerts import Alert
from shared.monitoring.findings import Finding
from shared.monitoring.readings import Figures


class MemoryAlerts:
    """Alerts in this process: an `Alerts`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alerts: dict[tuple[str, str], Alert] = {}

    async def raise_all(self, found: Sequence[Finding]) -> Sequence[Alert]:
        """See `Alerts.raise_all`."""
        raised = []
        for finding in found:
            before = self._alerts.get(finding.key)
            if before and before.cleared_at is None:
                self._alerts[finding.key] = replace(before, fields=finding.fields)
                continue
            alert = Alert(
                event=finding.event,
                subject=finding.subject,
                episode=before.episode + 1 if before else 1,
                fields=finding.fields,
                raised_at=self._clock.now(),
            )
            self._alerts[finding.key] = alert
            raised.append(alert)
        return raised

    async def clear_all(self, keys: Sequence[tuple[str, str]]) -> Sequence[Alert]:
        """See `Alerts.clear_all`."""
        cleared = []
        for key in keys:
            alert = self._alerts.get(key)
            if alert and alert.cleared_at is None:
                self._alerts[key] = replace(alert, cleared_at=self._clock.now())
                cleared.append(self._alerts[key])
        return cleared

    async def lately(self, *, days: int) -> Sequence[Alert]:
        """See `Alerts.lately`."""
        since = self._clock.now() - timedelta(days=days)
        found = [each for each in self._alerts.values() if not each.cleared_at or each.cleared_at >= since]
        return sorted(found, key=lambda each: each.raised_at, reverse=True)


class MemoryGauges:
    """Figures as they are set: a `Gauges`."""

    def __init__(self) -> None:
        self.figures = Figures()

    async def read(self) -> Figures:
        """See `Gauges.read`."""
        return self.figures
