"""When a delivery is tried, and what answers mean."""

from __future__ import annotations

import pytest

from shared.webhooks.schedule import (
    BREAKS_AFTER,
    DAY,
    DELAYS_SECONDS,
    MAX_ATTEMPTS,
    Answer,
    Outcome,
    hold_seconds,
    next_delay_seconds,
    outcome_of,
)


def answer(outcome: Outcome = Outcome.REFUSED, retry_after: float | None = None) -> Answer:
    return Answer(outcome=outcome, took_ms=1, retry_after_seconds=retry_after)


def test_the_schedule_is_the_specifications() -> None:
    """75 hours, 35 minutes and 5 seconds from the first attempt to the tenth."""
    assert sum(DELAYS_SECONDS) == 75 * 3_600 + 35 * 60 + 5
    delays = [next_delay_seconds(attempt, answer(), chance=0.5) for attempt in range(1, MAX_ATTEMPTS)]
    assert delays == list(DELAYS_SECONDS[1:])
    assert next_delay_seconds(MAX_ATTEMPTS, answer(), chance=0.5) is None


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_jitter_is_a_fifth_to_either_side(chance: float, factor: float) -> None:
    assert next_delay_seconds(3, answer(), chance=chance) == pytest.approx(1_800 * factor)


def test_a_receiver_is_never_asked_earlier_than_it_wants() -> None:
    """Nor kept waiting for longer than a day because it says so."""
    assert next_delay_seconds(1, answer(retry_after=100), chance=0) == 100
    assert next_delay_seconds(6, answer(retry_after=100), chance=0.5) == 10 * 3_600
    assert next_delay_seconds(1, answer(retry_after=1e9), chance=0) == DAY


def test_who_is_gone_is_not_asked_again() -> None:
    assert next_delay_seconds(1, answer(Outcome.GONE), chance=0.5) is None


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ((200, 201, 202, 204, 206, 299), Outcome.DELIVERED),
        ((300, 301, 302, 304, 307, 308, 399), Outcome.REDIRECTED),
        ((410,), Outcome.GONE),
        ((429, 502, 504), Outcome.THROTTLED),
        ((100, 199, 400, 404, 408, 409, 411, 500, 501, 503, 505, 599, 600, 999), Outcome.REFUSED),
    ],
)
def test_only_2xx_is_success(statuses: tuple[int, ...], outcome: Outcome) -> None:
    assert {outcome_of(status) for status in statuses} == {outcome}


def test_an_ordinary_failure_holds_nothing_else_up() -> None:
    assert hold_seconds(1, answer()) == 0
    assert hold_seconds(1, answer(retry_after=7)) == 7


def test_an_endpoint_that_fails_in_a_row_is_left_alone_for_longer_each_time() -> None:
    pauses = [hold_seconds(BREAKS_AFTER + more, answer()) for more in range(12)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[1], pauses[-1]) == (30, 60, 900)
    assert hold_seconds(1, answer(Outcome.THROTTLED)) == 30
    assert hold_seconds(1, answer(Outcome.THROTTLED, retry_after=100)) == 100
