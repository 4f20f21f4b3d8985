"""From what was read to what is wrong: by table, with the margin between raising and clearing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.monitoring.findings import Finding, Thresholds, findings, unread
from shared.monitoring.monitor import MARKER
from shared.monitoring.readings import Ended, Readings, Waiting

ALERTS = json.loads((Path(__file__).resolve().parents[3] / "infra" / "alerts.json").read_text())
CHAT = ("huntaze-jobs", "chat-suggestions")
BUDGET = 100_000_000


def _one(readings: Readings, *standing: tuple[str, str]) -> Finding | None:
    found = findings(readings, Thresholds(), set(standing))
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("count", "standing", "holds"),
    [(10, False, False), (11, False, True), (10, True, True), (6, True, True), (5, True, False)],
)
def test_dead_letters_hold_until_half_of_them_are_gone(count: int, *, standing: bool, holds: bool) -> None:
    key = ("dead_letters_high", "chat-suggestions")
    found = _one(Readings(dead_letters={CHAT: count}), *([key] if standing else []))
    assert (found is not None) == holds
    if found:
        assert found.key == key
        assert found.fields["count"] == count


@pytest.mark.parametrize(
    ("waiting", "event"),
    [
        (Readings(stuck={"video.analysis": Waiting(count=2, oldest_seconds=901)}), "job_stuck"),
        (Readings(stuck={"video.analysis": Waiting(count=2, oldest_seconds=900)}), None),
        (Readings(unsent={"huntaze-events": Waiting(count=1, oldest_seconds=121)}), "outbox_lag"),
        (Readings(unsent={"huntaze-events": Waiting(count=0, oldest_seconds=500)}), None),
    ],
)
def test_what_waits_too_long_is_found(waiting: Readings, event: str | None) -> None:
    found = _one(waiting)
    assert (found and found.event) == event


@pytest.mark.parametrize(
    ("failed", "finished", "standing", "holds"),
    [
        (19, 19, False, False),  # too few to say anything
        (2, 20, False, False),
        (3, 20, False, True),
        (2, 20, True, True),
        (1, 20, True, False),
        (1, 2, True, True),  # few ended lately, and half of them badly: not well yet
        (0, 0, True, False),
    ],
)
def test_failing_jobs_are_a_share_of_enough(
    failed: int, finished: int, *, standing: bool, holds: bool
) -> None:
    key = ("error_rate_high", "chat.suggest")
    readings = Readings(ended={"chat.suggest": Ended(failed=failed, finished=finished)})
    assert (_one(readings, *([key] if standing else [])) is not None) == holds


@pytest.mark.parametrize(
    ("spent", "subject"), [(69_999_999, None), (70_000_000, "70"), (95_000_000, "90"), (200_000_000, "100")]
)
def test_the_highest_mark_of_the_budget_is_told(spent: int, subject: str | None) -> None:
    found = _one(Readings(spent_usd_micros=spent, budget_usd_micros=BUDGET))
    assert (found and found.subject) == subject


def test_without_a_budget_no_mark_is_passed() -> None:
    assert _one(Readings(spent_usd_micros=1 << 60)) is None


def test_what_could_not_be_read_says_nothing_either_way() -> None:
    nothing = Readings()
    assert findings(nothing, Thresholds(), {("job_stuck", "chat.suggest")}) == []
    assert unread(nothing) == {each["event"] for each in ALERTS["events"]}
    seen = Readings(dead_letters={}, stuck={}, unsent={}, ended={}, spent_usd_micros=0)
    assert unread(seen) == frozenset()


def test_the_alert_rules_know_these_names_fields_and_thresholds() -> None:
    """What Azure's rules look for is what the monitor writes."""
    everything = Readings(
        dead_letters={CHAT: 50},
        stuck={"chat.suggest": Waiting(count=1, oldest_seconds=5_000)},
        unsent={"huntaze-events": Waiting(count=1, oldest_seconds=5_000)},
        ended={"chat.suggest": Ended(failed=20, finished=20)},
        spent_usd_micros=BUDGET,
        budget_usd_micros=BUDGET,
    )
    said = {each["event"]: set(each["fields"]) for each in ALERTS["events"]}
    assert {each.event: set(each.fields) for each in findings(everything, Thresholds(), set())} == said
    thresholds, ours = ALERTS["thresholds"], Thresholds()
    assert ALERTS["marker"] == MARKER
    assert ours.dead_letters == thresholds["deadLettersPerSubscription"]
    assert ours.job_stuck_seconds == thresholds["jobStuckSeconds"]
    assert ours.outbox_lag_seconds == thresholds["outboxLagSeconds"]
    assert ours.error_rate_percent == thresholds["errorRatePercent"]
    assert ours.error_rate_least_jobs == thresholds["errorRateLeastJobs"]
