"""Looks at everything, says what is wrong on every round, and tells the operator of each change once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.clock import Clock
from shared.dead_letters.letters import SOURCES, Source
from shared.dead_letters.port import Letters
from shared.errors import BrokerUnavailableError, StoreUnavailableError
from shared.mail.notices import Notice, operator_alert
from shared.mail.posting import PostOffice
from shared.monitoring.alerts import Alert, Alerts
from shared.monitoring.findings import Finding, Thresholds, findings, unread
from shared.monitoring.readings import Gauges, Readings
from shared.observability.failures import whereabouts

logger = logging.getLogger(__name__)

#: What the alert rules look for; the Functions host passes on a record's text, and drops its extra data.
MARKER = "ALERT"
#: Beyond that the exact number of dead letters changes nothing.
MOST_COUNTED = 1_000
_PAGE = 250
#: How far back an alert that is over still suppresses nothing, and is still shown.
SHOWN_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """One look is one round; any number of them may look at the same time.

    Args:
        gauges: the database's figures.
        letters: where dead letters lie.
        alerts: which alerts stand.
        office: tells the operator by mail; `None`: nobody does.
        clock: says when.
        budget_usd_micros: the month's budget; `None`: there is none.
        thresholds: from where on something is wrong.
    """

    gauges: Gauges
    letters: Letters
    alerts: Alerts
    office: PostOffice | None
    clock: Clock
    budget_usd_micros: int | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)

    async def look(self) -> Sequence[Finding]:
        """Return what is wrong now, after it was logged, noted, and told if it is new.

        What can't be read says nothing: its alerts stand as they stood.

        Raises:
            StoreUnavailableError: it can't be known which alerts stand; the next round tells.
        """
        readings = await self._read()
        standing = {each.key for each in await self.alerts.lately(days=0) if each.cleared_at is None}
        found = findings(readings, self.thresholds, standing)
        for finding in found:
            logger.error("%s %s", MARKER, _line(finding))
        silent = unread(readings)
        well = standing - {finding.key for finding in found}
        raised = await self.alerts.raise_all(found)
        cleared = await self.alerts.clear_all(sorted(key for key in well if key[0] not in silent))
        for alert in (*raised, *cleared):
            _log_change(alert)
        await self._tell()
        return found

    async def _tell(self) -> None:
        """Mail what stands and what was cleared lately; the post office tells each only once.

        So a round that dies before this leaves it to the next one. A mark of the budget has a letter of its
        own elsewhere.
        """
        if self.office is None:
            return
        for alert in await self.alerts.lately(days=1):
            if alert.event != "budget_mark":
                await self.office.tell(_notice(alert))

    async def _read(self) -> Readings:
        try:
            figures = await self.gauges.read()
        except StoreUnavailableError as error:
            logger.warning("The monitor can't read.", extra=_unreadable("database", error))
            return Readings(dead_letters=await self._dead_letters())
        return Readings(
            dead_letters=await self._dead_letters(),
            stuck=figures.stuck,
            unsent=figures.unsent,
            ended=figures.ended,
            spent_usd_micros=figures.spent_usd_micros,
            budget_usd_micros=self.budget_usd_micros,
        )

    async def _dead_letters(self) -> Mapping[tuple[str, str], int] | None:
        try:
            counts = await asyncio.gather(*(self._count(source) for source in SOURCES))
        except BrokerUnavailableError as error:
            logger.warning("The monitor can't read.", extra=_unreadable("broker", error))
            return None
        return {
            (source.topic.value, source.subscription): count
            for source, count in zip(SOURCES, counts, strict=True)
        }

    async def _count(self, source: Source) -> int:
        count, next_sequence = 0, 0
        while count < MOST_COUNTED:
            found = await self.letters.peek(source, from_sequence=next_sequence, limit=_PAGE)
            if not found:
                break
            count += len(found)
            next_sequence = found[-1].sequence_number + 1
        return count


def _log_change(alert: Alert) -> None:
    action = "alert_cleared" if alert.cleared_at else "alert_raised"
    extra = {"action": action, "alert": alert.event, "subject": alert.subject}
    logger.info("An alert has changed.", extra=extra)


def _line(finding: Finding) -> str:
    return json.dumps({"event": finding.event, **finding.fields}, separators=(",", ":"))


def _notice(alert: Alert) -> Notice:
    return operator_alert(
        event=alert.event,
        subject=alert.subject,
        episode=alert.episode,
        fields=alert.fields,
        at=alert.cleared_at or alert.raised_at,
        cleared=alert.cleared_at is not None,
    )


def _unreadable(what: str, error: Exception) -> dict[str, str]:
    return {"action": "monitor_blind", "source": what, "cause": whereabouts(error)}
