"""The port to where alerts are kept: which stand, and who is the one to tell of a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.monitoring.findings import Finding


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something that was wrong, or is."""

    event: str
    subject: str
    #: How often it was raised; with event and subject it names this time.
    episode: int
    fields: Mapping[str, Any]
    raised_at: datetime
    #: `None`: it stands.
    cleared_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.event, self.subject


class Alerts(Protocol):
    """Keeps alerts, each method in one transaction; raises `StoreUnavailableError` if the store is gone."""

    async def raise_all(self, found: Sequence[Finding]) -> Sequence[Alert]:
        """Note what is wrong; return those that were not standing: of several who ask, one gets each."""
        ...

    async def clear_all(self, keys: Sequence[tuple[str, str]]) -> Sequence[Alert]:
        """Note what is well again; return those that were standing: of several who ask, one gets each."""
        ...

    async def lately(self, *, days: int) -> Sequence[Alert]:
        """Return the alerts that stand, and those that were cleared in the last days, the newest first."""
        ...
