"""How many calls trouble everywhere may cost."""

from __future__ import annotations

import pytest

from shared.ai.allowance import ExtraCalls


def test_a_process_begins_with_a_reserve() -> None:
    """One deployment's death goes unnoticed."""
    extra = ExtraCalls(reserve=3)
    assert [extra.spend() for _ in range(4)] == [True, True, True, False]


def test_requests_earn_extra_calls_up_to_the_reserve() -> None:
    """A quiet night saves up nothing for a storm."""
    extra = ExtraCalls(earned_per_request=0.5, reserve=2)
    for _ in range(100):
        extra.earn()
    assert [extra.spend() for _ in range(3)] == [True, True, False]
    extra.earn()
    assert not extra.spend()
    extra.earn()
    assert extra.spend()


@pytest.mark.parametrize("tries", [2, 5, 20])
def test_however_many_tries_there_could_be_calls_are_bounded(tries: int) -> None:
    """Fewer than one and a half a request."""
    extra, calls = ExtraCalls(), 0
    for _ in range(1_000):
        extra.earn()
        calls += 1 + sum(extra.spend() for _ in range(tries - 1))
    assert calls <= 1_470
