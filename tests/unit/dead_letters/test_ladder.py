"""A few first, and more only when these have ended well."""

from __future__ import annotations

import pytest

from shared.dead_letters.ladder import Next, StepStanding, after, size_of


def test_the_steps() -> None:
    assert [size_of(step) for step in range(1, 9)] == [1, 2, 5, 20, 50, 100, 100, 100]


@pytest.mark.parametrize(
    ("total", "completed", "failed", "waited", "expected"),
    [
        (1, 0, 0, 5, Next.WAIT),
        (1, 1, 0, 5, Next.CLIMB),
        (1, 0, 1, 5, Next.HALT),
        (1, 0, 0, 60, Next.CLIMB),
        (5, 4, 1, 60, Next.HALT),
        (20, 18, 2, 0, Next.CLIMB),
        (20, 10, 2, 0, Next.WAIT),
        (20, 10, 3, 0, Next.HALT),
        (100, 90, 10, 0, Next.CLIMB),
        (100, 0, 11, 0, Next.HALT),
    ],
)
def test_what_follows_a_step(total: int, completed: int, failed: int, waited: float, expected: Next) -> None:
    """Of a canary none may fail, of many a tenth; whatever does not end is waited for, for a while."""
    step = StepStanding(total=total, completed=completed, failed=failed, waited_seconds=waited)
    assert after(step, patience_seconds=60) is expected
